// Rows of skills: one for each name, with what lists show of its current version.
import type { Database } from './database.ts'

export interface SkillRow {
  readonly id: number
  readonly name: string
  readonly scope_id: number
  readonly description: string
  readonly version: string
  readonly created_at: string
  readonly updated_at: string
  readonly downloads: number
  /** JSON: the kinds of capability that it asks for. */
  readonly capabilities: string
  readonly signed: number
  readonly certified: number
  readonly deprecated: string | null
  readonly search_rank: number | null
}

/** What follows from the current version. */
export interface SkillFacts {
  readonly description: string
  readonly version: string
  readonly updatedAt: string
  readonly capabilities: readonly string[]
  readonly signed: boolean
  readonly certified: boolean
}

/** What a `SkillRow` is read from, of `skills s`. */
export const SKILL_COLUMNS = `s.id, s.name, s.scope_id, s.description, s.version, s.created_at, s.updated_at, s.downloads,
  s.capabilities, s.signed, s.certified, s.deprecated, s.search_rank`

export async function findSkill(db: Database, name: string): Promise<SkillRow | undefined> {
  return db.one<SkillRow>(`SELECT ${SKILL_COLUMNS} FROM skills s WHERE s.name = ?`, [name])
}

/** Adds the skill without facts; the index knows it once `updateSkill` and `indexSkill` were called. */
export async function insertSkill(
  db: Database,
  { name, scopeId, at }: { name: string; scopeId: number; at: string },
): Promise<SkillRow> {
  const row = await db.one<SkillRow>(
    `INSERT INTO skills AS s (name, skill, scope_id, description, version, created_at, updated_at, capabilities)
     VALUES (?, ?, ?, '', '', ?, ?, '[]') RETURNING ${SKILL_COLUMNS.replaceAll('s.', '')}`,
    [name, name.slice(name.indexOf('/') + 1), scopeId, at, at],
  )
  if (!row) throw new Error(`no row for ${name}`)
  return row
}

export async function updateSkill(db: Database, id: number, facts: SkillFacts): Promise<void> {
  await db.run(
    `UPDATE skills SET description = ?, version = ?, updated_at = ?, capabilities = ?, signed = ?, certified = ?
     WHERE id = ?`,
    [
      facts.description,
      facts.version,
      facts.updatedAt,
      JSON.stringify(facts.capabilities),
      Number(facts.signed),
      Number(facts.certified),
      id,
    ],
  )
}

/** The skill has no version that a plain name could mean. */
export async function clearCurrent(db: Database, id: number): Promise<void> {
  await db.run("UPDATE skills SET version = '', search_rank = NULL WHERE id = ?", [id])
}

export async function setDeprecated(db: Database, id: number, message: string | null): Promise<void> {
  await db.run('UPDATE skills SET deprecated = ? WHERE id = ?', [message, id])
}

/** Which skills of which scopes a reader sees: public ones, and those of the scopes named. */
export interface Visibility {
  /** Without the `@`; `all` sees everything. */
  readonly scopes: readonly string[] | 'all'
}

/** A condition on `s.scope_id`, with its parameters. */
export function visibleSql({ scopes }: Visibility): { sql: string; params: string[] } {
  if (scopes === 'all') return { sql: '1 = 1', params: [] }
  const names = scopes.slice(0, 500)
  const readable = names.length === 0 ? '' : ` AND name NOT IN (${names.map(() => '?').join(', ')})`
  return {
    sql: `s.scope_id NOT IN (SELECT id FROM scopes WHERE public = 0${readable})`,
    params: [...names],
  }
}

export interface SkillList {
  readonly visibility: Visibility
  readonly order: 'downloads' | 'updated' | 'name' | 'oldest'
  /** Without the `@`. */
  readonly scope?: string
  readonly limit: number
  readonly offset?: number
  /** Of public skills with the same own name only the oldest. */
  readonly distinct?: boolean
}

const ORDERS: Readonly<Record<SkillList['order'], string>> = {
  downloads: 's.downloads DESC, s.id',
  updated: 's.updated_at DESC, s.id',
  name: 's.name',
  oldest: 's.id',
}

/** Skills in an order, for lists; at most `limit`. */
export async function listSkills(db: Database, list: SkillList): Promise<SkillRow[]> {
  const { sql, params } = visibleSql(list.visibility)
  const scope = list.scope === undefined ? '' : ' AND s.scope_id = (SELECT id FROM scopes WHERE name = ?)'
  const first = list.distinct
    ? ` AND NOT EXISTS (SELECT 1 FROM skills o JOIN scopes p ON p.id = o.scope_id
        WHERE o.skill = s.skill AND o.id < s.id AND p.public = 1)`
    : ''
  return db.slow<SkillRow>(
    `SELECT ${SKILL_COLUMNS} FROM skills s WHERE s.version <> '' AND ${sql}${scope}${first} ORDER BY ${ORDERS[list.order]} LIMIT ? OFFSET ?`,
    [...params, ...(list.scope === undefined ? [] : [list.scope]), list.limit, list.offset ?? 0],
  )
}

/** Whoever asks by the own name alone means the first that he may see. */
const NAMED = 10

/** Skills whose own name (without scope) is this one, the oldest first. */
export async function skillsNamed(db: Database, skill: string, visibility: Visibility): Promise<SkillRow[]> {
  const { sql, params } = visibleSql(visibility)
  return db.all<SkillRow>(
    `SELECT ${SKILL_COLUMNS} FROM skills s WHERE s.skill = ? AND s.version <> '' AND ${sql} ORDER BY s.id LIMIT ${NAMED}`,
    [skill, ...params],
  )
}

/** How many skills and versions a reader sees. */
export async function countSkills(
  db: Database,
  visibility: Visibility,
): Promise<{ skills: number; versions: number }> {
  const { sql, params } = visibleSql(visibility)
  const [row] = await db.slow<{ skills: number; versions: number }>(
    `SELECT (SELECT count(*) FROM skills s WHERE s.version <> '' AND ${sql}) AS skills,
       (SELECT count(*) FROM versions v JOIN skills s ON s.id = v.skill_id WHERE ${sql}) AS versions`,
    [...params, ...params],
  )
  return { skills: row?.skills ?? 0, versions: row?.versions ?? 0 }
}
