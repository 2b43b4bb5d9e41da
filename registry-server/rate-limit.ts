// Token buckets in memory, one a client and class. Each server of several counts for itself.
import { SkillsError } from '../src/errors/error.ts'

export interface RateLimiter {
  /** Takes one. @throws rate_limited with `details.retryAfter` in seconds */
  take(client: string): void
  /** True when `take` would throw. */
  isSpent(client: string): boolean
}

const CLIENTS = 50_000

/** `perMinute` requests a client, as a bucket that a third of a minute fills; 0 means no limit. */
export function createRateLimiter(perMinute: number, now: () => number = Date.now): RateLimiter {
  const size = Math.max(1, Math.ceil(perMinute / 3))
  const perMs = perMinute / 60_000
  const buckets = new Map<string, { left: number; at: number }>()
  const level = (client: string): number => {
    const bucket = buckets.get(client)
    return bucket ? Math.min(size, bucket.left + (now() - bucket.at) * perMs) : size
  }
  return {
    isSpent: (client) => perMinute > 0 && level(client) < 1,
    take(client) {
      if (perMinute <= 0) return
      const left = level(client)
      if (left < 1) {
        const retryAfter = Math.max(1, Math.ceil((1 - left) / perMs / 1000))
        throw new SkillsError('rate_limited', 'Too many requests from this client', {
          hint: `try again in ${retryAfter} s`,
          details: { retryAfter },
        })
      }
      // The oldest first: a flood of addresses pushes out those that have been quiet longest.
      buckets.delete(client)
      if (buckets.size >= CLIENTS)
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest)
          break
        }
      buckets.set(client, { left: left - 1, at: now() })
    },
  }
}
