// Sending a blob: found there, mounted from a neighbour, with the first request, in one piece, or in chunks that go on where they broke off.
// Never sends a credential to an upload address on another origin (session.ts sees to it).
import { setTimeout as wait } from 'node:timers/promises'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { isPrivateHost } from '../platform/http-redirect.ts'
import { displayShort } from '../platform/text.ts'
import type { Access } from './auth.ts'
import { statBlob } from './blobs.ts'
import { placeOf } from './manifests.ts'
import { problemOf } from './problem.ts'
import type { Session } from './session.ts'
import { shownUrl, type OciResponse } from './transport.ts'

/** Content to be stored under its digest: in memory, or read piece by piece. */
export type BlobToPush =
  | { readonly digest: string; readonly bytes: Uint8Array }
  | {
      readonly digest: string
      readonly size: number
      /** Bytes from `start` up to but without `end`; may be asked for the same ones again. */
      read(start: number, end: number): Promise<Uint8Array>
    }

export interface PushOptions {
  /** A repository of the same registry that has the blob. */
  readonly mountFrom?: string
  /** A blob of more bytes goes in chunks of this size. */
  readonly chunkBytes?: number
  /** Milliseconds before a broken upload is taken up again. */
  readonly retryMs?: number
}

/** A blob of at most so many bytes goes with the first request. */
const SMALL = 256 * 1024
const CHUNK = 16 * 1024 * 1024
const LARGEST_CHUNK = 512 * 1024 * 1024
const RESUMES = 5
const RESTARTS = 2
const ANSWER_BYTES = 64 * 1024

/**
 * `present` when the repository had it, `mounted` when it came from `mountFrom`.
 * @throws push_refused, source_unauthorized, limit_exceeded, fetch_failed and what a session throws
 */
export async function pushBlob(
  session: Session,
  repository: string,
  { blob, ...options }: PushOptions & { readonly blob: BlobToPush },
): Promise<'pushed' | 'mounted' | 'present'> {
  const stat = { digest: blob.digest, actions: 'pull,push' } as const
  if ((await statBlob(session, repository, stat)) !== undefined) return 'present'
  for (let attempt = 0; ; attempt++) {
    try {
      return await upload({ session, repository, blob, options })
    } catch (error) {
      if (attempt >= RESTARTS || !isSkillsError(error, 'fetch_failed')) throw error
      // The answer may have been all that was lost.
      if ((await statBlob(session, repository, stat)) !== undefined) return 'pushed'
    }
  }
}

interface Upload {
  readonly session: Session
  readonly repository: string
  readonly blob: BlobToPush
  readonly options: PushOptions
}

async function upload(job: Upload): Promise<'pushed' | 'mounted'> {
  const { session, repository, blob, options } = job
  const started = (await atOnce(job)) ?? (await start(job))
  if (started === 'mounted' || started === 'pushed') return started
  const size = Math.min(Math.max(options.chunkBytes ?? CHUNK, started.chunkMin), LARGEST_CHUNK)
  const inChunks = sizeOf(blob) > size
  const location = inChunks ? await sendChunks(job, started.location, size) : started.location
  const answer = await session.request(accessOf(job), {
    method: 'PUT',
    to: withDigest(location, blob.digest),
    headers: { 'content-type': 'application/octet-stream' },
    body: inChunks ? new Uint8Array(0) : await bytesOf(blob, 0, sizeOf(blob)),
    maxBytes: ANSWER_BYTES,
  })
  if (answer.status === 201 || answer.status === 204) return 'pushed'
  throw problemOf(answer, placeOf(session, repository, blob.digest), true)
}

/**
 * A small blob with the very first request: done where the registry takes that, else the upload that it started instead.
 * Undefined when it is not tried, or was refused: then the usual way decides.
 */
async function atOnce(job: Upload): Promise<'pushed' | Started | undefined> {
  const { session, repository, blob, options } = job
  if (options.mountFrom !== undefined || options.chunkBytes !== undefined || sizeOf(blob) > SMALL)
    return undefined
  const answer = await session.request(accessOf(job), {
    method: 'POST',
    to: `${repository}/blobs/uploads/?digest=${encodeURIComponent(blob.digest)}`,
    headers: { 'content-type': 'application/octet-stream' },
    body: await bytesOf(blob, 0, sizeOf(blob)),
    maxBytes: ANSWER_BYTES,
  })
  if (answer.status === 201) return 'pushed'
  return answer.status === 202 ? startedBy(answer) : undefined
}

interface Started {
  readonly location: URL
  readonly chunkMin: number
}

function startedBy(answer: OciResponse): Started {
  const chunkMin = Number(answer.headers['oci-chunk-min-length'] ?? 0)
  return { location: locationOf(answer), chunkMin: Number.isSafeInteger(chunkMin) ? chunkMin : 0 }
}

