// All rows of all tables as plain values, in an order in which they can be put back, on either database.
import { schemaTables, type TableSpec } from './tables.ts'
import { fillAnnotations } from './listed-annotations.ts'
import type { Database, SqlValue } from './database.ts'

export type Row = Record<string, SqlValue>

const PAGE = 500

/** Pages of the rows of a table, by its key. */
export async function* dumpRows(db: Database, { name, key }: TableSpec): AsyncGenerator<Row[]> {
  const columns = key.join(', ')
  const marks = key.map(() => '?').join(', ')
  let after: SqlValue[] | undefined
  for (;;) {
    const where = after ? `WHERE (${columns}) > (${marks})` : ''
    const rows = await db.all<Row>(
      `SELECT * FROM ${name} ${where} ORDER BY ${columns} LIMIT ${PAGE}`,
      after ?? [],
    )
    if (rows.length === 0) return
    // What PostgreSQL searches in is made anew from the other columns.
    for (const row of rows) delete row.search
    yield rows
    const last = rows.at(-1)
    after = key.map((column) => last?.[column] ?? null)
  }
}

/** Puts rows into a table. */
export async function insertRows(tx: Database, { name }: TableSpec, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row)
    const own = tx.kind === 'postgres' && columns.includes('id') ? 'OVERRIDING SYSTEM VALUE' : ''
    await tx.run(
      `INSERT INTO ${name} (${columns.join(', ')}) ${own} VALUES (${columns.map(() => '?').join(', ')})`,
      Object.values(row),
    )
  }
}

/** After all rows are in: what older ones lack is filled, counters go on behind them, and the search index is made. */
export async function finishRestore(tx: Database): Promise<void> {
  await fillAnnotations(tx)
  if (tx.kind === 'postgres') {
    for (const { name, key } of schemaTables()) {
      const isText = name === 'tokens'
      if (key.length !== 1 || key[0] !== 'id' || isText) continue
      await tx.all(
        `SELECT setval(pg_get_serial_sequence(?, 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM ${name}), false)`,
        [name],
      )
    }
    await tx.run(
      `UPDATE skills SET search = setweight(to_tsvector('simple', title), 'A') ||
       setweight(to_tsvector('simple', topics), 'B') || setweight(to_tsvector('simple', words), 'D') ||
       setweight(to_tsvector('simple', facets), 'C')`,
    )
    return
  }
  await tx.run(
    `INSERT INTO skills_search (title, topics, description, facets, rowid)
     SELECT trim(title), trim(topics), words, facets, search_rank FROM skills WHERE search_rank IS NOT NULL`,
  )
}

/** Whether the database holds anything but what a start puts into it. */
export async function isEmpty(db: Database): Promise<boolean> {
  const sql =
    'SELECT 1 AS one FROM users UNION ALL SELECT 1 FROM repositories UNION ALL SELECT 1 FROM scopes LIMIT 1'
  return (await db.one(sql)) === undefined
}

/** Forgets what a start put there, so that a backup's own takes its place. */
export async function clearSettings(tx: Database): Promise<void> {
  await tx.run('DELETE FROM settings')
}

/** One view of everything, however long it takes. First in a transaction. */
export async function freeze(tx: Database): Promise<void> {
  if (tx.kind === 'postgres') await tx.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
}
