// Downloads over HTTP into memory, bounded in bytes, time and redirects. undici does the protocol.
// Never decodes a Content-Encoding, never resumes, never sends a caller's header to another origin.
import { setMaxListeners } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { isLoopbackHost, redirectProblem } from './http-redirect.ts'
import { BROKEN, codeOf, networkProblem } from './network-error.ts'
import { displayShort, redactUrl } from './text.ts'

export interface DownloadOptions {
  readonly signal: AbortSignal
  readonly maxBytes: number
  /** One line of progress, safe to show. */
  readonly report?: (message: string) => void
  /** Connect to public addresses only, whatever a name resolves to; redirects included. */
  readonly publicOnly?: boolean
  /** Sent to the first origin only. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds: the whole download, the longest silence, and the first pause before a retry. */
  readonly deadlineMs?: number
  readonly idleMs?: number
  readonly retryMs?: number
}

export interface Download {
  /** As sent, still in any Content-Encoding that the server put on it. */
  readonly bytes: Buffer
  readonly contentType: string | undefined
  readonly finalUrl: string
  /** The strong or weak validator of the first URL's answer, when it has one. */
  readonly etag: string | undefined
}

const REDIRECTS = 5
const RETRIES = 3
const DEADLINE_MS = 5 * 60_000
const IDLE_MS = 30_000
const RETRY_MS = 300
/** The longest pause that a server may ask for. */
const RETRY_AFTER_MS = 10_000

/**
 * Downloads a https: URL, or a http: URL of a loopback host, through the proxies of the environment (proxy.ts). At most 5 redirects: on the same host freely, to another host only when it is a known
 * companion (github.com to codeload.github.com), never away from https:, never from a public to a private address.
 * Answers 429, 502, 503, 504 and broken connections are retried three times.
 * @throws source_insecure, spec_credentials, source_not_found, source_unauthorized, redirect_refused, limit_exceeded,
 *   fetch_failed, certificate_untrusted, proxy_invalid, proxy_failed, cancelled
 */
export async function download(url: string, options: DownloadOptions): Promise<Download> {
  const result = await downloadIfChanged(url, undefined, options)
  if (!result)
    throw new SkillsError('fetch_failed', `${shown(url)} answered "not modified" without being asked`)
  return result
}

/**
 * Like `download`; undefined when the server says that what it gave with this ETag is still what it has.
 * @param etag of an earlier `Download`
 */
export async function downloadIfChanged(
  url: string,
  etag: string | undefined,
  options: DownloadOptions,
): Promise<Download | undefined> {
  const first = checkedUrl(url)
  const clock = startClock(options)
  options.report?.(`Downloading ${shown(url)}`)
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await follow(first, etag, { ...options, signal: clock.signal })
      } catch (error) {
        const again = retryDelay(error, attempt, options.retryMs ?? RETRY_MS)
        if (again === undefined || clock.signal.aborted) throw error
        options.report?.(`Trying ${shown(url)} again`)
        await wait(again, undefined, { signal: clock.signal })
      }
    }
  } catch (error) {
    throw clock.problem(first) ?? asFetchError(error, first)
  } finally {
    clock.stop()
  }
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (!url || !secure) {
    throw new SkillsError('source_insecure', `Not a https: address: ${shown(text)}`, {
      hint: 'use https:, or http: on this machine only',
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new SkillsError('spec_credentials', `The address carries a credential: ${shown(text)}`, {
      hint: 'take the user and password out of the address',
    })
  }
  return url
}

function shown(url: string | URL): string {
  return displayShort(redactUrl(String(url)), 300)
}

/** One signal for the caller's abort and the deadline, and which of them it was. */
function startClock(options: DownloadOptions): {
  signal: AbortSignal
  problem(url: URL): SkillsError | undefined
  stop(): void
} {
  const limit = options.deadlineMs ?? DEADLINE_MS
  const controller = new AbortController()
  let late = false
  const abort = (): void => controller.abort()
  const timer = setTimeout(() => {
    late = true
    abort()
  }, limit)
  if (options.signal.aborted) abort()
  // Each of the downloads that share a signal listens to it; that is no leak.
  setMaxListeners(0, options.signal)
  options.signal.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    problem(url) {
      if (options.signal.aborted)
        return new SkillsError('cancelled', `The download of ${shown(url)} was cancelled`)
      if (!late) return undefined
      return new SkillsError(
        'fetch_failed',
        `${shown(url)} took longer than ${Math.ceil(limit / 1000)} seconds`,
      )
    },
    stop() {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', abort)
    },
  }
}

/** A refusal that may pass when the request is made again. */
class Transient extends Error {
  readonly error: SkillsError
  readonly afterMs: number | undefined

  constructor(error: SkillsError, afterMs: number | undefined) {
    super(error.message)
    this.error = error
    this.afterMs = afterMs
  }
}

