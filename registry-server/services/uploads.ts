// Uploads: an address that only this registry could have made, bytes that grow at its end, a digest that closes it.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import type { Principal } from '../auth.ts'
import { algorithmOf, digestOf } from '../blobs/store.ts'
import { recordAudit } from '../db/audit.ts'
import { linkBlob, unlinkBlob } from '../db/blobs.ts'
import { findRepository } from '../db/repositories.ts'
import type { RegistryContext } from '../context.ts'
import { ociError } from '../problem.ts'
import { assertDigest, mountable } from './blobs.ts'
import { requireAccess, writable } from './repository.ts'

export interface UploadRequest {
  readonly principal: Principal
  readonly requestId: string
  readonly name: string
}

export interface UploadPart extends UploadRequest {
  /** As the address has it. */
  readonly session: string
  readonly body: AsyncIterable<Uint8Array> | undefined
  /** Of `Content-Range`: `a-b`. */
  readonly range: string | undefined
  /** Of `Content-Length`. */
  readonly length: number | undefined
}

/** An upload was asked to go on elsewhere than at its end. */
export interface WrongOffset {
  readonly wrong: true
  readonly offset: number
}

/** Starts an upload; gives the last part of its address. @throws NAME_INVALID, UNAUTHORIZED, DENIED */
export async function startUpload(context: RegistryContext, request: UploadRequest): Promise<string> {
  await requireAccess(context, { ...request, action: 'publish' })
  const id = randomUUID()
  await context.blobs.begin(id)
  return `${id}.${seal(context, request.name, id)}`
}

/** Shows a blob of another repository in this one, if there is one that may be read; otherwise nothing. */
export async function mountBlob(
  context: RegistryContext,
  request: UploadRequest & { readonly digest: string; readonly from?: string },
): Promise<boolean> {
  await requireAccess(context, { ...request, action: 'publish' })
  const found = await mountable(context, request)
  if (!found) return false
  await show(context, { ...request, size: found.size, action: 'blob.mount' })
  return true
}

/** Bytes of the upload so far. @throws BLOB_UPLOAD_UNKNOWN */
export async function uploadOffset(
  context: RegistryContext,
  request: UploadRequest & { readonly session: string },
): Promise<number> {
  const id = await uploadId(context, request)
  const offset = await context.blobs.offset(id)
  if (offset === undefined) throw unknownUpload()
  return offset
}

/**
 * Appends a part.
 * @throws BLOB_UPLOAD_UNKNOWN, BLOB_UPLOAD_INVALID, SIZE_INVALID; limit_exceeded
 */
export async function appendUpload(
  context: RegistryContext,
  part: UploadPart,
): Promise<{ readonly offset: number } | WrongOffset> {
  const id = await uploadId(context, part)
  return oneAtATime(id, () => append(context, id, part))
}

/**
 * Appends what the request brings, and closes the upload under its digest.
 * @throws as `appendUpload`; DIGEST_INVALID
 */
export async function finishUpload(
  context: RegistryContext,
  part: UploadPart & { readonly digest: string },
): Promise<{ readonly size: number } | WrongOffset> {
  const { digest } = part
  const id = await uploadId(context, part)
  assertDigest(digest)
  return oneAtATime(id, async () => {
    if (part.body || part.range !== undefined) {
      const appended = await append(context, id, part)
      if ('wrong' in appended) return appended
    } else if ((await context.blobs.offset(id)) === undefined) throw unknownUpload()
    const { size } = await finished(context, id, digest)
    await show(context, { ...part, size, action: 'blob.put' })
    return { size }
  })
}

/** One request with all bytes. @throws as `finishUpload` */
export async function uploadAtOnce(
  context: RegistryContext,
  part: Omit<UploadPart, 'session' | 'range'> & { readonly digest: string },
): Promise<{ readonly size: number }> {
  const { length, digest } = part
  if (length !== undefined && length <= Math.min(SMALL, context.config.limits.blobBytes)) {
    await requireAccess(context, { ...part, action: 'publish' })
    const bytes = await bytesOf(part.body, length)
    const actual = digestOf(bytes, algorithmOf(digest))
    if (actual !== digest) throw ociError('DIGEST_INVALID', `The bytes are ${actual}, not ${digest}`)
    await context.blobs.put(digest, bytes)
    await show(context, { ...part, size: length, action: 'blob.put' })
    context.cache.put(digest, bytes)
    return { size: length }
  }
  const session = await startUpload(context, part)
  try {
    const result = await finishUpload(context, { ...part, session, range: undefined })
    if ('wrong' in result) throw unknownUpload()
    return result
  } catch (error) {
    // Nobody knows its address, so nobody could go on with it.
    await abandon(context, await uploadId(context, { ...part, session }))
    throw error
  }
}

/** So many bytes are held in memory, and written once. */
const SMALL = 1024 * 1024

