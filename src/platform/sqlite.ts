// SQLite files: private to the user, durable at every commit, migrated forward only. The native module loads when a database
// is opened, and not before.
import type { Database } from 'better-sqlite3'
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { toFsError, makeFolders } from './fs.ts'
import { sqliteDriver } from './sqlite-driver.ts'
import { displayText } from './text.ts'
import { shellCommand } from './shell.ts'

export type { Database } from 'better-sqlite3'

const BUSY_MS = 30_000

/**
 * Opens or creates a database (file 0600, folder 0700; WAL, synchronous FULL, foreign keys on) and brings its schema up
 * to date: `migrations[n]` is the SQL from version n to n + 1, kept in `user_version`.
 * @throws ledger_invalid for a file that is no database, is damaged or is from a newer version; driver_missing;
 * permission_denied, disk_full, fs_failed
 */
export async function openDatabase(path: string, migrations: readonly string[]): Promise<Database> {
  const { Sqlite } = sqliteDriver()
  createPrivate(path)
  let database: Database | undefined
  try {
    database = new Sqlite(path, { timeout: BUSY_MS })
    setUp(database)
    migrate(database, path, migrations)
    return database
  } catch (error) {
    database?.close()
    throw toDatabaseError(error, path)
  }
}

/** Loads the native module ahead of the first `openDatabase`. @throws driver_missing when there is none for this Node */
export function loadDatabases(): void {
  sqliteDriver()
}

/** SQLite itself would create the file by the umask; its -wal and -shm files take the mode of this one. */
function createPrivate(path: string): void {
  try {
    if (existsSync(path)) return
    makeFolders(dirname(path), 0o700)
    closeSync(openSync(path, 'a', 0o600))
    chmodSync(path, 0o600)
  } catch (error) {
    throw toFsError(error, path)
  }
}

function setUp(database: Database): void {
  if (database.pragma('journal_mode', { simple: true }) !== 'wal') switchToWal(database)
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
}

// The switch needs the file for itself, and SQLite does not wait for that by its busy timeout.
function switchToWal(database: Database): void {
  const deadline = Date.now() + BUSY_MS
  for (;;) {
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!sqliteCode(error).startsWith('SQLITE_BUSY') || Date.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20)
    }
  }
}

function migrate(database: Database, path: string, migrations: readonly string[]): void {
  const version = () => database.pragma('user_version', { simple: true }) as number
  if (version() === migrations.length) return
  const upgrade = database.transaction(() => {
    const from = version()
    if (from > migrations.length) throw fromNewer(path, from)
    for (const sql of migrations.slice(from)) database.exec(sql)
    database.pragma(`user_version = ${migrations.length}`)
  })
  upgrade.immediate()
}

function fromNewer(path: string, version: number): SkillsError {
  return new SkillsError(
    'ledger_invalid',
    `${displayText(path)} was written by a newer version of this program`,
    {
      hint: 'update skillward',
      details: { file: path, version },
    },
  )
}

/** An error of SQLite as a SkillsError about the file; every other error by `toFsError`. */
export function toDatabaseError(error: unknown, path: string): SkillsError {
  if (error instanceof SkillsError) return error
  const code = sqliteCode(error)
  const shown = displayText(path)
  const details = { file: path, sqlite: code }
  if (/^SQLITE_(?:READONLY|CANTOPEN|PERM|AUTH)/.test(code)) {
    return new SkillsError('permission_denied', `The database cannot be opened or written: ${shown}`, {
      hint: 'check the owner and the mode of the file and of its folder',
      details,
      cause: error,
    })
  }
  if (code.startsWith('SQLITE_FULL')) {
    return new SkillsError('disk_full', `No space left to write ${shown}`, {
      hint: 'free some space',
      details,
      cause: error,
    })
  }
  if (/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) {
    return new SkillsError('ledger_invalid', `${shown} is not a database, or is damaged`, {
      hint: `keep a copy and move it away (${shellCommand('mv', shown, `${shown}.bad`)}); a new one is started`,
      details,
      cause: error,
    })
  }
  if (code.startsWith('SQLITE_')) {
    return new SkillsError('ledger_invalid', `The database failed (${code}): ${shown}`, {
      details,
      cause: error,
    })
  }
  return toFsError(error, path)
}

function sqliteCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
