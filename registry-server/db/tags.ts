// Tags: names of manifests, in the order of their bytes.
import type { Database } from './database.ts'

/** The digest that the tag names. */
export async function findTag(db: Database, repositoryId: number, name: string): Promise<string | undefined> {
  const sql = 'SELECT digest FROM tags WHERE repository_id = ? AND name = ?'
  return (await db.one<{ digest: string }>(sql, [repositoryId, name]))?.digest
}

/** Makes the tag name the digest, from now on. */
export async function setTag(
  tx: Database,
  tag: { readonly repositoryId: number; readonly name: string; readonly digest: string; readonly at: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO tags (repository_id, name, digest, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (repository_id, name) DO UPDATE SET digest = excluded.digest, updated_at = excluded.updated_at`,
    [tag.repositoryId, tag.name, tag.digest, tag.at, tag.at],
  )
}

/** Removes the tag; whether it was there. */
export async function deleteTag(tx: Database, repositoryId: number, name: string): Promise<boolean> {
  const { changes } = await tx.run('DELETE FROM tags WHERE repository_id = ? AND name = ?', [
    repositoryId,
    name,
  ])
  return changes > 0
}

/** Names after `last`, sorted by bytes. */
export async function listTags(
  db: Database,
  {
    repositoryId,
    last = '',
    limit,
  }: { readonly repositoryId: number; readonly last?: string; readonly limit: number },
): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    'SELECT name FROM tags WHERE repository_id = ? AND name > ? ORDER BY name LIMIT ?',
    [repositoryId, last, limit],
  )
  return rows.map(({ name }) => name)
}
