// Rows of the files and the dependencies of a version.
import type { Database } from './database.ts'

export interface FileRow {
  readonly path: string
  readonly size: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

const BATCH = 100

export async function insertFiles(db: Database, versionId: number, files: readonly FileRow[]): Promise<void> {
  for (let at = 0; at < files.length; at += BATCH) {
    const batch = files.slice(at, at + BATCH)
    await db.run(
      `INSERT INTO files (version_id, path, size, sha256) VALUES ${batch.map(() => '(?, ?, ?, ?)').join(', ')}`,
      batch.flatMap(({ path, size, sha256 }) => [versionId, path, size, sha256]),
    )
  }
}

/** Sorted by the bytes of the path. */
export async function listFiles(db: Database, versionId: number): Promise<FileRow[]> {
  return db.all<FileRow>('SELECT path, size, sha256 FROM files WHERE version_id = ? ORDER BY path', [
    versionId,
  ])
}

/** Whether the version has the file. */
export async function hasFile(db: Database, versionId: number, path: string): Promise<boolean> {
  const sql = 'SELECT 1 AS one FROM files WHERE version_id = ? AND path = ?'
  return (await db.one(sql, [versionId, path])) !== undefined
}

/** How many characters the paths of these versions have: version id to characters. */
async function lengthsOf(db: Database, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await db.slow<{ version_id: number; length: number }>(
    `SELECT version_id, CAST(sum(length(path) + 4) AS BIGINT) AS length FROM files
     WHERE version_id IN (${ids.map(() => '?').join(', ')}) GROUP BY version_id`,
    ids,
  )
  return new Map(rows.map(({ version_id, length }) => [version_id, length]))
}

/**
 * The paths of many versions at once: version id to paths. The first ones, as many as have so many characters in all; the
 * others have no entry.
 */
export async function pathsOf(
  db: Database,
  versionIds: readonly number[],
  most: number,
): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>()
  let left = most
  for (let at = 0; at < versionIds.length; at += 500) {
    const lengths = await lengthsOf(db, versionIds.slice(at, at + 500))
    const ids = versionIds.slice(at, at + 500).filter((id) => (left -= lengths.get(id) ?? 0) >= 0)
    if (ids.length === 0) break
    const rows = await db.slow<{ version_id: number; path: string }>(
      `SELECT version_id, path FROM files WHERE version_id IN (${ids.map(() => '?').join(', ')}) ORDER BY path`,
      ids,
    )
    for (const { version_id, path } of rows) {
      const paths = found.get(version_id)
      if (paths) paths.push(path)
      else found.set(version_id, [path])
    }
  }
  return found
}

/** `name` is whole: `@scope/name`. */
export async function insertDependency(
  db: Database,
  versionId: number,
  { name, range }: { name: string; range: string },
): Promise<void> {
  await db.run('INSERT INTO dependencies (version_id, name, range) VALUES (?, ?, ?)', [
    versionId,
    name,
    range,
  ])
}

export interface DependentRow {
  readonly name: string
  readonly version: string
  readonly range: string
}

/** Skills whose current version depends on `name`, the most downloaded first; and how many there are. */
export async function listDependents(
  db: Database,
  name: string,
  { where, limit }: { where: { sql: string; params: readonly string[] }; limit: number },
): Promise<{ total: number; rows: DependentRow[] }> {
  const from = `FROM dependencies d JOIN versions v ON v.id = d.version_id
    JOIN skills s ON s.id = v.skill_id AND s.version = v.version WHERE d.name = ? AND ${where.sql}`
  const rows = await db.all<DependentRow>(
    `SELECT s.name, s.version, d.range ${from} ORDER BY s.downloads DESC, s.name LIMIT ?`,
    [name, ...where.params, limit],
  )
  if (rows.length < limit) return { total: rows.length, rows }
  const count = await db.one<{ total: number }>(`SELECT count(*) AS total ${from}`, [name, ...where.params])
  return { total: count?.total ?? rows.length, rows }
}
