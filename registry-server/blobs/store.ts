// What a place for blobs can do. Bytes enter by an upload and stand under their digest only after they were hashed.
import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'

export interface BlobStat {
  readonly digest: string
  readonly size: number
  /** Milliseconds since the epoch; when it came. */
  readonly modifiedAt: number
}

/** Bytes from `start` up to and with `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface BlobStore {
  stat(digest: string): Promise<BlobStat | undefined>
  /**
   * Whether the bytes are there and are those of the digest. They are hashed again when the file has changed, and after a
   * minute in any case.
   */
  intact(digest: string): Promise<boolean>
  /** All of a small blob, hashed again. @throws registry_damaged when the bytes are others; not_found */
  read(digest: string): Promise<Buffer>
  /** @throws not_found */
  stream(digest: string, range?: ByteRange): Promise<Readable>
  delete(digest: string): Promise<boolean>
  list(): AsyncIterable<BlobStat>
  /** True when the place answers. */
  ready(): Promise<boolean>

  /** Starts an upload under a name that the caller made; nothing is in it. */
  begin(upload: string): Promise<void>
  /** Bytes that the upload has; undefined when there is none of that name. */
  offset(upload: string): Promise<number | undefined>
  /**
   * Appends what comes at its end; what came before an error stays.
   * @throws limit_exceeded past `maxBytes` in all; not_found
   */
  append(upload: string, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<number>
  /**
   * Ends the upload: hashes it and moves it to its digest. The upload is gone afterwards, also when the digest is another.
   * A killed process loses nothing; a machine without power may, until `settle` was called.
   * @throws integrity_mismatch; not_found
   */
  finish(upload: string, digest: string): Promise<{ readonly size: number }>
  /** Stores a small blob whose digest was compared, as `finish` would. */
  put(digest: string, bytes: Uint8Array): Promise<void>
  /** Makes finished blobs durable, whoever finished them; nothing that was settled before costs anything. @throws not_found */
  settle(digests: readonly string[]): Promise<void>
  abandon(upload: string): Promise<boolean>
  uploads(): AsyncIterable<{ readonly upload: string; readonly modifiedAt: number }>
}

export type Algorithm = 'sha256' | 'sha512'

/** The algorithm of a digest. */
export function algorithmOf(digest: string): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

/** A running hash of the digest's algorithm. */
export function hasherFor(algorithm: Algorithm): Hash {
  return createHash(algorithm)
}

/** `algorithm:hex` of the bytes. */
export function digestOf(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}
