// HTTP for registries: bounded requests and answers in memory, over https: or on this machine, with few retries.
// Never sends a header that may carry a secret to another origin than the one it was made for.
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { isLoopbackHost, isPrivateHost } from '../platform/http-redirect.ts'
import { BROKEN, codeOf, networkProblem } from '../platform/network-error.ts'
import { displayShort, redactUrl } from '../platform/text.ts'

export interface TransportOptions {
  readonly signal?: AbortSignal
  /** Plain http: to any host; otherwise only to this machine. */
  readonly http?: boolean
  /** Milliseconds: one request with its retries, the longest silence, the first pause before a retry. */
  readonly deadlineMs?: number
  readonly idleMs?: number
  readonly retryMs?: number
}

export interface OciRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** The value of Authorization; sent to the origin of `url` alone. */
  readonly authorization?: string | undefined
  readonly body?: Uint8Array
  /** The largest answer; a longer one is refused. Answers that are no success are cut at 64 KiB. */
  readonly maxBytes: number
  /** Follow redirects, as blobs need them; GET and HEAD only. */
  readonly follow?: boolean
  /** The request may be made twice without harm, so a broken connection is tried again. GET and HEAD always may. */
  readonly repeatable?: boolean
}

export interface OciResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** What answered, after redirects. */
  readonly url: URL
}

/** An answer whose body is still to come; `stream` is only there for a success. */
export interface OciStream extends OciResponse {
  readonly stream: Readable | undefined
}

export interface Transport {
  /** Any status is an answer. @throws source_insecure, redirect_refused, limit_exceeded, fetch_failed, certificate_untrusted, proxy_failed, cancelled */
  send(request: OciRequest): Promise<OciResponse>
  /** The same, with the body of a success left to be read; whoever gets it reads or destroys it. */
  open(request: OciRequest): Promise<OciStream>
}

const REDIRECTS = 5
const RETRIES = 3
const DEADLINE_MS = 10 * 60_000
const IDLE_MS = 60_000
const RETRY_MS = 300
const RETRY_AFTER_MS = 10_000
const PROBLEM_BYTES = 64 * 1024
const NOTHING = Buffer.alloc(0)

export function createTransport(options: TransportOptions = {}): Transport {
  const run = async (request: OciRequest, streamed: boolean): Promise<OciStream> => {
    assertSecure(request.url, options)
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), options.deadlineMs ?? DEADLINE_MS)
    const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal
    try {
      return await sendWithRetries(request, { signal, options, streamed })
    } catch (error) {
      if (options.signal?.aborted) {
        throw new SkillsError('cancelled', `The request to ${request.url.host} was cancelled`)
      }
      throw asFetchError(error, request.url, deadline.signal.aborted)
    } finally {
      // What streams on has no deadline, only no long silence.
      clearTimeout(timer)
    }
  }
  return { send: (request) => run(request, false), open: (request) => run(request, true) }
}

interface Sending {
  readonly signal: AbortSignal
  readonly options: TransportOptions
  readonly streamed: boolean
}

/** The address for messages and records. */
export function shownUrl(url: URL | string): string {
  return displayShort(redactUrl(String(url)), 300)
}

/** @throws source_insecure */
export function assertSecure(url: URL, { http }: Pick<TransportOptions, 'http'>): void {
  const plain = url.protocol === 'http:' && (http === true || isLoopbackHost(url.hostname))
  if ((url.protocol === 'https:' || plain) && url.username === '' && url.password === '') return
  throw new SkillsError('source_insecure', `Not a https: address: ${shownUrl(url)}`, {
    hint: 'registries are asked over https:, or over http: on this machine',
  })
}

async function sendWithRetries(request: OciRequest, sending: Sending): Promise<OciStream> {
  const { signal, options } = sending
  const repeatable = request.repeatable === true || request.method === 'GET' || request.method === 'HEAD'
  for (let attempt = 0; ; attempt++) {
    const backoff = (options.retryMs ?? RETRY_MS) * 2 ** attempt
    let pause = backoff
    try {
      const answer = await follow(request, sending)
      // Refused before anything was done with it, or by something on the way that nobody knows the effect of.
      const passing = [429, 503].includes(answer.status) || (repeatable && [502, 504].includes(answer.status))
      if (!passing || attempt >= RETRIES) return answer
      const after = Number(answer.headers['retry-after'])
      if (after > 0) pause = Math.min(Math.max(after * 1000, backoff), RETRY_AFTER_MS)
    } catch (error) {
      if (!repeatable || attempt >= RETRIES || !BROKEN.has(codeOf(error)) || signal.aborted) throw error
    }
    await wait(pause, undefined, { signal })
  }
}

