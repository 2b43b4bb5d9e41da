// Looks for what cannot be: blobs that are missing or damaged, manifests without their parts, rows without what they are
// about. It only reads.
import { algorithmOf, digestOf, hasherFor } from '../blobs/store.ts'
import type { RegistryContext } from '../context.ts'
import { allBlobs, allManifests, missingParts, orphanVersions } from '../db/housekeeping.ts'

export interface FsckFinding {
  readonly kind:
    | 'blob_missing'
    | 'blob_size'
    | 'blob_damaged'
    | 'blob_unknown'
    | 'manifest_damaged'
    | 'part_missing'
    | 'version_orphan'
  readonly subject: string
  readonly message: string
  /** False: it takes space, and `gc` will free it. */
  readonly harmful: boolean
}

export interface FsckResult {
  readonly blobs: number
  readonly manifests: number
  readonly bytes: number
  readonly findings: readonly FsckFinding[]
}

const GRACE_MS = 60 * 60 * 1000

/** Checks everything; with `quick` the bytes of blobs are not hashed. */
export async function checkRegistry(
  { db, blobs, now }: Pick<RegistryContext, 'db' | 'blobs' | 'now'>,
  { quick = false, signal }: { readonly quick?: boolean; readonly signal?: AbortSignal } = {},
): Promise<FsckResult> {
  const findings: FsckFinding[] = []
  const add = (kind: FsckFinding['kind'], subject: string, message: string, harmful = true): void =>
    void findings.push({ kind, subject, message, harmful })
  const known = new Set<string>()
  let count = 0
  let bytes = 0
  for await (const { digest, size, used } of allBlobs(db)) {
    signal?.throwIfAborted()
    known.add(digest)
    count++
    const found = await blobs.stat(digest)
    const about = used ? '' : '; no manifest needs it'
    if (!found) add('blob_missing', digest, `the blob store does not have it${about}`, used)
    else if (found.size !== size)
      add('blob_size', digest, `it has ${found.size} bytes, not ${size}${about}`, used)
    else {
      bytes += size
      if (!quick && (await hashOf(blobs, digest)) !== digest)
        add('blob_damaged', digest, `its bytes are others${about}`, used)
    }
  }
  for await (const { digest, modifiedAt } of blobs.list()) {
    // A young one may be on its way into the database.
    if (known.has(digest) || modifiedAt > now().getTime() - GRACE_MS) continue
    add('blob_unknown', digest, 'no repository knows it; gc removes it', false)
  }
  let manifests = 0
  for await (const { repository, digest, bytes: text } of allManifests(db)) {
    manifests++
    if (digestOf(text, algorithmOf(digest)) !== digest) {
      add('manifest_damaged', `${repository}@${digest}`, 'its bytes are others')
    }
  }
  for (const { repository, manifest, digest } of await missingParts(db)) {
    add('part_missing', `${repository}@${manifest}`, `the repository does not have ${digest}`)
  }
  for (const { name, version, digest } of await orphanVersions(db)) {
    add('version_orphan', `${name}@${version}`, `its manifest ${digest} is gone`)
  }
  return { blobs: count, manifests, bytes, findings }
}

async function hashOf(blobs: RegistryContext['blobs'], digest: string): Promise<string> {
  const algorithm = algorithmOf(digest)
  const hash = hasherFor(algorithm)
  for await (const chunk of await blobs.stream(digest)) hash.update(chunk as Buffer)
  return `${algorithm}:${hash.digest('hex')}`
}
