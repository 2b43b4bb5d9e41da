// Repositories: a name and the scope that its first part names.
import type { Database } from './database.ts'

export interface RepositoryRow {
  readonly id: number
  readonly name: string
  readonly scopeId: number
  /** 1: everybody may read. */
  readonly public: number
}

const COLUMNS =
  'SELECT r.id, r.name, r.scope_id AS "scopeId", s.public FROM repositories r JOIN scopes s ON s.id = r.scope_id'

/** The repository of that name. */
export function findRepository(db: Database, name: string): Promise<RepositoryRow | undefined> {
  return db.one<RepositoryRow>(`${COLUMNS} WHERE r.name = ?`, [name])
}

/** Makes the repository unless it is there. */
export async function ensureRepository(
  tx: Database,
  { name, scopeId, at }: { readonly name: string; readonly scopeId: number; readonly at: string },
): Promise<RepositoryRow> {
  const insert =
    'INSERT INTO repositories (name, scope_id, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING'
  await tx.run(insert, [name, scopeId, at])
  const row = await findRepository(tx, name)
  if (!row) throw new Error(`the repository ${name} was not made`)
  return row
}
