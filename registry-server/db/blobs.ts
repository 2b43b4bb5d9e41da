// Which blobs there are, and which repositories show them. The bytes are in the blob store.
import type { Database } from './database.ts'

export interface BlobRow {
  readonly digest: string
  readonly size: number
}

/** The blob, when the repository shows it. */
export function findBlob(db: Database, repositoryId: number, digest: string): Promise<BlobRow | undefined> {
  return db.one<BlobRow>(
    `SELECT b.digest, b.size FROM repository_blobs rb JOIN blobs b ON b.digest = rb.digest
     WHERE rb.repository_id = ? AND rb.digest = ?`,
    [repositoryId, digest],
  )
}

/** Repositories that show the blob, with what decides who may read them. */
export function repositoriesWithBlob(
  db: Database,
  digest: string,
): Promise<{ id: number; name: string; scopeId: number; public: number }[]> {
  return db.all(
    `SELECT r.id, r.name, r.scope_id AS "scopeId", s.public FROM repository_blobs rb
     JOIN repositories r ON r.id = rb.repository_id JOIN scopes s ON s.id = r.scope_id
     WHERE rb.digest = ? ORDER BY s.public DESC, r.id LIMIT 50`,
    [digest],
  )
}

/** The blob is in the store, and the repository shows it; shown again, it may wait for its manifest again. */
export async function linkBlob(
  tx: Database,
  { repositoryId, digest, size, at }: BlobRow & { readonly repositoryId: number; readonly at: string },
): Promise<void> {
  await tx.run(
    'INSERT INTO blobs (digest, size, created_at) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING',
    [digest, size, at],
  )
  await tx.run(
    `INSERT INTO repository_blobs (repository_id, digest, created_at) VALUES (?, ?, ?)
     ON CONFLICT (repository_id, digest) DO UPDATE SET created_at = excluded.created_at`,
    [repositoryId, digest, at],
  )
}

/** The repository no longer shows the blob; whether it did. */
export async function unlinkBlob(tx: Database, repositoryId: number, digest: string): Promise<boolean> {
  const sql = 'DELETE FROM repository_blobs WHERE repository_id = ? AND digest = ?'
  return (await tx.run(sql, [repositoryId, digest])).changes > 0
}

/** The size of the blob, in whatever repository. */
export function blobSize(db: Database, digest: string): Promise<{ size: number } | undefined> {
  return db.one('SELECT size FROM blobs WHERE digest = ?', [digest])
}

/** A manifest of the repository that needs the blob. */
export async function blobIsUsed(db: Database, repositoryId: number, digest: string): Promise<boolean> {
  const sql =
    "SELECT 1 AS one FROM manifest_parts WHERE repository_id = ? AND digest = ? AND kind = 'blob' LIMIT 1"
  return (await db.one(sql, [repositoryId, digest])) !== undefined
}
