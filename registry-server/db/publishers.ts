// Trusted publishers: which token of which issuer may publish into a scope.
import type { Database } from './database.ts'

export interface PublisherRow {
  readonly id: number
  readonly scopeId: number
  readonly scope: string
  readonly issuer: string
  /** JSON object: claim → value. */
  readonly claims: string
  /** The one skill, without the scope. */
  readonly package: string | null
  readonly createdAt: string
}

const COLUMNS = `SELECT p.id, p.scope_id AS "scopeId", s.name AS scope, p.issuer, p.claims, p.package,
  p.created_at AS "createdAt" FROM publishers p JOIN scopes s ON s.id = p.scope_id`

/** Publishers of a scope, oldest first. */
export function listPublishers(db: Database, scopeId: number): Promise<PublisherRow[]> {
  return db.all(`${COLUMNS} WHERE p.scope_id = ? ORDER BY p.id`, [scopeId])
}

/** Publishers that trust the issuer, in every scope. */
export function publishersOfIssuer(db: Database, issuer: string): Promise<PublisherRow[]> {
  return db.all(`${COLUMNS} WHERE p.issuer = ? ORDER BY p.id LIMIT 10000`, [issuer])
}

/** Keeps a publisher. */
export async function insertPublisher(
  tx: Database,
  publisher: Omit<PublisherRow, 'id' | 'scope' | 'createdAt'> & {
    readonly actor: string
    readonly at: string
  },
): Promise<PublisherRow> {
  const row = await tx.one<{ id: number }>(
    `INSERT INTO publishers (scope_id, issuer, claims, package, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?)
     RETURNING id`,
    [publisher.scopeId, publisher.issuer, publisher.claims, publisher.package, publisher.actor, publisher.at],
  )
  const made = await tx.one<PublisherRow>(`${COLUMNS} WHERE p.id = ?`, [row?.id ?? 0])
  if (!made) throw new Error('the publisher was not kept')
  return made
}

/** Replaces what a publisher of the scope must show; whether there is one. */
export async function updatePublisher(
  tx: Database,
  publisher: Omit<PublisherRow, 'scope' | 'createdAt'>,
): Promise<boolean> {
  const { changes } = await tx.run(
    'UPDATE publishers SET issuer = ?, claims = ?, package = ? WHERE id = ? AND scope_id = ?',
    [publisher.issuer, publisher.claims, publisher.package, publisher.id, publisher.scopeId],
  )
  return changes > 0
}

/** Removes a publisher of the scope with its tokens; whether there was one. */
export async function deletePublisher(tx: Database, scopeId: number, id: number): Promise<boolean> {
  const { changes } = await tx.run('DELETE FROM publishers WHERE id = ? AND scope_id = ?', [id, scopeId])
  return changes > 0
}

/** Notes that the publisher was used. */
export async function touchPublisher(tx: Database, id: number, at: string): Promise<void> {
  await tx.run('UPDATE publishers SET last_used_at = ? WHERE id = ?', [at, id])
}
