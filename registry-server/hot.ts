// Answers kept ready for those who ask without credentials: public, small, the same for everybody. One is given out only
// while nothing was written since it was made. This stands before the framework because the framework's own cost is more
// than the rest of such a request (docs/registry-server.md has the figures).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ByteCache } from './blobs/cache.ts'
import type { Metrics } from './metrics.ts'

export interface HotAnswers {
  /** Answers the request, if an answer is ready. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** Keeps an answer to `GET key`. */
  keep(key: string, kept: KeptAnswer): void
}

export interface KeptAnswer {
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** Where the bytes are in the cache. */
  readonly bytesKey: string
  /** The database's version before the answer was made. */
  readonly version: number
  readonly onHit?: (() => void) | undefined
}

interface Options {
  readonly cache: ByteCache
  readonly metrics: Metrics
  readonly version: () => number | undefined
  readonly requestId: () => string
}

const ANSWERS = 20_000
/** What depends on the time of day is at most so old. */
const LIFE_MS = 30_000

/** The key of a request; undefined for one that is not answered from here. */
export function hotKey(
  method: string | undefined,
  url: string,
  header: (name: 'authorization' | 'range' | 'if-none-match' | 'cookie' | 'accept') => string | undefined,
): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const special = header('authorization') ?? header('range') ?? header('if-none-match') ?? header('cookie')
  return special === undefined ? `${url}\n${header('accept') ?? ''}` : undefined
}

/** No answers yet. */
export function createHotAnswers({ cache, metrics, version, requestId }: Options): HotAnswers {
  const answers = new Map<string, KeptAnswer & { readonly until: number }>()
  return {
    answer(request, response) {
      const { method, url = '', headers } = request
      const key = hotKey(method, url, (name) => headers[name])
      const kept = key === undefined ? undefined : answers.get(key)
      if (!kept) return false
      const bytes =
        kept.version === version() && kept.until > Date.now() ? cache.get(kept.bytesKey) : undefined
      if (!bytes) {
        answers.delete(key ?? '')
        return false
      }
      response.writeHead(200, [...kept.headers, 'X-Request-Id', requestId()])
      if (method === 'HEAD') response.end()
      else {
        response.end(bytes)
        kept.onHit?.()
      }
      metrics.count('hot_answers_total')
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
  }
}