async function follow(request: OciRequest, sending: Sending): Promise<OciStream> {
  let url = request.url
  for (let redirects = 0; ; redirects++) {
    const answer = await sendOnce({ ...request, url }, url.origin === request.url.origin, sending)
    if (![301, 302, 303, 307, 308].includes(answer.status)) return answer
    const reading = request.method === 'GET' || request.method === 'HEAD'
    if (!request.follow || !reading) {
      throw refused(url, 'redirects a request that must be answered where it was sent')
    }
    if (redirects >= REDIRECTS) throw refused(request.url, `redirects more than ${REDIRECTS} times`)
    url = redirectTarget(request.url, url, answer.headers.location)
    assertSecure(url, sending.options)
  }
}

/** Blobs stand on other hosts than the registry, so the host is free; encryption and the internet's side are not. */
function redirectTarget(first: URL, from: URL, location: string | undefined): URL {
  const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (!to) throw refused(from, 'redirects without saying where to')
  to.hash = ''
  const problem =
    to.username !== '' || to.password !== ''
      ? 'carries a credential'
      : from.protocol === 'https:' && to.protocol !== 'https:'
        ? 'gives up encryption'
        : isPrivateHost(to.hostname) && !isPrivateHost(first.hostname)
          ? 'leads from the internet to a private address'
          : undefined
  if (problem !== undefined) throw refused(from, `redirects to ${shownUrl(to)}, which ${problem}`)
  return to
}

function refused(url: URL, problem: string): SkillsError {
  return new SkillsError('redirect_refused', `${shownUrl(url)} ${problem}`, {
    hint: 'ask the operator of the registry; nothing was sent to the other place',
    details: { url: shownUrl(url) },
  })
}

async function sendOnce(
  request: OciRequest,
  ownOrigin: boolean,
  { signal, options, streamed }: Sending,
): Promise<OciStream> {
  const { send } = await import('../platform/http-client.ts')
  const idle = options.idleMs ?? IDLE_MS
  const { url, method, body, headers, authorization } = request
  const answer = await send(url, {
    method,
    signal,
    headersTimeout: idle,
    bodyTimeout: idle,
    // A body of no bytes still has a length.
    body: body ?? (method === 'GET' || method === 'HEAD' || method === 'DELETE' ? null : NOTHING),
    headers: {
      ...headers,
      'user-agent': 'skillward',
      // A digest is of the bytes as they are.
      'accept-encoding': 'identity',
      ...(ownOrigin && authorization !== undefined ? { authorization } : undefined),
    },
  })
  const { statusCode: status } = answer
  const head = { status, headers: firstOf(answer.headers), url }
  if (streamed && (status === 200 || status === 206)) {
    return { ...head, body: NOTHING, stream: answer.body }
  }
  try {
    const content = method === 'HEAD' ? NOTHING : await readBody(answer.body, status, request)
    return { ...head, body: content, stream: undefined }
  } finally {
    // What is left of a body is not worth reading; its abort is no news.
    answer.body.on('error', () => {})
    answer.body.destroy()
  }
}

function firstOf(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
  )
  return Object.fromEntries(flat) as Record<string, string>
}

async function readBody(body: AsyncIterable<unknown>, status: number, request: OciRequest): Promise<Buffer> {
  const success = status >= 200 && status < 300
  const limit = success ? request.maxBytes : PROBLEM_BYTES
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size <= limit) continue
    if (!success) break
    throw new SkillsError('limit_exceeded', `${shownUrl(request.url)} sends more than ${limit} bytes`, {
      hint: 'the registry gives more than it announced; do not use it',
      details: { limit },
    })
  }
  return Buffer.concat(chunks).subarray(0, limit)
}

function asFetchError(error: unknown, url: URL, late: boolean): SkillsError {
  if (isSkillsError(error)) return error
  const { code, reason, hint } = networkProblem(error)
  return new SkillsError(
    late ? 'fetch_failed' : code,
    `The registry at ${displayShort(url.host, 260)} cannot be asked: ${late ? 'it takes too long' : reason}`,
    {
      hint:
        hint ?? 'check the name, the network and the proxy settings (HTTPS_PROXY, NO_PROXY), and try again',
      details: { url: shownUrl(url), reason: codeOf(error) },
      cause: error,
    },
  )
}
