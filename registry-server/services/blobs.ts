// Blobs as a repository shows them. Small ones are kept in memory under their digest.
import type { Readable } from 'node:stream'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import { ANONYMOUS, type Principal } from '../auth.ts'
import { isDigest } from '../../src/oci/digest.ts'
import { lost } from '../blobs/folder.ts'
import type { ByteRange } from '../blobs/store.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import { blobIsUsed, findBlob, repositoriesWithBlob, unlinkBlob } from '../db/blobs.ts'
import { findRepository, type RepositoryRow } from '../db/repositories.ts'
import { ociError } from '../problem.ts'
import { readable, requireAccess } from './repository.ts'

const SMALL = 1024 * 1024
/** Above it anybody's question would be work for the disk. */
const LARGE = 16 * 1024 * 1024

/** @throws DIGEST_INVALID */
export function assertDigest(digest: string): void {
  if (!isDigest(digest)) {
    throw ociError('DIGEST_INVALID', 'The digest is not one that is supported', {
      hint: 'expected sha256:HEX or sha512:HEX',
    })
  }
}

export interface FoundBlob {
  readonly digest: string
  readonly size: number
  readonly repository: RepositoryRow
}

/** The blob, if the repository shows it. @throws BLOB_UNKNOWN, NAME_UNKNOWN, UNAUTHORIZED, DIGEST_INVALID */
export async function getBlob(
  context: RegistryContext,
  {
    principal,
    name,
    digest,
  }: { readonly principal: Principal; readonly name: string; readonly digest: string },
): Promise<FoundBlob> {
  const repository = await readable(context, principal, name)
  assertDigest(digest)
  const blob = await findBlob(context.db, repository.id, digest)
  if (!blob) throw ociError('BLOB_UNKNOWN', `${name} has no blob ${digest}`)
  return { ...blob, repository }
}

/**
 * False when the bytes are gone or others: a client that is told so sends them again, which heals it. What is in memory
 * does not count, since it ends with the process. A large blob is hashed only for who may send it.
 */
export async function isStored(
  { blobs }: RegistryContext,
  principal: Principal,
  { digest, size }: Pick<FoundBlob, 'digest' | 'size'>,
): Promise<boolean> {
  if ((await blobs.stat(digest))?.size !== size) return false
  return (size > LARGE && principal.actor === ANONYMOUS.actor) || blobs.intact(digest)
}

/** The bytes of a small blob at once, of a large one or of a part as a stream. @throws registry_damaged, BLOB_UNKNOWN */
export async function blobBody(
  context: RegistryContext,
  { digest, size }: Pick<FoundBlob, 'digest' | 'size'>,
  range?: ByteRange,
): Promise<Buffer | Readable> {
  const cached = context.cache.get(digest)
  if (cached) return range ? cached.subarray(range.start, range.end + 1) : cached
  if (size > SMALL) {
    const stored = await context.blobs.stat(digest)
    if (stored && stored.size !== size) {
      throw new SkillsError('registry_damaged', `The blob ${digest} has ${stored.size} bytes, not ${size}`, {
        hint: 'push it again; skills registry fsck finds all that is damaged',
      })
    }
    return found(digest, () => context.blobs.stream(digest, range))
  }
  const bytes = await found(digest, () => context.blobs.read(digest))
  context.cache.put(digest, bytes)
  return range ? bytes.subarray(range.start, range.end + 1) : bytes
}

async function found<T>(digest: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!isSkillsError(error, 'not_found')) throw error
    throw lost(digest, { oci: 'BLOB_UNKNOWN', status: 404 })
  }
}

/** A repository that shows the blob and that the principal may read: the named one, or any. */
export async function mountable(
  context: RegistryContext,
  {
    principal,
    digest,
    from,
  }: { readonly principal: Principal; readonly digest: string; readonly from?: string },
): Promise<{ readonly size: number } | undefined> {
  if (!isDigest(digest)) return undefined
  const shown = await repositoriesWithBlob(context.db, digest)
  for (const { name } of from === undefined ? shown : shown.filter((row) => row.name === from)) {
    // A registry token is for the repositories that it names; whoever is behind it may read what he may read.
    const { access: _, ...whole } = principal
    const repository = await readable(context, whole, name).catch(() => undefined)
    const blob = repository && (await findBlob(context.db, repository.id, digest))
    // Bytes that are damaged are not shown anew: the client is to send them.
    if (blob && (await context.blobs.intact(digest))) return blob
  }
  return undefined
}

/** Takes the blob out of the repository; the bytes go with the next `gc`. @throws BLOB_UNKNOWN, UNSUPPORTED, DENIED */
export async function removeBlob(
  context: RegistryContext,
  request: {
    readonly principal: Principal
    readonly requestId: string
    readonly name: string
    readonly digest: string
  },
): Promise<void> {
  const { principal, name, digest, requestId } = request
  await requireAccess(context, { principal, name, action: 'delete' })
  assertDigest(digest)
  await context.db.transaction(async (tx) => {
    await tx.lock(`repository:${name}`)
    const repository = await findRepository(tx, name)
    if (!repository) throw ociError('NAME_UNKNOWN', `There is no repository ${name}`)
    if (await blobIsUsed(tx, repository.id, digest)) {
      throw ociError('UNSUPPORTED', 'A blob that a manifest needs is not deleted', {
        status: 405,
        hint: 'delete the manifest first',
      })
    }
    if (!(await unlinkBlob(tx, repository.id, digest))) {
      throw ociError('BLOB_UNKNOWN', `${name} has no blob ${digest}`)
    }
    await recordAudit(tx, {
      at: context.now().toISOString(),
      actor: principal.actor,
      action: 'blob.delete',
      target: name,
      details: { digest },
      requestId,
    })
  })
}
