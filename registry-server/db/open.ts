// Which database a URL means, opened and migrated.
import { fileURLToPath } from 'node:url'
import { SkillsError } from '../../src/errors/error.ts'
import { redactUrl } from '../../src/platform/text.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'

/**
 * Opens `postgres://…`, `sqlite:PATH`, `file:…` or a path, with the schema up to date.
 * @throws usage for another URL; database_invalid, database_failed, ledger_invalid, permission_denied
 */
export async function openRegistryDatabase(url: string): Promise<Database> {
  const db = await connectDatabase(url)
  try {
    await migrate(db)
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

/** As `openRegistryDatabase`, with the schema as it is. */
export async function connectDatabase(url: string): Promise<Database> {
  if (/^postgres(?:ql)?:\/\//.test(url)) return (await import('./postgres.ts')).openPostgres(url)
  const { openSqlite } = await import('./sqlite.ts')
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''))
  if (url.startsWith('file:')) return openSqlite(fileURLToPath(url))
  if (/^[a-z][a-z0-9+.-]+:/i.test(url) && !/^[a-z]:[\\/]/i.test(url)) {
    throw new SkillsError('usage', `No database has such a URL: ${redactUrl(url)}`, {
      hint: 'give postgres://USER@HOST/DATABASE, or the path of an SQLite file',
    })
  }
  return openSqlite(url)
}

/** True for a violated unique or primary key, on both databases. */
export function isUnique(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY'
}