/** @throws SIZE_INVALID when there are more or fewer bytes than announced */
async function bytesOf(body: AsyncIterable<Uint8Array> | undefined, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    size += part.length
    if (size > length) break
    parts.push(part)
  }
  if (size === length) return Buffer.concat(parts)
  throw ociError('SIZE_INVALID', `The body has ${size > length ? 'more' : 'fewer'} than ${length} bytes`)
}

/** Forgets the upload. @throws BLOB_UPLOAD_UNKNOWN */
export async function cancelUpload(
  context: RegistryContext,
  request: UploadRequest & { readonly session: string },
): Promise<void> {
  const id = await uploadId(context, request)
  if (!(await context.blobs.abandon(id))) throw unknownUpload()
}

async function append(
  context: RegistryContext,
  id: string,
  { body, range, length }: UploadPart,
): Promise<{ readonly offset: number } | WrongOffset> {
  const offset = await context.blobs.offset(id)
  if (offset === undefined) throw unknownUpload()
  let most = context.config.limits.blobBytes
  let end: number | undefined
  if (range !== undefined) {
    const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(range) ?? []
    if (from === undefined || to === undefined || Number(to) < Number(from)) {
      throw ociError('BLOB_UPLOAD_INVALID', 'Content-Range is not of the form START-END')
    }
    if (Number(from) !== offset) return { wrong: true, offset }
    end = Number(to) + 1
    if (length !== undefined && length !== end - offset) {
      throw ociError('SIZE_INVALID', 'Content-Length and Content-Range do not agree')
    }
    most = Math.min(most, end)
  }
  if (!body) return { offset }
  const size = await refusingOci(() => context.blobs.append(id, body, most)).catch(async (error: unknown) => {
    // What filled the disk would keep everybody else from writing.
    if (isSkillsError(error, 'disk_full')) await abandon(context, id)
    throw error
  })
  const expected = end ?? (length === undefined ? undefined : offset + length)
  if (expected !== undefined && size !== expected) {
    throw ociError('SIZE_INVALID', `The body had ${size - offset} bytes, not ${expected - offset}`)
  }
  return { offset: size }
}

async function abandon({ blobs }: RegistryContext, id: string): Promise<void> {
  await blobs.abandon(id).catch(() => {})
}

async function finished(context: RegistryContext, id: string, digest: string): Promise<{ size: number }> {
  try {
    return await refusingOci(() => context.blobs.finish(id, digest))
  } catch (error) {
    if (isSkillsError(error, 'integrity_mismatch')) throw ociError('DIGEST_INVALID', error.message)
    throw error
  }
}

async function refusingOci<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isSkillsError(error, 'not_found')) throw unknownUpload()
    throw error
  }
}

async function show(
  context: RegistryContext,
  blob: UploadRequest & { readonly digest: string; readonly size: number; readonly action: string },
): Promise<void> {
  const { name, principal, digest, size, action, requestId } = blob
  const at = context.now().toISOString()
  await context.db.transaction(
    async (tx) => {
      await tx.lock(`blob:${digest}`)
      const repository = await writable(tx, { name, principal, at })
      await linkBlob(tx, { repositoryId: repository.id, digest, size, at })
      const details = { digest, size }
      await recordAudit(tx, { at, actor: principal.actor, action, target: name, details, requestId })
    },
    { early: true },
  )
  // A gc may have taken the bytes just before the row was there. Now that it is, it takes them no more.
  if (await context.blobs.stat(digest)) return
  await context.db.transaction(async (tx) => {
    const repository = await findRepository(tx, name)
    if (repository) await unlinkBlob(tx, repository.id, digest)
  })
  throw new SkillsError('unavailable', `The blob ${digest} was removed meanwhile`, { hint: 'push it again' })
}

async function uploadId(
  context: RegistryContext,
  { principal, name, session }: UploadRequest & { readonly session: string },
): Promise<string> {
  await requireAccess(context, { principal, name, action: 'publish' })
  const [, id = '', given = ''] = /^([0-9a-f-]{36})\.([\w-]{22})$/.exec(session) ?? []
  const expected = Buffer.from(seal(context, name, id))
  const actual = Buffer.from(given)
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) throw unknownUpload()
  return id
}

/** Binds the upload to its repository, so that no table has to. */
function seal({ secret }: RegistryContext, name: string, id: string): string {
  return createHmac('sha256', secret).update(`upload\0${name}\0${id}`).digest('base64url').slice(0, 22)
}

function unknownUpload(): Error {
  return ociError('BLOB_UPLOAD_UNKNOWN', 'There is no such upload', { hint: 'start a new one' })
}

const busy = new Map<string, Promise<unknown>>()

/** Two requests for one upload at once: the second one sees what the first one left. */
async function oneAtATime<T>(id: string, work: () => Promise<T>): Promise<T> {
  const before = busy.get(id) ?? Promise.resolve()
  const mine = before.then(work, work)
  busy.set(id, mine)
  try {
    return await mine
  } finally {
    if (busy.get(id) === mine) busy.delete(id)
  }
}
