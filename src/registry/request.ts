// One request to a registry's API: JSON in, JSON out, bounded in bytes, time and repetitions.
// Never follows a redirect, so that no credential can leave for another place; never believes an unbounded answer.
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { isLoopbackHost } from '../platform/http-redirect.ts'
import { BROKEN, codeOf, networkProblem } from '../platform/network-error.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { problemError } from './problem.ts'

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface RequestOptions {
  readonly signal: AbortSignal
  readonly report?: ((message: string) => void) | undefined
  /** Milliseconds: all attempts together, and the first pause before a retry. */
  readonly deadlineMs?: number
  readonly retryMs?: number
}

const RETRIES = 3
const RETRY_MS = 300
const RETRY_AFTER_MS = 10_000
const DEADLINE_MS = 60_000
const IDLE_MS = 30_000
/** The largest answer that is read: a skill with thousands of versions. */
const MAX_BYTES = 16 * 1024 * 1024

interface Answer {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  readonly bytes: Buffer
}

/**
 * The JSON value of a 2xx answer; undefined for one without a body. 429, 502, 503, 504 and broken connections are tried
 * again three times: for GET always, for others only where the server cannot have acted (429, 503).
 * @throws source_insecure, redirect_refused, limit_exceeded, fetch_failed, certificate_untrusted, proxy_failed, cancelled, and what `problemError` makes of
 *   the server's answer
 */
export async function requestJson(request: JsonRequest, options: RequestOptions): Promise<unknown> {
  assertSecure(request.url)
  const late = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS)
  const signal = AbortSignal.any([options.signal, late])
  try {
    const answer = await sendWithRetries(request, signal, options)
    return judge(request, answer)
  } catch (error) {
    if (options.signal.aborted) throw new SkillsError('cancelled', 'Cancelled')
    throw asFetchError(error, request.url, late.aborted)
  }
}

/** Where the registry is, for messages: without query and credential. */
export function shownUrl(url: URL | string): string {
  return displayShort(redactUrl(String(url)), 200)
}

function assertSecure(url: URL): void {
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (secure && url.username === '' && url.password === '') return
  throw new SkillsError('source_insecure', `Not a https: address: ${shownUrl(url)}`, {
    hint: 'a registry is asked over https:, or over http: on this machine',
  })
}

async function sendWithRetries(
  request: JsonRequest,
  signal: AbortSignal,
  options: RequestOptions,
): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    let pause = (options.retryMs ?? RETRY_MS) * 2 ** attempt
    try {
      const answer = await send(request, signal)
      const untouched = answer.status === 429 || answer.status === 503
      const passing = untouched || (request.method === 'GET' && [502, 504].includes(answer.status))
      if (!passing || attempt >= RETRIES) return answer
      const after = Number(answer.headers['retry-after'])
      if (after > 0) pause = Math.min(Math.max(pause, after * 1000), RETRY_AFTER_MS)
    } catch (error) {
      const again = request.method === 'GET' && BROKEN.has(codeOf(error)) && attempt < RETRIES
      if (!again || signal.aborted) throw error
    }
    options.report?.(`asking ${displayShort(request.url.host, 100)} again`)
    await wait(pause, undefined, { signal })
  }
}

async function send({ method, url, token, body }: JsonRequest, signal: AbortSignal): Promise<Answer> {
  const client = await import('../platform/http-client.ts')
  const response = await client.send(url, {
    method,
    signal,
    headersTimeout: IDLE_MS,
    bodyTimeout: IDLE_MS,
    headers: {
      accept: 'application/json, application/problem+json',
      'accept-encoding': 'identity',
      'user-agent': 'skillward',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  try {
    return { status: response.statusCode, headers: response.headers, bytes: await readBody(response, url) }
  } finally {
    response.body.on('error', () => {})
    response.body.destroy()
  }
}

async function readBody(response: Dispatcher.ResponseData, url: URL): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += (chunk as Buffer).length
    if (size > MAX_BYTES) {
      throw new SkillsError(
        'limit_exceeded',
        `The answer of ${shownUrl(url)} is larger than ${MAX_BYTES} bytes`,
        {
          details: { limit: MAX_BYTES },
        },
      )
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks, size)
}

function judge({ url }: JsonRequest, { status, headers, bytes }: Answer): unknown {
  if (status >= 300 && status < 400) {
    const location = headers.location
    const to = typeof location === 'string' ? location : ''
    const target = URL.canParse(to, url.href) ? shownUrl(new URL(to, url)) : 'nowhere'
    throw new SkillsError(
      'redirect_refused',
      `The registry at ${shownUrl(url.origin)} redirects to ${target}`,
      {
        hint: 'if you trust that place, name it as the registry itself',
        details: { from: shownUrl(url), to: target },
      },
    )
  }
  if (status < 200 || status >= 300) throw problemError(parsed(bytes), { status, url: shownUrl(url) })
  if (bytes.length === 0) return undefined
  const value = parsed(bytes)
  if (value !== undefined) return value
  throw new SkillsError('registry_invalid', `${shownUrl(url)} did not answer with JSON`, {
    hint: 'check the address; it is that of a registry, such as https://skills.example.org',
    details: { url: shownUrl(url) },
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function asFetchError(error: unknown, url: URL, late: boolean): SkillsError {
  if (isSkillsError(error)) return error
  const { code, reason, hint } = networkProblem(error)
  return new SkillsError(
    late ? 'fetch_failed' : code,
    `The registry at ${shownUrl(url.origin)} cannot be reached: ${late ? 'it takes too long to answer' : reason}`,
    {
      hint:
        hint ??
        'check the address, the network and HTTPS_PROXY; what is locked and in the store needs no registry',
      details: { url: shownUrl(url) },
      cause: error,
    },
  )
}
