// Counts downloads in memory and writes them in bulk, so that a pull never waits for a write. What was counted since the
// last write is lost when the process is killed: a statistic, not an account.
import type { Database } from '../db/database.ts'
import { addDownloads } from '../db/downloads.ts'
import { reindexPopularity } from '../db/search-index.ts'

/** So long after the first pull the counts are written, and not sooner than REST_MS after the last write. */
const FLUSH_MS = 5000
/** As long as hot.ts keeps an answer, since every write ends all of them. */
const REST_MS = 30_000
const NAMES = 10_000

export interface DownloadCounter {
  /** `@scope/name`; unknown names are dropped when they are written. */
  count(name: string): void
  /** Writes what was counted. Never throws: what could not be written is kept. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** A counter that writes by itself every few seconds. */
export function createDownloadCounter(db: Database, now: () => Date): DownloadCounter {
  let counts = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let written = -REST_MS
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const batch = counts
    counts = new Map()
    if (batch.size === 0) return
    written = performance.now()
    try {
      await db.transaction(async (tx) => {
        const day = now().toISOString().slice(0, 10)
        // In one order, so that two servers on one database do not wait for each other.
        for (const [name, count] of [...batch].sort(([a], [b]) => (a < b ? -1 : 1))) {
          const skill = await addDownloads(tx, { name, day, count })
          if (skill) await reindexPopularity(tx, skill)
        }
      })
    } catch {
      for (const [name, count] of batch) counts.set(name, (counts.get(name) ?? 0) + count)
    }
  }
  return {
    count(name) {
      const known = counts.get(name)
      if (known === undefined && counts.size >= NAMES) return
      counts.set(name, (known ?? 0) + 1)
      if (timer) return
      const wait = Math.max(FLUSH_MS, written + REST_MS - performance.now())
      timer = setTimeout(() => void flush(), wait).unref()
    },
    flush,
    close: flush,
  }
}
