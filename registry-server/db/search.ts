// The queries of search. Matches are taken in the order of popularity and only the first few hundred are looked at, so that
// a common word costs what a rare one does. Which of these come first is for services/search-score.ts.
import type { Database, SqlValue } from './database.ts'
import { facetWord, looksLikeFacet } from './search-index.ts'
import type { QueryWord } from './search-words.ts'
import { SKILL_COLUMNS, type SkillRow, type Visibility } from './skills.ts'

export interface Search {
  readonly words: readonly QueryWord[]
  /** All must hold. */
  readonly facets: readonly string[]
  readonly visibility: Visibility
  /** Only skills behind this rank: where the window of the pages before ended. 0 for the first. */
  readonly after: number
}

/** Matches that are scored together. */
export interface Window {
  /** Their places in the index. */
  readonly ranks: readonly number[]
  /** The last place, when there may be matches behind it. */
  readonly end: number | undefined
  /** How many skills match in all; at most `TOTAL_LIMIT`. */
  readonly total: number
}

/** What a score is made of. */
export interface Candidate {
  readonly rank: number
  /** The skill's own name. */
  readonly skill: string
  /** Words with a space around each. */
  readonly title: string
  readonly topics: string
  /** What signature, certificate and deprecation add. */
  readonly lift: number
}

const WINDOW = 200
/** Of the first window, how many may come from a match in the name beyond the most popular. */
const NAMED = 60
/** Hits are counted up to here. */
export const TOTAL_LIMIT = 1000
/** A catalogue of so many is searched in place: a query of it takes a few milliseconds at most (docs/performance.md). */
const SMALL = 20_000

/** How searches read: in place, or where a slow one delays nobody. */
export type Read = <T>(sql: string, params: readonly SqlValue[]) => Promise<T[]>

export async function searchReader(db: Database): Promise<Read> {
  if (db.kind === 'postgres') return (sql, params) => db.slow(sql, params)
  const newest = await db.one<{ id: number | null }>('SELECT max(id) AS id FROM skills')
  const isSmall = (newest?.id ?? 0) <= SMALL
  return (sql, params) => (isSmall ? db.all(sql, params) : db.slow(sql, params))
}

/** The matches behind `after`: the most popular, and in the first window the most popular with the words in the name. */
export async function findWindow(db: Database, read: Read, search: Search): Promise<Window> {
  const hidden = await hiddenScopes(db, search.visibility)
  const any = matchSql(db.kind, search, { where: 'any', hidden })
  const popular = await ranksOf(read, any, { after: search.after, limit: WINDOW })
  const isFull = popular.length === WINDOW
  if (!isFull && search.after === 0) return { ranks: popular, end: undefined, total: popular.length }
  const byName = matchSql(db.kind, search, { where: 'title', hidden })
  const [total, named] = await Promise.all([
    countOf(read, any),
    search.words.length === 0 ? [] : ranksOf(read, byName, { after: 0, limit: NAMED }),
  ])
  const end = isFull ? popular.at(-1) : undefined
  if (search.after === 0) return { ranks: [...new Set([...popular, ...named])], end, total }
  // The first window has shown these.
  const shown = new Set(named)
  return { ranks: popular.filter((rank) => !shown.has(rank)), end, total }
}

/** What the scores of these places are made of. */
export function candidatesAt(db: Database, read: Read, ranks: readonly number[]): Promise<Candidate[]> {
  return read<Candidate>(
    `SELECT s.search_rank AS rank, s.skill, s.title, s.topics,
       CAST(s.certified + s.signed * 0.5 - (CASE WHEN s.deprecated IS NULL THEN 0 ELSE 20 END) AS DOUBLE PRECISION) AS lift
     FROM skills s WHERE s.search_rank IN (${listSql(db.kind)})`,
    [JSON.stringify(ranks)],
  )
}

/** The skills at these places, in no order. */
export function skillsAt(db: Database, ranks: readonly number[]): Promise<SkillRow[]> {
  return db.all<SkillRow>(
    `SELECT ${SKILL_COLUMNS} FROM skills s WHERE s.search_rank IN (${listSql(db.kind)})`,
    [JSON.stringify(ranks)],
  )
}

