// The user's record of what was granted, installed and removed: rows are only added, each sealed by a hash over itself
// and the seal before it. Holds no content and no secret; answers who allowed what, where and when.
import type { Database } from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { SkillsError } from '../errors/error.ts'
import { openDatabase, toDatabaseError } from '../platform/sqlite.ts'
import { displayText } from '../platform/text.ts'
import { ledgerFile, readAnchor, writeAnchor } from './anchor.ts'
import { type Anchor, type ChainedRow, firstBroken, FIRST_SEAL, seal } from './chain.ts'

export type LedgerAction = 'grant' | 'revoke' | 'install' | 'update' | 'remove' | 'accept_integrity'

export interface LedgerEvent {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly actor: string
  readonly action: LedgerAction
  /** The project's absolute path, or `global`. */
  readonly scope: string
  readonly skill: string
  readonly integrity: string
  /** Anything that JSON can hold. */
  readonly details: unknown
}

/** An event with its place in the chain. */
export interface LedgerRow extends LedgerEvent {
  /** From 1, without gaps. */
  readonly seq: number
  readonly hash: string
}

/** `head` is the last seal. */
export type LedgerVerdict =
  | { readonly intact: true; readonly rows: number; readonly head: string }
  | { readonly intact: false; readonly seq: number; readonly reason: string }

export interface Ledger {
  /** Adds one event; on disk when it returns. @throws ledger_invalid, disk_full, permission_denied */
  record(event: LedgerEvent): void
  /** Adds all events or none, with one wait for the disk. */
  recordAll(events: readonly LedgerEvent[]): void
  /** Events in order, of one skill, of one scope (`global` or a project's path), or all. */
  list(filter?: { readonly skill?: string; readonly scope?: string }): LedgerRow[]
  /** Recomputes every seal; names the first row that was changed, added or removed, also at the end. */
  verify(): LedgerVerdict
  close(): void
}

const MIGRATIONS = [
  `CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     at TEXT NOT NULL,
     actor TEXT NOT NULL,
     action TEXT NOT NULL,
     scope TEXT NOT NULL,
     skill TEXT NOT NULL,
     integrity TEXT NOT NULL,
     details TEXT NOT NULL,
     hash TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_by_skill ON events (skill);
   CREATE TRIGGER events_are_final BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are final'); END;
   CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events stay'); END;`,
]

/**
 * Opens `<dataDir>/security.sqlite`, creating it when there is none unless `create` is false.
 * @throws ledger_invalid (also for a missing one that is not created), permission_denied, disk_full, fs_failed
 */
export async function openLedger(
  dataDir: string,
  { create = true }: { readonly create?: boolean } = {},
): Promise<Ledger> {
  const path = ledgerFile(dataDir)
  if (!create && !existsSync(path)) {
    throw new SkillsError('ledger_invalid', `The ledger is missing: ${displayText(path)}`, {
      details: { file: path },
    })
  }
  const database = await openDatabase(path, MIGRATIONS)
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return work(...args)
      } catch (error) {
        throw toDatabaseError(error, path)
      }
    }
  const append = guarded(appender(database))
  const recordAll = (events: readonly LedgerEvent[]): void => {
    const { before, last } = append(events)
    // A ledger that is behind its anchor has lost rows: that stays known.
    if (before >= (readAnchor(dataDir)?.seq ?? 0)) writeAnchor(dataDir, last)
  }
  return {
    record: (event) => recordAll([event]),
    recordAll,
    list: guarded((filter = {}) => list(database, filter)),
    verify: guarded(() => verify(database, readAnchor(dataDir))),
    close: () => void database.close(),
  }
}

/** Writers take turns from the look at the last seal to the commit (BEGIN IMMEDIATE), so the chain cannot fork. */
function appender(
  database: Database,
): (events: readonly LedgerEvent[]) => { readonly before: number; readonly last: Anchor } {
  const last = database.prepare<[], { seq: number; hash: string }>(
    'SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1',
  )
  const insert = database.prepare<ChainedRow>(
    `INSERT INTO events (seq, at, actor, action, scope, skill, integrity, details, hash)
     VALUES (@seq, @at, @actor, @action, @scope, @skill, @integrity, @details, @hash)`,
  )
  const append = database.transaction((events: readonly LedgerEvent[]) => {
    let { seq, hash } = last.get() ?? { seq: 0, hash: FIRST_SEAL }
    const before = seq
    for (const { at, actor, action, scope, skill, integrity, details } of events) {
      seq++
      const fields = {
        seq,
        at,
        actor,
        action,
        scope,
        skill,
        integrity,
        details: JSON.stringify(details ?? null),
      }
      hash = seal(hash, fields)
      insert.run({ ...fields, hash })
    }
    return { before, last: { seq, hash } }
  })
  return (events) => append.immediate(events)
}

function list(database: Database, { skill, scope }: { skill?: string; scope?: string }): LedgerRow[] {
  return database
    .prepare<{ skill: string | null; scope: string | null }, ChainedRow>(
      'SELECT * FROM events WHERE (@skill IS NULL OR skill = @skill) AND (@scope IS NULL OR scope = @scope) ORDER BY seq',
    )
    .all({ skill: skill ?? null, scope: scope ?? null })
    .map((row) => ({
      ...row,
      action: row.action as LedgerAction,
      details: JSON.parse(row.details) as unknown,
    }))
}

function verify(database: Database, anchor: Anchor | undefined): LedgerVerdict {
  return firstBroken(database.prepare<[], ChainedRow>('SELECT * FROM events ORDER BY seq').iterate(), anchor)
}