function retryDelay(error: unknown, attempt: number, firstMs: number): number | undefined {
  if (attempt >= RETRIES) return undefined
  const backoff = firstMs * 2 ** attempt
  if (error instanceof Transient) return Math.min(Math.max(error.afterMs ?? 0, backoff), RETRY_AFTER_MS)
  return BROKEN.has(codeOf(error)) ? backoff : undefined
}

async function follow(
  first: URL,
  etag: string | undefined,
  options: DownloadOptions,
): Promise<Download | undefined> {
  let url = first
  for (let redirects = 0; ; redirects++) {
    const response = await ask(url, first, etag, options)
    try {
      const status = response.statusCode
      if (status === 304 && etag !== undefined) return undefined
      if (status === 200) {
        return {
          bytes: await readBody(response, url, options.maxBytes),
          contentType: header(response, 'content-type'),
          finalUrl: url.href,
          etag: header(response, 'etag'),
        }
      }
      if (![301, 302, 303, 307, 308].includes(status)) throw statusError(url, response)
      if (redirects >= REDIRECTS) {
        throw new SkillsError('redirect_refused', `${shown(first)} redirects more than ${REDIRECTS} times`)
      }
      url = nextUrl(first, url, header(response, 'location'))
    } finally {
      // What is left of a body is not worth reading; its abort is no news.
      response.body.on('error', () => {})
      response.body.destroy()
    }
  }
}

async function ask(
  url: URL,
  first: URL,
  etag: string | undefined,
  options: DownloadOptions,
): Promise<Dispatcher.ResponseData> {
  const { send } = await (client ??= import('./http-client.ts'))
  const idle = options.idleMs ?? IDLE_MS
  return send(url, {
    method: 'GET',
    publicOnly: options.publicOnly === true,
    signal: options.signal,
    headersTimeout: idle,
    bodyTimeout: idle,
    headers: {
      ...(url.origin === first.origin ? options.headers : undefined),
      ...(etag === undefined ? undefined : { 'if-none-match': etag }),
      'user-agent': 'skillward',
      accept: '*/*',
      // An archive is compressed already; asking for more would only make it undecided what its digest is of.
      'accept-encoding': 'identity',
    },
  })
}

/** Asked for once: resolving the name again costs every download. */
let client: Promise<typeof import('./http-client.ts')> | undefined

function nextUrl(first: URL, from: URL, location: string | undefined): URL {
  const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (!to) throw new SkillsError('fetch_failed', `${shown(from)} redirects without saying where to`)
  to.hash = ''
  const problem = redirectProblem(first, from, to)
  if (!problem) return to
  throw new SkillsError(
    'redirect_refused',
    `${shown(from)} redirects to ${shown(to)}, which ${problem.problem}`,
    {
      hint: problem.useTarget
        ? `if you trust that host, use its address instead: ${shown(to)}`
        : 'ask the owner of the address',
      details: { from: shown(from), to: shown(to) },
    },
  )
}

async function readBody(response: Dispatcher.ResponseData, url: URL, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): SkillsError =>
    new SkillsError('limit_exceeded', `${shown(url)} is larger than ${maxBytes} bytes`, {
      details: { limit: maxBytes },
    })
  const length = header(response, 'content-length')
  if (Number(length) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += (chunk as Buffer).length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk as Buffer)
  }
  if (length !== undefined && size !== Number(length)) {
    throw new Transient(
      new SkillsError(
        'fetch_failed',
        `${shown(url)} sent ${size} bytes instead of ${displayShort(length, 20)}`,
      ),
      undefined,
    )
  }
  return Buffer.concat(chunks, size)
}

function header(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

function statusError(url: URL, response: Dispatcher.ResponseData): Error {
  const status = response.statusCode
  const details = { status, url: shown(url) }
  if (status === 401 || status === 403) {
    return new SkillsError('source_unauthorized', `${shown(url)} refuses access (status ${status})`, {
      hint: 'downloads are made without credentials; use a git source for a private repository',
      details,
    })
  }
  if (status === 404 || status === 410) {
    return new SkillsError('source_not_found', `There is nothing at ${shown(url)} (status ${status})`, {
      hint: 'check the address; a private file also looks like this',
      details,
    })
  }
  const error = new SkillsError('fetch_failed', `${shown(url)} answered with status ${status}`, {
    hint: status >= 500 || status === 429 ? 'try again later' : 'check the address',
    details,
  })
  if (![429, 502, 503, 504].includes(status)) return error
  const after = Number(header(response, 'retry-after'))
  return new Transient(error, Number.isFinite(after) && after > 0 ? after * 1000 : undefined)
}

function asFetchError(error: unknown, url: URL): SkillsError {
  if (error instanceof Transient) return error.error
  if (isSkillsError(error)) return error
  const { code, reason, hint } = networkProblem(error)
  return new SkillsError(code, `${shown(url)} could not be downloaded: ${reason}`, {
    hint: hint ?? 'check the network and the proxy settings (HTTPS_PROXY, NO_PROXY), and try again',
    details: { url: shown(url), reason: codeOf(error) },
    cause: error,
  })
}
