// What `gc` and `fsck` ask the database.
import type { Database } from './database.ts'

/** Blobs that a repository shows since before the time, and that no manifest of it needs. */
export function unneededLinks(
  db: Database,
  before: string,
): Promise<{ repositoryId: number; repository: string; digest: string }[]> {
  return db.all(
    `SELECT rb.repository_id AS "repositoryId", r.name AS repository, rb.digest
     FROM repository_blobs rb JOIN repositories r ON r.id = rb.repository_id
     WHERE rb.created_at < ? AND NOT EXISTS (SELECT 1 FROM manifest_parts p
       WHERE p.repository_id = rb.repository_id AND p.digest = rb.digest)`,
    [before],
  )
}

/** Blobs older than the time that no repository shows. */
export async function unshownBlobs(db: Database, before: string): Promise<string[]> {
  const rows = await db.all<{ digest: string }>(
    `SELECT b.digest FROM blobs b WHERE b.created_at < ?
     AND NOT EXISTS (SELECT 1 FROM repository_blobs rb WHERE rb.digest = b.digest)`,
    [before],
  )
  return rows.map(({ digest }) => digest)
}

/** Removes the blob's row unless a repository shows it; true when no row is left. */
export async function dropUnshownBlob(tx: Database, digest: string): Promise<boolean> {
  await tx.run(
    `DELETE FROM blobs WHERE digest = ?
     AND NOT EXISTS (SELECT 1 FROM repository_blobs rb WHERE rb.digest = blobs.digest)`,
    [digest],
  )
  return (await tx.one('SELECT 1 AS one FROM blobs WHERE digest = ?', [digest])) === undefined
}

/** Removes tokens that ended before the time; how many. */
export async function dropEndedTokens(tx: Database, before: string): Promise<number> {
  return (await tx.run('DELETE FROM tokens WHERE expires_at < ? OR revoked_at < ?', [before, before])).changes
}

/** All blobs, page by page. */
export async function* allBlobs(
  db: Database,
): AsyncGenerator<{ digest: string; size: number; used: boolean }> {
  let last = ''
  for (;;) {
    const rows = await db.all<{ digest: string; size: number; used: number }>(
      `SELECT b.digest, b.size, CASE WHEN EXISTS (SELECT 1 FROM manifest_parts p JOIN repository_blobs rb
         ON rb.repository_id = p.repository_id AND rb.digest = p.digest WHERE rb.digest = b.digest)
         THEN 1 ELSE 0 END AS used
       FROM blobs b WHERE b.digest > ? ORDER BY b.digest LIMIT 500`,
      [last],
    )
    for (const row of rows) yield { ...row, used: row.used === 1 }
    const end = rows.at(-1)
    if (!end) return
    last = end.digest
  }
}

/** All manifests, page by page. */
export async function* allManifests(
  db: Database,
): AsyncGenerator<{ repositoryId: number; repository: string; digest: string; bytes: Buffer }> {
  let after: [number, string] = [0, '']
  for (;;) {
    const rows = await db.all<{ repositoryId: number; repository: string; digest: string; bytes: Buffer }>(
      `SELECT m.repository_id AS "repositoryId", r.name AS repository, m.digest, m.bytes
       FROM manifests m JOIN repositories r ON r.id = m.repository_id
       WHERE (m.repository_id, m.digest) > (?, ?) ORDER BY m.repository_id, m.digest LIMIT 100`,
      after,
    )
    yield* rows
    const end = rows.at(-1)
    if (!end) return
    after = [end.repositoryId, end.digest]
  }
}

/** Parts of manifests that their repository does not have. */
export function missingParts(
  db: Database,
): Promise<{ repository: string; manifest: string; digest: string }[]> {
  return db.all(
    `SELECT r.name AS repository, p.manifest, p.digest FROM manifest_parts p
     JOIN repositories r ON r.id = p.repository_id
     WHERE (p.kind = 'blob' AND NOT EXISTS (SELECT 1 FROM repository_blobs rb
              WHERE rb.repository_id = p.repository_id AND rb.digest = p.digest))
        OR (p.kind = 'manifest' AND NOT EXISTS (SELECT 1 FROM manifests m
              WHERE m.repository_id = p.repository_id AND m.digest = p.digest))
     ORDER BY r.name, p.manifest, p.digest LIMIT 1000`,
  )
}

/** Rows of the catalogue whose manifest is gone. */
export function orphanVersions(db: Database): Promise<{ name: string; version: string; digest: string }[]> {
  return db.all(
    `SELECT s.name, v.version, v.digest FROM versions v JOIN skills s ON s.id = v.skill_id
     WHERE NOT EXISTS (SELECT 1 FROM manifests m JOIN repositories r ON r.id = m.repository_id
       WHERE '@' || r.name = s.name AND m.digest = v.digest) ORDER BY s.name LIMIT 1000`,
  )
}
