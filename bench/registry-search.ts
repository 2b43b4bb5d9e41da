// Search in a registry's catalogue inside the process, through the service that the routes call: every query another one, so
// that no memory of results answers. Beside it the bare query of FTS5 over the same index, without filters and pages.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import BetterSqlite from 'better-sqlite3'
import type { Database } from '../registry-server/db/database.ts'
import { openRegistryDatabase } from '../registry-server/db/open.ts'
import { queryWords } from '../registry-server/db/search-words.ts'
import { createSearcher } from '../registry-server/services/search.ts'
import { need } from '../test/support/need.ts'
import { startPostgres } from '../test/support/postgres.ts'
import type { Bench } from './context.ts'
import { percentile } from './measure.ts'
import { limitRow, ratioRow, type Row } from './report.ts'
import {
  createRandom,
  descriptionOf,
  drawWord,
  fillCatalogue,
  searchDatabase,
  wordAt,
} from './search-catalogue.ts'

const AREA = 'registry-search'
const EVERYBODY = { scopes: [] }
const WARM = 100

interface Size {
  readonly count: number
  /** Milliseconds for two words. */
  readonly median: number
  readonly p99: number
}

const SIZES: readonly Size[] = [
  { count: 10_000, median: 0.2, p99: 5 },
  { count: 100_000, median: 1.5, p99: 25 },
]

type MakeQuery = (random: () => number, count: number) => string

/** Words as often as texts have them, common ones included. */
const QUERIES: Readonly<Record<string, MakeQuery>> = {
  'two words': (random, count) => {
    const words = descriptionOf(Math.floor(random() * count))
    const first = Math.floor(random() * words.length)
    const second = (first + 1 + Math.floor(random() * (words.length - 1))) % words.length
    return `${words[first]} ${words[second]} `
  },
  'one word': (random) => `${drawWord(random)} `,
  'one of the 20 commonest words': (random) => `${wordAt(Math.floor(random() * 20))} `,
  'a rare word': (random) => `${wordAt(15_000 + Math.floor(random() * 5000))} `,
  'three letters': (random) => drawWord(random).slice(0, 3),
}

export async function registrySearch(bench: Bench): Promise<Row[]> {
  const rows: Row[] = []
  for (const size of SIZES) {
    const path = await searchDatabase(bench.scratch, size.count)
    const db = await openRegistryDatabase(path)
    try {
      rows.push(...(await onSqlite(bench, db, { ...size, path })), await whileSlow(db, size.count))
    } finally {
      await db.close()
    }
  }
  return [...rows, ...(await onPostgres(bench))]
}

async function onSqlite(bench: Bench, db: Database, size: Size & { readonly path: string }): Promise<Row[]> {
  const { count, path } = size
  const bare = new BetterSqlite(path, { readonly: true })
  const match = bare
    .prepare(
      'SELECT rowid FROM skills_search WHERE skills_search MATCH ? ORDER BY bm25(skills_search, 10, 5, 1) LIMIT 20',
    )
    .pluck()
  const rows: Row[] = []
  for (const [kind, make] of Object.entries(QUERIES)) {
    const ours: number[] = []
    const plain: number[] = []
    const random = createRandom(count)
    for (let run = -WARM; run < bench.count(3000); run += 1) {
      const query = make(random, count)
      const text = queryWords(query)
        .map(({ word, prefix }) => `"${word}"${prefix ? '*' : ''}`)
        .join(' ')
      const began = performance.now()
      match.all(text)
      const between = performance.now()
      await createSearcher(db).search({ q: query, limit: 20 }, EVERYBODY)
      if (run < 0) continue
      plain.push(between - began)
      ours.push(performance.now() - between)
    }
    const isGoal = kind === 'two words'
    const what = `${kind}, ${count} skills, SQLite`
    rows.push(
      limitRow(AREA, `${what}: median`, { ms: percentile(ours, 50), ...(isGoal && { atMost: size.median }) }),
      limitRow(AREA, `${what}: p99`, { ms: percentile(ours, 99), atMost: size.p99 }),
      ratioRow(AREA, `${what}: p99`, {
        ms: percentile(ours, 99),
        anchor: percentile(plain, 99),
        name: 'bare FTS5',
      }),
    )
  }
  bare.close()
  return rows
}

/** How long others wait for their turn while the dearest searches run without a pause. */
async function whileSlow(db: Database, count: number): Promise<Row> {
  const random = createRandom(7)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  for (let run = 0; run < 500; run += 1) {
    await createSearcher(db).search({ q: wordAt(Math.floor(random() * 20)), limit: 20 }, EVERYBODY)
    // Requests come one by one from the network: between two of them the loop turns.
    await turn()
  }
  delay.disable()
  return limitRow(AREA, `others wait while common words are searched, ${count} skills: p99`, {
    ms: delay.percentile(99) / 1e6,
  })
}

async function onPostgres(bench: Bench): Promise<Row[]> {
  if (need('postgres') !== undefined) return []
  const server = await startPostgres()
  try {
    const rows: Row[] = []
    for (const { count } of SIZES) {
      const db = await openRegistryDatabase(server.createDatabase())
      await fillCatalogue(db, count)
      for (const [kind, make] of Object.entries(QUERIES)) {
        const times: number[] = []
        const random = createRandom(count)
        for (let run = -WARM; run < bench.count(600); run += 1) {
          const query = make(random, count)
          const began = performance.now()
          await createSearcher(db).search({ q: query, limit: 20 }, EVERYBODY)
          if (run >= 0) times.push(performance.now() - began)
        }
        const what = `${kind}, ${count} skills, PostgreSQL`
        rows.push(
          limitRow(AREA, `${what}: median`, { ms: percentile(times, 50) }),
          limitRow(AREA, `${what}: p99`, { ms: percentile(times, 99) }),
        )
      }
      await db.close()
    }
    return rows
  } finally {
    await server.stop()
  }
}
