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
  /** Where the bytes are in the cache. */
  readonly bytesKey: string
  /** The database's version before the answer was made. */
  readonly version: number
  readonly onHit?: (() => void) | undefined
}

interface Options {
  readonly cache: ByteCache
  readonly version: () => number | undefined
}

const ANSWERS = 20_000
/** What depends on the time of day is at most so old. */
const LIFE_MS = 30_000
/** Requests with one of these get an answer of their own. */
const PERSONAL = /^(?:authorization|range|if-none-match|if-range|cookie)$/i

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
  return accept === '' ? url : `${url}\n${accept}`
}

function isPersonalLength(length: number): boolean {
  return length === 5 || length === 6 || length === 8 || length === 13
}

/** No answers yet. */
export function createHotAnswers({ cache, version }: Options): HotAnswers {
  const answers = new Map<string, KeptAnswer & { readonly until: number }>()
  let given = 0
  return {
    answer(request, response) {
      const { method, url = '' } = request
      const key = hotKey(method, url, request.rawHeaders)
      const kept = key === undefined ? undefined : answers.get(key)
      if (!kept) return false
      const holds = kept.version === version() && kept.until > Date.now()
      const bytes = holds ? cache.get(kept.bytesKey) : undefined
      if (!bytes) {
        answers.delete(key ?? '')
        return false
      }
      given++
      // No request id: there is no line in the log that it could lead to.
      response.writeHead(200, kept.headers)
      if (method === 'HEAD') {
        response.end()
        return true
      }
      response.end(bytes)
      kept.onHit?.()
      return true
    },
    keep(key, kept) {
      if (answers.size >= ANSWERS) {
        for (const oldest of answers.keys()) {
          answers.delete(oldest)
          break
        }
      }
      answers.set(key, { ...kept, until: Date.now() + LIFE_MS })
    },
    given: () => given,
  }
}
