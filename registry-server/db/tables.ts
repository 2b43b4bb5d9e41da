// Every table with its key, each after those that it refers to. A test compares this with the schema.
import type { Database } from './database.ts'

export interface TableSpec {
  readonly name: string
  readonly key: readonly string[]
  /** It came with a later step of the schema, so a backup of before has none. */
  readonly later?: true
}

const TABLES: readonly TableSpec[] = [
  { name: 'settings', key: ['key'] },
  { name: 'users', key: ['id'] },
  { name: 'scopes', key: ['id'] },
  { name: 'members', key: ['scope_id', 'user_id'] },
  { name: 'publishers', key: ['id'] },
  { name: 'tokens', key: ['id'] },
  { name: 'repositories', key: ['id'] },
  { name: 'blobs', key: ['digest'] },
  { name: 'repository_blobs', key: ['repository_id', 'digest'] },
  { name: 'manifests', key: ['repository_id', 'digest'] },
  { name: 'manifest_parts', key: ['repository_id', 'manifest', 'digest'] },
  { name: 'tags', key: ['repository_id', 'name'] },
  { name: 'audit', key: ['id'] },
  { name: 'skills', key: ['id'] },
  { name: 'versions', key: ['id'] },
  { name: 'files', key: ['version_id', 'path'] },
  { name: 'dependencies', key: ['version_id', 'name'] },
  { name: 'downloads', key: ['skill_id', 'day'] },
  { name: 'removals', key: ['skill_id', 'version'], later: true },
]

/** The tables, the same on both databases. */
export function schemaTables(): readonly TableSpec[] {
  return TABLES
}

/** Names of the tables that the database really has, without those that indexes are made of. */
export async function actualTables(db: Database): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    db.kind === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'skills_search%'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  )
  return rows
    .map(({ name }) => name)
    .filter((name) => name !== 'migrations')
    .sort()
}

/** Names of the columns that the database's table has. */
export async function actualColumns(db: Database, table: string): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ name: string }>(
    db.kind === 'sqlite'
      ? 'SELECT name FROM pragma_table_info(?)'
      : 'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ?',
    [table],
  )
  return new Set(rows.map(({ name }) => name))
}
