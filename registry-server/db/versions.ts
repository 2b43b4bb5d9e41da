// Rows of versions. A row is never changed but for its yank, its signer and its certificate.
import type { Database } from './database.ts'

export interface VersionRow {
  readonly id: number
  readonly skill_id: number
  readonly version: string
  /** Of the OCI manifest. */
  readonly digest: string
  readonly integrity: string
  readonly published_at: string
  readonly publisher: string
  readonly yanked: string | null
  readonly size: number
  readonly signer: string
  readonly certified: number
  readonly description: string
  readonly license: string | null
  /** JSON list. */
  readonly topics: string
  readonly source: string | null
  readonly revision: string | null
  /** JSON: name to range, as in skill.toml. */
  readonly dependencies: string
  /** JSON. */
  readonly capabilities: string
  readonly optional_capabilities: string | null
  /** The Markdown of SKILL.md without its frontmatter. */
  readonly readme: string
  /** The blob with the files. */
  readonly layer: string
  /** `sha256:<hex>` of the .tar.gz with SKILL.md at its root. */
  readonly archive_digest: string
  readonly archive_size: number
  /** `sha512-…` of the npm package. */
  readonly package_integrity: string
  /** SHA-256 over the files as ClawHub's clients compute it. */
  readonly fingerprint: string
}

export type NewVersion = Omit<VersionRow, 'id' | 'skill_id' | 'yanked' | 'certified'>

const KEYS = [
  'version',
  'digest',
  'integrity',
  'published_at',
  'publisher',
  'size',
  'signer',
  'description',
  'license',
  'topics',
  'source',
  'revision',
  'dependencies',
  'capabilities',
  'optional_capabilities',
  'readme',
  'layer',
  'archive_digest',
  'archive_size',
  'package_integrity',
  'fingerprint',
] as const satisfies readonly (keyof NewVersion)[]

const LIST = [
  'id',
  'skill_id',
  'version',
  'digest',
  'yanked',
  'description',
  'license',
  'topics',
  'layer',
  'archive_digest',
] as const satisfies readonly (keyof VersionRow)[]

/** What lists of many skills need of the current version; what may be long stays where it is. */
export type VersionListRow = Pick<VersionRow, (typeof LIST)[number]>

export async function insertVersion(db: Database, skillId: number, version: NewVersion): Promise<number> {
  const row = await db.one<{ id: number }>(
    `INSERT INTO versions (skill_id, ${KEYS.join(', ')}) VALUES (?, ${KEYS.map(() => '?').join(', ')}) RETURNING id`,
    [skillId, ...KEYS.map((key) => version[key])],
  )
  if (!row) throw new Error(`no row for ${version.version}`)
  return row.id
}

/** What a list of versions shows of each. */
export type VersionItemRow = Pick<
  VersionRow,
  | 'id'
  | 'version'
  | 'digest'
  | 'integrity'
  | 'published_at'
  | 'publisher'
  | 'yanked'
  | 'size'
  | 'signer'
  | 'description'
  | 'license'
  | 'dependencies'
  | 'package_integrity'
  | 'fingerprint'
>

const ITEM = `id, version, digest, integrity, published_at, publisher, yanked, size, signer, description, license,
  dependencies, package_integrity, fingerprint`
const PAGE = 100

/** Versions of a skill, the last published first, until they have so many bytes in all; page by page. */
export async function listVersions(
  db: Database,
  skillId: number,
  mostBytes: number,
): Promise<VersionItemRow[]> {
  const found: VersionItemRow[] = []
  let size = 0
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const rows = await db.all<VersionItemRow>(
      `SELECT ${ITEM} FROM versions WHERE skill_id = ? AND id < ? ORDER BY id DESC LIMIT ${PAGE}`,
      [skillId, before],
    )
    for (const row of rows) {
      size += ROW_BYTES + row.description.length + row.dependencies.length + (row.yanked?.length ?? 0)
      if (found.length > 0 && size > mostBytes) return found
      found.push(row)
    }
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return found
    before = last.id
  }
}

/** About what the other columns have. */
const ROW_BYTES = 600

/** What a new version is judged by. */
export type ReleaseRow = Pick<
  VersionRow,
  'version' | 'digest' | 'yanked' | 'published_at' | 'capabilities' | 'optional_capabilities'
>

/** The same, of columns that stand before the long text: SQLite passes through that to those behind it. */
export async function listReleases(db: Database, skillId: number): Promise<ReleaseRow[]> {
  return db.all<ReleaseRow>(
    `SELECT version, digest, yanked, published_at, capabilities, optional_capabilities
     FROM versions WHERE skill_id = ? ORDER BY id DESC`,
    [skillId],
  )
}

export async function findVersion(
  db: Database,
  skillId: number,
  version: string,
): Promise<VersionRow | undefined> {
  return db.one<VersionRow>('SELECT * FROM versions WHERE skill_id = ? AND version = ?', [skillId, version])
}

/** The current versions of these skills. */
export async function currentVersions(
  db: Database,
  skillIds: readonly number[],
): Promise<Map<number, VersionListRow>> {
  const found = new Map<number, VersionListRow>()
  const columns = LIST.map((column) => `v.${column}`)
  for (let at = 0; at < skillIds.length; at += 500) {
    const ids = skillIds.slice(at, at + 500)
    const rows = await db.slow<VersionListRow>(
      `SELECT ${columns.join(', ')} FROM skills s JOIN versions v ON v.skill_id = s.id AND v.version = s.version
       WHERE s.id IN (${ids.map(() => '?').join(', ')})`,
      ids,
    )
    for (const row of rows) found.set(row.skill_id, row)
  }
  return found
}

/** Removes the version with its files and dependencies. */
export async function deleteVersion(tx: Database, id: number): Promise<void> {
  await tx.run('DELETE FROM versions WHERE id = ?', [id])
}

export async function setYanked(db: Database, id: number, reason: string | null): Promise<void> {
  await db.run('UPDATE versions SET yanked = ? WHERE id = ?', [reason, id])
}

/** Who signed the manifest; every version with this digest in the skill. */
export async function setSigner(db: Database, id: number, signer: string): Promise<void> {
  await db.run('UPDATE versions SET signer = ? WHERE id = ?', [signer, id])
}

/** The versions of a skill that are this manifest. */
export async function versionsOfDigest(db: Database, name: string, digest: string): Promise<string[]> {
  const rows = await db.all<{ version: string }>(
    'SELECT v.version FROM versions v JOIN skills s ON s.id = v.skill_id WHERE v.digest = ? AND s.name = ?',
    [digest, name],
  )
  return rows.map(({ version }) => version)
}
