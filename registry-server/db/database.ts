// The one face of both databases: SQL with `?` placeholders in, rows out, asynchronous. Knows no table.

/** What a column may hold. Times are ISO text, booleans 0 or 1, documents JSON text; the same on both databases. */
export type SqlValue = string | number | null | Uint8Array

export interface TransactionOptions {
  /**
   * Survives a killed process like any other, but a machine without power only from the next transaction on that does
   * not say so. For what is of no use before that one: the blobs of a manifest that is still to come.
   */
  readonly early?: boolean
}

export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  /** Rows of a query. Outside a transaction it must not write. */
  all<T>(sql: string, params?: readonly SqlValue[]): Promise<T[]>
  /** The first row. */
  one<T>(sql: string, params?: readonly SqlValue[]): Promise<T | undefined>
  /**
   * A read that may be slow: it never delays other requests (SQLite: another thread; PostgreSQL: planned for its
   * parameters). Sees what is committed.
   */
  slow<T>(sql: string, params?: readonly SqlValue[]): Promise<T[]>
  /** A write; durable when the promise settles, or when the transaction it is in does. */
  run(sql: string, params?: readonly SqlValue[]): Promise<{ readonly changes: number }>
  /**
   * All or nothing. SQLite runs one at a time; within one the same call joins it. Never await anything but the given
   * database inside: every other writer waits.
   */
  transaction<T>(work: (db: Database) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Inside a transaction: until its end nobody else passes the same key. */
  lock(key: string): Promise<void>
  /**
   * Another number after every write of this process, and soon after those of others: what was read at the same number
   * still holds. Undefined where that cannot be told.
   */
  version(): number | undefined
  close(): Promise<void>
}

/** A step of the schema. `{id}` `{key}` `{bytes}` stand for each database's own types, see `schemaSql`. */
export interface Migration {
  readonly name: string
  readonly sql: (kind: Database['kind']) => readonly string[]
  /** What the rows that were there before need, after the statements. */
  readonly fill?: (tx: Database) => Promise<void>
}

/**
 * The statement in the words of one database: `{id}` is an automatic integer primary key, `{key}` text that is compared
 * and sorted by bytes, `{bytes}` binary.
 */
export function schemaSql(kind: Database['kind'], statement: string): string {
  const words =
    kind === 'sqlite'
      ? { id: 'INTEGER PRIMARY KEY AUTOINCREMENT', key: 'TEXT', bytes: 'BLOB' }
      : {
          id: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
          key: 'TEXT COLLATE "C"',
          bytes: 'BYTEA',
        }
  return statement.replace(/\{(id|key|bytes)\}/g, (_, word: keyof typeof words) => words[word])
}