/** Asks for a mount or an upload. */
async function start(job: Upload): Promise<'mounted' | Started> {
  const { session, repository, blob, options } = job
  const from = options.mountFrom
  const query =
    from === undefined ? '' : `?mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`
  const ask = (access: Access, search: string): Promise<OciResponse> =>
    session.request(access, {
      method: 'POST',
      to: `${repository}/blobs/uploads/${search}`,
      maxBytes: ANSWER_BYTES,
    })
  let answer = await ask(accessOf(job), query)
  // Who may not read the neighbour may still send the bytes.
  if (from !== undefined && answer.status !== 201 && answer.status !== 202) {
    answer = await ask({ repository, actions: 'pull,push' }, '')
  }
  if (answer.status === 201 && from !== undefined) return 'mounted'
  if (answer.status !== 202) throw problemOf(answer, placeOf(session, repository, blob.digest), true)
  return startedBy(answer)
}

/** Sends everything but the end; gives the address that the end goes to. */
async function sendChunks(job: Upload, first: URL, size: number): Promise<URL> {
  const { session, repository, blob, options } = job
  const total = sizeOf(blob)
  const state = { location: first, offset: 0 }
  let resumes = 0
  while (state.offset < total) {
    const end = Math.min(state.offset + size, total)
    const answer = await sendChunk(job, state, end)
    if (answer?.status === 202) {
      state.location = locationOf(answer)
      const stored = storedBytes(answer)
      // A registry may keep less than it was sent; the rest goes again. It cannot have more.
      const next = stored === undefined || stored > end ? end : stored
      if (next === state.offset) resumes += 1
      state.offset = next
    } else {
      // 416, a lost connection, an overloaded registry: ask how far it got. Anything else stays what it is.
      const passing = !answer || answer.status === 416 || answer.status >= 500 || answer.status === 429
      if (!passing) throw problemOf(answer, placeOf(session, repository, blob.digest), true)
      resumes += 1
      await wait((options.retryMs ?? 300) * 2 ** resumes)
      Object.assign(state, await askOffset(job, state.location))
    }
    if (resumes > RESUMES) {
      throw new SkillsError(
        'fetch_failed',
        `The upload to ${displayShort(session.registry, 260)} broke off ${resumes} times`,
        { hint: 'check the network and try again' },
      )
    }
  }
  return state.location
}

/** The answer to one chunk; undefined when the connection broke. */
async function sendChunk(
  job: Upload,
  { location, offset }: { readonly location: URL; readonly offset: number },
  end: number,
): Promise<OciResponse | undefined> {
  const body = await bytesOf(job.blob, offset, end)
  try {
    return await job.session.request(accessOf(job), {
      method: 'PATCH',
      to: location,
      headers: { 'content-type': 'application/octet-stream', 'content-range': `${offset}-${end - 1}` },
      body,
      maxBytes: ANSWER_BYTES,
    })
  } catch (error) {
    if (isSkillsError(error, 'fetch_failed')) return undefined
    throw error
  }
}

async function askOffset(job: Upload, location: URL): Promise<{ location: URL; offset: number }> {
  const answer = await job.session.request(accessOf(job), {
    method: 'GET',
    to: location,
    maxBytes: ANSWER_BYTES,
  })
  if (answer.status !== 204 && answer.status !== 202 && answer.status !== 200) {
    // The upload is gone: begin again from the start.
    throw new SkillsError(
      'fetch_failed',
      `The upload to ${displayShort(job.session.registry, 260)} was forgotten there`,
    )
  }
  const offset = Math.min(storedBytes(answer) ?? 0, sizeOf(job.blob))
  return { location: answer.headers.location === undefined ? location : locationOf(answer), offset }
}

/** How many bytes `Range: 0-<last>` says; 0-0 is what registries say of none. */
function storedBytes({ headers }: OciResponse): number | undefined {
  const [, last] = /^(?:bytes=)?0-(\d{1,15})$/.exec(headers.range ?? '') ?? []
  if (last === undefined) return undefined
  return last === '0' ? 0 : Number(last) + 1
}

/** @throws fetch_failed when there is no usable one */
function locationOf(answer: OciResponse): URL {
  const { location } = answer.headers
  if (location !== undefined && URL.canParse(location, answer.url.href)) {
    const url = new URL(location, answer.url)
    if (answer.url.protocol === 'https:' && url.protocol !== 'https:') {
      throw new SkillsError(
        'redirect_refused',
        `${shownUrl(answer.url)} wants the upload without encryption`,
        {
          hint: 'the registry stands behind a proxy that does not tell it so; its operator has to set its external address',
          details: { to: shownUrl(url) },
        },
      )
    }
    if (isPrivateHost(url.hostname) && !isPrivateHost(answer.url.hostname)) {
      throw new SkillsError(
        'redirect_refused',
        `${shownUrl(answer.url)} wants the upload at a private address`,
        {
          hint: 'nothing was sent there; ask the operator of the registry',
          details: { to: shownUrl(url) },
        },
      )
    }
    return url
  }
  throw new SkillsError('fetch_failed', `${shownUrl(answer.url)} does not say where to send the upload`)
}

function sizeOf(blob: BlobToPush): number {
  return 'bytes' in blob ? blob.bytes.length : blob.size
}

async function bytesOf(blob: BlobToPush, start: number, end: number): Promise<Uint8Array> {
  return 'bytes' in blob ? blob.bytes.subarray(start, end) : blob.read(start, end)
}

/** Keeps the query as it is: registries sign it. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location)
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`
  return url
}

function accessOf({ repository, options }: Upload): Access {
  const from = options.mountFrom
  return { repository, actions: 'pull,push', ...(from !== undefined && { from }) }
}
