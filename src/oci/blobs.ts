// Reading and removing blobs. Every byte is hashed before it is returned; sizes are those that were announced.
import { SkillsError } from '../errors/error.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayShort } from '../platform/text.ts'
import { assertDigest, checkedDigest } from './digest.ts'
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

/** The size of a blob; undefined when the repository does not have it. A size that is not said is NaN. */
export async function statBlob(
  session: Session,
  repository: string,
  digest: string,
): Promise<number | undefined> {
  const answer = await session.request(
    { repository, actions: 'pull' },
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