interface Part {
  readonly sql: string
  readonly params: readonly SqlValue[]
}

async function ranksOf(
  read: Read,
  { sql, params }: Part,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<number[]> {
  const rows = await read<{ rank: number }>(`${sql} AND s.search_rank > ? ORDER BY s.search_rank LIMIT ?`, [
    ...params,
    after,
    limit,
  ])
  return rows.map(({ rank }) => rank)
}

async function countOf(read: Read, { sql, params }: Part): Promise<number> {
  const [row] = await read<{ total: number }>(
    `SELECT count(*) AS total FROM (${sql} LIMIT ${TOTAL_LIMIT}) AS m`,
    params,
  )
  return row?.total ?? 0
}

/** Private scopes that are not for this reader; mostly there is none, and the index alone answers. */
async function hiddenScopes(db: Database, { scopes }: Visibility): Promise<readonly number[]> {
  if (scopes === 'all') return []
  const rows = await db.all<{ id: number; name: string }>('SELECT id, name FROM scopes WHERE public = 0')
  const readable = new Set(scopes)
  return rows.filter(({ name }) => !readable.has(name)).map(({ id }) => id)
}

/** A query of the one column `rank`; more conditions on `s.search_rank` may follow. */
function matchSql(
  kind: Database['kind'],
  { words, facets }: Search,
  { where, hidden }: { readonly where: 'any' | 'title'; readonly hidden: readonly number[] },
): Part {
  const visible: Part =
    hidden.length === 0
      ? { sql: '1 = 1', params: [] }
      : { sql: `s.scope_id NOT IN (${listSql(kind)})`, params: [JSON.stringify(hidden)] }
  const base = 'SELECT s.search_rank AS rank FROM skills s'
  if (words.length === 0 && facets.length === 0) return { ...visible, sql: `${base} WHERE ${visible.sql}` }
  if (kind === 'postgres') {
    return {
      sql: `${base} WHERE s.search @@ CAST(? AS tsquery) AND ${visible.sql}`,
      params: [tsQuery(words, facets, where), ...visible.params],
    }
  }
  const index = '(SELECT rowid AS search_rank FROM skills_search WHERE skills_search MATCH ?)'
  return {
    sql:
      hidden.length === 0
        ? `SELECT s.search_rank AS rank FROM ${index} s WHERE 1 = 1`
        : `SELECT s.search_rank AS rank FROM ${index} f JOIN skills s ON s.search_rank = f.search_rank WHERE ${visible.sql}`,
    params: [ftsQuery(words, facets, where), ...visible.params],
  }
}

/** The numbers of a JSON array that is one parameter, so that every list is the same statement. */
function listSql(kind: Database['kind']): string {
  return kind === 'postgres'
    ? 'SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(? AS json))'
    : 'SELECT value FROM json_each(?)'
}

/** Words are letters and digits only, so quotes are all that the grammar needs. */
function ftsQuery(words: readonly QueryWord[], facets: readonly string[], where: 'any' | 'title'): string {
  const parts = words.map(({ word, stem, prefix }) => {
    const forms = [`"${word}"${prefix ? '*' : ''}`, ...(stem === word ? [] : [`"${stem}"`])].join(' OR ')
    if (where === 'title') return `{title} : (${forms})`
    // Looking at columns costs half as much again.
    return looksLikeFacet(word) ? `{title topics description} : (${forms})` : `(${forms})`
  })
  return [...parts, ...facets.map((facet) => `{facets} : "${facetWord(facet)}"`)].join(' AND ')
}

function tsQuery(words: readonly QueryWord[], facets: readonly string[], where: 'any' | 'title'): string {
  const parts = words.map(({ word, stem, prefix }) => {
    // For weights every match's text is read; without, the index answers.
    const weights = where === 'title' ? 'A' : looksLikeFacet(word) ? 'ABD' : ''
    const form = (text: string, flags: string): string => `'${text}'${flags === '' ? '' : `:${flags}`}`
    const forms = [
      form(word, `${prefix ? '*' : ''}${weights}`),
      ...(stem === word ? [] : [form(stem, weights)]),
    ]
    return `(${forms.join(' | ')})`
  })
  return [...parts, ...facets.map((facet) => `'${facetWord(facet)}':C`)].join(' & ')
}
