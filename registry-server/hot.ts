// Answers kept ready for those who ask without credentials: public, small, the same for everybody. One is given out only
// while nothing was written since it was made. This stands before the framework because the framework's own cost is more
// than the rest of such a request (docs/performance.md has the figures); every step here is counted in nanoseconds.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ByteCache } from './blobs/cache.ts'

export interface HotAnswers {
  /** Answers the request, if an answer is ready. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** Keeps an answer to `GET key`. */
  keep(key: string, kept: KeptAnswer): void
  /** How many answers were given. */
  given(): number
}

export interface KeptAnswer {
  /** Names and values in turn. */
  readonly headers: string[]
  readonly bytes: Buffer
  /** Where large bytes stay in the cache. */
  readonly bytesKey: string
  /** The database's version before the answer was made. */
  readonly version: number
  readonly onHit?: (() => void) | undefined
}

interface Options {
  readonly cache: ByteCache
  readonly version: () => number | undefined
  /** At most so many bytes of small bodies. */
  readonly textBytes: number
}

const ANSWERS = 20_000
/** A longer address is nobody's often enough to be worth its place. */
const KEY_LENGTH = 1024
/**
 * A body up to this size is kept as text with a character for each byte: Node sends headers and text with one write, for
 * headers and a buffer it needs a vector. Above it the copy costs more.
 */
const TEXT_BYTES = 4 * 1024
/** What depends on the time of day is at most so old. */
const LIFE_MS = 30_000
/** Requests with one of these get an answer of their own. */
const PERSONAL = /^(?:authorization|range|if-none-match|if-range|cookie|x-request-id|x-correlation-id)$/i

/** The key of a request by its raw headers; undefined for one that is not answered from here. */
export function hotKey(
  method: string | undefined,
  url: string,
  rawHeaders: readonly string[],
): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  let accept = ''
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    // By length first: `headers` of Node would be built for this alone.
    if (name.length === 6 && /^accept$/i.test(name)) accept = rawHeaders[i + 1] ?? ''
    else if (isPersonalLength(name.length) && PERSONAL.test(name)) return undefined
  }
  const key = accept === '' ? url : `${url}\n${accept}`
  return key.length <= KEY_LENGTH ? key : undefined
}

function isPersonalLength(length: number): boolean {
  return length === 5 || length === 6 || length === 8 || length === 12 || length === 13 || length === 16
}

interface HotAnswer extends Omit<KeptAnswer, 'bytes'> {
  readonly text: string | undefined
  readonly until: number
}

/** No answers yet. */
export function createHotAnswers({ cache, version, textBytes }: Options): HotAnswers {
  const answers = new Map<string, HotAnswer>()
  let given = 0
  let held = 0
  const drop = (key: string): void => {
    held -= answers.get(key)?.text?.length ?? 0
    answers.delete(key)
  }
  return {
    answer(request, response) {
      const { method, url = '' } = request
      const key = hotKey(method, url, request.rawHeaders)
      const kept = key === undefined ? undefined : answers.get(key)
      if (key === undefined || !kept) return false
      const holds = kept.version === version() && kept.until > Date.now()
      const body = holds ? (kept.text ?? cache.get(kept.bytesKey)) : undefined
      if (body === undefined) {
        drop(key)
        return false
      }
      given++
      // No request id: there is no line in the log that it could lead to.
      response.writeHead(200, kept.headers)
      if (method === 'HEAD') {
        response.end()
        return true
      }
      response.end(body, 'latin1')
      kept.onHit?.()
      return true
    },
    keep(key, { bytes, ...kept }) {
      drop(key)
      const text = bytes.length <= TEXT_BYTES ? bytes.toString('latin1') : undefined
      if (text === undefined) cache.put(kept.bytesKey, bytes)
      answers.set(key, { ...kept, text, until: Date.now() + LIFE_MS })
      held += text?.length ?? 0
      for (const oldest of answers.keys()) {
        if (answers.size <= ANSWERS && held <= textBytes) break
        drop(oldest)
      }
    },
    given: () => given,
  }
}
