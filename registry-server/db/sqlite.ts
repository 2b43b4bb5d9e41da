// SQLite behind the common face: one connection writes, one transaction at a time; another reads; a thread does slow reads.
import type BetterSqlite from 'better-sqlite3'
import { setTimeout as delay } from 'node:timers/promises'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import { openDatabase, toDatabaseError } from '../../src/platform/sqlite.ts'
import type { Database, SqlValue } from './database.ts'
import { openSlowReader } from './sqlite-slow.ts'
import { openWalSync } from './wal-sync.ts'

type Connection = BetterSqlite.Database
type Statement = BetterSqlite.Statement

/**
 * Opens or creates the file.
 * @throws database_invalid for one that is damaged or no database; otherwise as `openDatabase` of platform/sqlite.ts
 */
export async function openSqlite(path: string): Promise<Database> {
  const open = (): Promise<Connection> =>
    openDatabase(path, []).catch((error: unknown) => {
      throw ofRegistry(error)
    })
  const writer = await open()
  const reader = await open()
  reader.pragma('query_only = ON')
  for (const connection of [writer, reader]) {
    connection.pragma('cache_size = -32768')
  }
  const prepareWrite = statements(writer)
  const prepareRead = statements(reader)
  // Another process that writes is waited for without holding up this one.
  writer.pragma('busy_timeout = 0')
  // Where a file system has no write-ahead log, SQLite itself syncs each commit.
  const wal = writer.pragma('journal_mode', { simple: true }) === 'wal' ? openWalSync(path) : undefined
  if (wal) writer.pragma('synchronous = NORMAL')
  const slow = openSlowReader(path)
  const mutex = createMutex()
  let writes = 0
  // Whatever another process wrote, as SQLite itself counts it. Asking costs more than a whole answer from memory.
  const dataVersion = reader.prepare('PRAGMA data_version').pluck()
  const readOthers = (): number => dataVersion.get() as number
  let others = { at: 0, version: 0 }
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw sqliteFailure(error, path)
    }
  }
  const write = (sql: string, params: readonly SqlValue[]): { changes: number } => {
    writes++
    return guarded(() => ({ changes: prepareWrite(sql).run(...params).changes }))
  }

  const transactional: Database = {
    kind: 'sqlite',
    all: async <T>(sql: string, params: readonly SqlValue[] = []) =>
      guarded(() => prepareWrite(sql).all(...params) as T[]),
    one: async <T>(sql: string, params: readonly SqlValue[] = []) =>
      guarded(() => prepareWrite(sql).get(...params) as T | undefined),
    slow: async <T>(sql: string, params: readonly SqlValue[] = []) =>
      guarded(() => prepareWrite(sql).all(...params) as T[]),
    run: async (sql, params = []) => write(sql, params),
    transaction: (work) => work(transactional),
    lock: async () => {},
    version: () => undefined,
    close: async () => {},
  }

  return {
    kind: 'sqlite',
    all: async <T>(sql: string, params: readonly SqlValue[] = []) =>
      guarded(() => prepareRead(sql).all(...params) as T[]),
    one: async <T>(sql: string, params: readonly SqlValue[] = []) =>
      guarded(() => prepareRead(sql).get(...params) as T | undefined),
    slow: (sql, params = []) => slow.all(sql, params),
    async run(sql, params = []) {
      const result = await mutex(() => whenFree(() => write(sql, params)))
      await wal?.durable()
      return result
    },
    async transaction(work, { early = false } = {}) {
      const result = await mutex(async () => {
        await whenFree(() => guarded(() => writer.exec('BEGIN IMMEDIATE')))
        try {
          const result = await work(transactional)
          writes++
          guarded(() => writer.exec('COMMIT'))
          return result
        } catch (error) {
          if (writer.inTransaction) writer.exec('ROLLBACK')
          throw error
        }
      })
      if (!early) await wal?.durable()
      return result
    },
    lock: async () => {
      throw new SkillsError('internal', 'A lock was asked for outside a transaction')
    },
    version() {
      const now = Date.now()
      if (now - others.at > OTHERS_MS || now < others.at) others = { at: now, version: readOthers() }
      return writes * 0x1_0000_0000 + others.version
    },
    async close() {
      await mutex(async () => {})
      await wal?.close()
      await slow.close()
      reader.close()
      writer.close()
    },
  }
}

const PATIENCE_MS = 30_000
/** So late is seen by `version` what another process wrote. */
const OTHERS_MS = 20

/** Tries again while another process writes. */
async function whenFree<T>(work: () => T): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return work()
    } catch (error) {
      const busy = error instanceof SkillsError && String(error.details.sqlite).startsWith('SQLITE_BUSY')
      if (!busy || Date.now() > deadline) throw error
      await delay(1 + Math.random() * 10)
    }
  }
}

/** Prepared once, looked up by the text. Placeholders beyond SQLite's own are none, so nothing is rewritten. */
function statements(connection: Connection): (sql: string) => Statement {
  const prepared = new Map<string, Statement>()
  return (sql) => {
    const known = prepared.get(sql)
    if (known) return known
    const statement = connection.prepare(sql)
    if (prepared.size > 1000) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }
}

/** One at a time, in the order of asking. */
function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }
}

function sqliteFailure(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // Constraints are the caller's business; he asks `isUnique`.
  if (!code.startsWith('SQLITE_') || code.startsWith('SQLITE_CONSTRAINT')) return error
  return ofRegistry(toDatabaseError(error, path))
}

/** Advice for the user's own ledger would be wrong here: without its database a registry knows none of its blobs. */
function ofRegistry(error: unknown): unknown {
  const isDamage =
    isSkillsError(error, 'ledger_invalid') && /^SQLITE_(?:NOTADB|CORRUPT)/.test(String(error.details.sqlite))
  if (!isDamage) return error
  return new SkillsError('database_invalid', error.message, {
    hint: 'keep the whole data folder as it is, and restore a backup into a new one',
    details: error.details,
    cause: error,
  })
}
