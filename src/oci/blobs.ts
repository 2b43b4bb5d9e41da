// Reading and removing blobs. Every byte is hashed before it is returned, or while it streams; sizes are those announced.
import { createHash } from 'node:crypto'
import { pipeline, Transform, type Readable } from 'node:stream'
import { SkillsError } from '../errors/error.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayShort } from '../platform/text.ts'
import { assertDigest, checkedDigest, mismatch } from './digest.ts'
import { placeOf } from './manifests.ts'
import { problemOf } from './problem.ts'
import type { Session } from './session.ts'

/**
 * The bytes of a blob.
 * @param blob its digest, and its size as the manifest has it
 * @throws integrity_mismatch for other bytes; limit_exceeded for more than LIMITS.archiveBytes or than announced
 */
export async function getBlob(
  session: Session,
  repository: string,
  { digest, size }: { readonly digest: string; readonly size?: number },
): Promise<Buffer> {
  const what = placeOf(session, repository, digest)
  if (size !== undefined && size > LIMITS.archiveBytes) {
    throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} has ${size} bytes`, {
      details: { bytes: size, limit: LIMITS.archiveBytes },
    })
  }
  const answer = await session.request(
    { repository, actions: 'pull' },
    {
      method: 'GET',
      to: `${repository}/blobs/${checkedDigest(digest)}`,
      maxBytes: size ?? LIMITS.archiveBytes,
      follow: true,
    },
  )
  if (answer.status !== 200) throw problemOf(answer, what)
  assertDigest(answer.body, digest, `The content ${displayShort(what, 300)}`)
  return answer.body
}

/** Bytes from `start` up to and with `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The bytes of a blob as they come. A whole blob is hashed on the way, and the stream fails at its end with
 * integrity_mismatch when it was another; of a range nobody can tell.
 * @throws source_not_found and what a session throws; fetch_failed where the registry gives no ranges
 */
export async function streamBlob(
  session: Session,
  repository: string,
  { digest, range }: { readonly digest: string; readonly range?: ByteRange },
): Promise<Readable> {
  const what = placeOf(session, repository, digest)
  const answer = await session.open(
    { repository, actions: 'pull' },
    {
      method: 'GET',
      to: `${repository}/blobs/${checkedDigest(digest)}`,
      headers: range ? { range: `bytes=${range.start}-${range.end}` } : {},
      maxBytes: 0,
      follow: true,
    },
  )
  const { stream } = answer
  if (!stream) throw problemOf(answer, what)
  if (range && answer.status === 206) return stream
  if (range) {
    stream.on('error', () => {})
    stream.destroy()
    throw new SkillsError('fetch_failed', `The registry gives no part of ${displayShort(what, 300)}`, {
      hint: 'ask for the whole blob',
    })
  }
  const sum = createHash(digest.startsWith('sha512:') ? 'sha512' : 'sha256')
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      const actual = `${digest.slice(0, 6)}:${sum.digest('hex')}`
      done(actual === digest ? null : mismatch(digest, actual, `The content ${displayShort(what, 300)}`))
    },
  })
  // The reader sees every failure; nobody else waits for the end.
  pipeline(stream, check, () => {})
  return check
}

/**
 * The size of a blob; undefined when the repository does not have it. A size that is not said is NaN.
 * @param actions what the login is for: who is about to push asks once for both
 */
export async function statBlob(
  session: Session,
  repository: string,
  { digest, actions = 'pull' }: { readonly digest: string; readonly actions?: 'pull' | 'pull,push' },
): Promise<number | undefined> {
  const answer = await session.request(
    { repository, actions },
    { method: 'HEAD', to: `${repository}/blobs/${checkedDigest(digest)}`, maxBytes: 0, follow: true },
  )
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw problemOf(answer, placeOf(session, repository, digest))
  return Number(answer.headers['content-length'])
}

/** False when there was none. @throws push_refused where the registry does not delete */
export async function deleteBlob(session: Session, repository: string, digest: string): Promise<boolean> {
  const answer = await session.request(
    { repository, actions: 'delete' },
    { method: 'DELETE', to: `${repository}/blobs/${checkedDigest(digest)}`, maxBytes: 64 * 1024 },
  )
  if (answer.status === 404) return false
  if (answer.status === 202 || answer.status === 200 || answer.status === 204) return true
  throw problemOf(answer, placeOf(session, repository, digest), true)
}
