// Small byte strings by digest, in memory, bounded by their sum; the one used longest ago goes first.

export interface ByteCache {
  get(digest: string): Buffer | undefined
  /** Keeps bytes that were verified; large ones are not kept. */
  put(digest: string, bytes: Buffer): void
  drop(digest: string): void
}

const LARGEST_SHARE = 1 / 64

/** A cache of at most `limit` bytes. */
export function createByteCache(limit: number): ByteCache {
  const entries = new Map<string, Buffer>()
  let held = 0
  const drop = (digest: string): void => {
    held -= entries.get(digest)?.length ?? 0
    entries.delete(digest)
  }
  return {
    get(digest) {
      const bytes = entries.get(digest)
      if (!bytes) return undefined
      entries.delete(digest)
      entries.set(digest, bytes)
      return bytes
    },
    put(digest, bytes) {
      if (bytes.length > limit * LARGEST_SHARE) return
      drop(digest)
      entries.set(digest, bytes)
      held += bytes.length
      for (const oldest of entries.keys()) {
        if (held <= limit) break
        drop(oldest)
      }
    },
    drop,
  }
}
