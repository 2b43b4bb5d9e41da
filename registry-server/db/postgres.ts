// PostgreSQL behind the common face: a pool, `?` rewritten to `$n`, one connection a transaction. Every write is one, and
// tells all servers on the database that something was written.
import type pg from 'pg'
import { SkillsError } from '../../src/errors/error.ts'
import { redactUrl } from '../../src/platform/text.ts'
import type { Database, SqlValue } from './database.ts'
import { watchWrites } from './postgres-writes.ts'

const CONNECTIONS = 10
const INT8: number = 20

type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>

/**
 * Connects to the database of a `postgres://` URL.
 * @throws database_failed when it cannot be reached
 */
export async function openPostgres(url: string): Promise<Database> {
  const { default: driver } = await import('pg')
  const types: pg.CustomTypesConfig = {
    getTypeParser: (oid, format) =>
      (oid as number) === INT8 ? Number : driver.types.getTypeParser(oid, format),
  }
  const pool = new driver.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: 'skillward',
    types,
  })
  // An idle connection that breaks is replaced at its next use.
  pool.on('error', () => {})
  const watch = watchWrites({
    client: () =>
      new driver.Client({
        connectionString: url,
        connectionTimeoutMillis: 10_000,
        query_timeout: 10_000,
        keepAlive: true,
        application_name: 'skillward',
      }),
    send: (sql) => pool.query(sql),
  })
  const db = base(pool, url)
  const database: Database = {
    ...db,
    async transaction(work, { early = false } = {}) {
      const client = await connect(pool, url)
      try {
        await client.query(early ? 'BEGIN; SET LOCAL synchronous_commit = off' : 'BEGIN')
        const inside: Database = {
          ...base(client, url),
          transaction: (nested) => nested(inside),
          lock: async (key) => {
            await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key])
          },
          close: async () => {},
        }
        const result = await work(inside)
        await client.query(`${watch.notify}; COMMIT`)
        client.release()
        return result
      } catch (error) {
        await client.query('ROLLBACK').then(
          () => client.release(),
          (broken: unknown) => client.release(broken instanceof Error ? broken : true),
        )
        throw postgresFailure(error, url)
      } finally {
        watch.written()
      }
    },
    run: (sql, params) => database.transaction((tx) => tx.run(sql, params)),
    version: () => watch.version(),
    lock: async () => {
      throw new SkillsError('internal', 'A lock was asked for outside a transaction')
    },
    async close() {
      await watch.close()
      await pool.end()
    },
  }
  try {
    await database.one('SELECT 1 AS one')
  } catch (error) {
    await pool.end()
    throw error
  }
  return database
}

async function connect(pool: pg.Pool, url: string): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw postgresFailure(error, url)
  }
}

function base(
  connection: Queryable,
  url: string,
): Pick<Database, 'kind' | 'all' | 'one' | 'slow' | 'run' | 'version'> {
  const query = async (
    { name, text }: { readonly name?: string | undefined; readonly text: string },
    params: readonly SqlValue[],
  ): Promise<pg.QueryResult> => {
    try {
      return await connection.query({ ...(name !== undefined && { name }), text, values: [...params] })
    } catch (error) {
      throw postgresFailure(error, url)
    }
  }
  const all = async <T>(sql: string, params: readonly SqlValue[] = []): Promise<T[]> =>
    (await query(numbered(sql), params)).rows as T[]
  return {
    kind: 'postgres',
    all,
    // Without a name: planned for these parameters. A plan for all would walk a common word's every match.
    slow: async <T>(sql: string, params: readonly SqlValue[] = []) =>
      (await query({ text: numbered(sql).text }, params)).rows as T[],
    one: async <T>(sql: string, params: readonly SqlValue[] = []) => (await all<T>(sql, params))[0],
    run: async (sql, params = []) => ({ changes: (await query(numbered(sql), params)).rowCount ?? 0 }),
    version: () => undefined,
  }
}

const PLANNED = 1000
const rewritten = new Map<string, { name: string | undefined; text: string }>()

/** `?` outside quotes becomes `$1`, `$2`, …; each text has a name, so that a connection plans it once. */
function numbered(sql: string): { name: string | undefined; text: string } {
  const known = rewritten.get(sql)
  if (known) return known
  let count = 0
  const text = sql.replace(/'(?:[^']|'')*'|"[^"]*"|\?/g, (part) => (part === '?' ? `$${++count}` : part))
  if (rewritten.size >= PLANNED) return { name: undefined, text }
  const entry = { name: `q${rewritten.size}`, text }
  rewritten.set(sql, entry)
  return entry
}

const NO_SUCH_TEXT = '22021'
const SHOWN = /^(?:08|53|57P)|^E[A-Z]+$/

function postgresFailure(error: unknown, url: string): unknown {
  if (error instanceof SkillsError || !(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // PostgreSQL has no text with NUL; nothing that was asked for can be found or kept under one.
  if (code === NO_SUCH_TEXT) {
    return new SkillsError('request_invalid', 'The request holds a character that no text may have', {
      hint: 'leave out NUL characters',
      cause: error,
    })
  }
  const lost =
    SHOWN.test(code) || /terminated|timeout|ended|aggregate/i.test(`${error.name} ${error.message}`)
  if (!lost) return error
  return new SkillsError('database_failed', `The database does not answer: ${redactUrl(url)}`, {
    details: { database: code },
    cause: error,
  })
}
