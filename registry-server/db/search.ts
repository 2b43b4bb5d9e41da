// The index of skills and the queries on it. Matches are taken in the order of popularity and only the first few hundred
// are ranked, so that a common word costs what a rare one does.
import { type QueryWord, searchRank } from './search-words.ts'
import type { Database, SqlValue } from './database.ts'
import { type SkillRow, visibleSql, type Visibility } from './skills.ts'

/** What is indexed of one skill; texts are the words of `indexText`. */
export interface IndexEntry {
  readonly id: number
  readonly downloads: number
  /** Where it stands now; null when it is not in the index. */
  readonly searchRank: number | null
  readonly title: string
  readonly topics: string
  readonly description: string
  /** Words that filters ask for: `signed`, `capnetwork`, `scope7`. */
  readonly facets: string
}

/** Puts the skill into the index, or what is there of it in its place. */
export async function indexSkill(db: Database, entry: IndexEntry): Promise<void> {
  const rank = searchRank(entry.id, entry.downloads)
  const facets = facetWords(entry.facets)
  await unindexSkill(db, entry.searchRank)
  await db.run(
    'UPDATE skills SET search_rank = ?, title = ?, topics = ?, words = ?, facets = ? WHERE id = ?',
    [rank, ` ${entry.title} `, ` ${entry.topics} `, entry.description, facets, entry.id],
  )
  const texts = [entry.title, entry.topics, entry.description, facets]
  await db.run(
    db.kind === 'postgres'
      ? `UPDATE skills SET search = setweight(to_tsvector('simple', ?), 'A') || setweight(to_tsvector('simple', ?), 'B') ||
           setweight(to_tsvector('simple', ?), 'D') || setweight(to_tsvector('simple', ?), 'C') WHERE id = ?`
      : 'INSERT INTO skills_search (title, topics, description, facets, rowid) VALUES (?, ?, ?, ?, ?)',
    [...texts, db.kind === 'postgres' ? entry.id : rank],
  )
}

export async function unindexSkill(db: Database, rank: number | null): Promise<void> {
  if (db.kind === 'sqlite' && rank !== null) await db.run('DELETE FROM skills_search WHERE rowid = ?', [rank])
}

/** Moves the skill to where its downloads put it; most new downloads move nothing. */
export async function reindexPopularity(
  db: Database,
  { id, downloads, search_rank: old }: { id: number; downloads: number; search_rank: number | null },
): Promise<void> {
  const rank = searchRank(id, downloads)
  if (old === null || rank === old) return
  if (db.kind === 'sqlite') {
    const row = await db.one<{ title: string; topics: string; words: string; facets: string }>(
      'SELECT title, topics, words, facets FROM skills WHERE id = ?',
      [id],
    )
    if (!row) return
    await unindexSkill(db, old)
    await db.run(
      'INSERT INTO skills_search (rowid, title, topics, description, facets) VALUES (?, ?, ?, ?, ?)',
      [rank, row.title, row.topics, row.words, row.facets],
    )
  }
  await db.run('UPDATE skills SET search_rank = ? WHERE id = ?', [rank, id])
}

/** So that no word of a text is ever taken for a facet. */
function facetWords(facets: string): string {
  return facets.replace(/(^| )(?=\S)/g, '$1zzfacet')
}

export interface Search {
  readonly words: readonly QueryWord[]
  /** All must hold. */
  readonly facets: readonly string[]
  readonly visibility: Visibility
  readonly limit: number
  /** Hits to leave out: those of earlier pages. */
  readonly offset: number
  /** Only skills behind this rank: where the window of the pages before ended. */
  readonly after?: number
}

export interface SearchHit extends SkillRow {
  readonly score: number
  /** The last rank of the window, how many hits it has, and how many it took in the order of popularity. */
  readonly window_end: number | null
  readonly window_size: number
  readonly window_popular: number
}

/** Matches that are ranked together. */
export const WINDOW = 300
/** Of these, how many may come from a match in the name beyond the most popular. */
const NAMED = 100
/** Hits are counted up to here. */
export const TOTAL_LIMIT = 1000

/** One page of hits, the best first. */
export async function searchSkills(db: Database, search: Search): Promise<SearchHit[]> {
  const { limit, offset } = search
  const { sql: score, params: scoreParams } = scoreSql(search.words)
  const { sql: window, params: windowParams } = windowSql(db.kind, search)
  return db.slow<SearchHit>(
    `WITH hits AS (${window})
     SELECT s.id, s.name, s.scope_id, s.description, s.version, s.created_at, s.updated_at, s.downloads, s.capabilities,
       s.signed, s.certified, s.deprecated, s.search_rank, ${score} AS score,
       (SELECT max(rank) FROM hits WHERE popular = 1) AS window_end,
       (SELECT count(*) FROM hits WHERE shown = 1) AS window_size,
       (SELECT count(*) FROM hits WHERE popular = 1) AS window_popular
     FROM hits JOIN skills s ON s.search_rank = hits.rank WHERE hits.shown = 1
     ORDER BY score DESC, s.search_rank LIMIT ? OFFSET ?`,
    [...windowParams, ...scoreParams, limit, offset],
  )
}

/** How many skills match; at most `TOTAL_LIMIT`. */
export async function countHits(db: Database, search: Search): Promise<number> {
  const { sql, params } = matchSql(db.kind, search, 'any')
  const [row] = await db.slow<{ total: number }>(
    `SELECT count(*) AS total FROM (${sql} LIMIT ${TOTAL_LIMIT}) AS m`,
    params,
  )
  return row?.total ?? 0
}

interface Part {
  readonly sql: string
  readonly params: SqlValue[]
}

/** The ranks to be scored: the most popular matches, and in the first window the most popular matches in the name. */
function windowSql(kind: Database['kind'], search: Search): Part {
  const { after = 0 } = search
  const any = matchSql(kind, search, 'any')
  const popular: Part = {
    sql: `SELECT m.rank AS rank, 1 AS popular, 1 AS shown FROM (${any.sql} AND s.search_rank > ? ORDER BY 1 LIMIT ${WINDOW}) AS m`,
    params: [...any.params, after],
  }
  if (search.words.length === 0) return popular
  const named = matchSql(kind, search, 'title')
  const first: Part = { sql: `${named.sql} ORDER BY 1 LIMIT ${NAMED}`, params: named.params }
  if (after > 0) {
    return {
      sql: `SELECT p.rank AS rank, 1 AS popular,
        CASE WHEN p.rank IN (SELECT n.rank FROM (${first.sql}) AS n) THEN 0 ELSE 1 END AS shown FROM (${popular.sql}) AS p`,
      params: [...first.params, ...popular.params],
    }
  }
  return {
    sql: `SELECT u.rank AS rank, max(u.popular) AS popular, 1 AS shown FROM (
      ${popular.sql} UNION ALL
      SELECT n.rank AS rank, 0 AS popular, 1 AS shown FROM (${first.sql}) AS n) AS u GROUP BY u.rank`,
    params: [...popular.params, ...first.params],
  }
}

/** A query of the one column `rank`; more conditions on `s` may follow. */
function matchSql(
  kind: Database['kind'],
  { words, facets, visibility }: Search,
  where: 'any' | 'title',
): Part {
  const visible = visibleSql(visibility)
  if (words.length === 0 && facets.length === 0) {
    return {
      sql: `SELECT s.search_rank AS rank FROM skills s WHERE ${visible.sql}`,
      params: [...visible.params],
    }
  }
  if (kind === 'postgres') {
    return {
      sql: `SELECT s.search_rank AS rank FROM skills s WHERE s.search @@ CAST(? AS tsquery) AND ${visible.sql}`,
      params: [tsQuery(words, facets, where), ...visible.params],
    }
  }
  return {
    sql: `SELECT f.rowid AS rank FROM skills_search f JOIN skills s ON s.search_rank = f.rowid
      WHERE skills_search MATCH ? AND ${visible.sql}`,
    params: [ftsQuery(words, facets, where), ...visible.params],
  }
}

/** Words are letters and digits only, so quotes are all that the grammar needs. */
function ftsQuery(words: readonly QueryWord[], facets: readonly string[], where: 'any' | 'title'): string {
  const columns = where === 'title' ? '{title}' : '{title topics description}'
  const parts = words.map(({ word, stem, prefix }) => {
    const forms = [`"${word}"${prefix ? '*' : ''}`, ...(stem === word ? [] : [`"${stem}"`])]
    return `${columns} : (${forms.join(' OR ')})`
  })
  return [...parts, ...facets.map((facet) => `{facets} : "zzfacet${facet}"`)].join(' AND ')
}

function tsQuery(words: readonly QueryWord[], facets: readonly string[], where: 'any' | 'title'): string {
  const weights = where === 'title' ? 'A' : 'ABD'
  const parts = words.map(({ word, stem, prefix }) => {
    const forms = [
      `'${word}':${prefix ? '*' : ''}${weights}`,
      ...(stem === word ? [] : [`'${stem}':${weights}`]),
    ]
    return `(${forms.join(' | ')})`
  })
  return [...parts, ...facets.map((facet) => `'zzfacet${facet}':C`)].join(' & ')
}

/**
 * A word counts most as a word of the name, then as the beginning of one, then as a topic; popularity decides among
 * equals, and what is deprecated comes behind.
 */
function scoreSql(words: readonly QueryWord[]): Part {
  const params: SqlValue[] = []
  const has = (column: string, text: string): string => {
    params.push(text)
    return `${column} LIKE ?`
  }
  const parts = words.map(
    ({ word, stem }) =>
      `(CASE WHEN ${has('s.title', `% ${word} %`)} OR ${has('s.title', `% ${stem} %`)} THEN 8
        WHEN ${has('s.title', `% ${word}%`)} THEN 5 WHEN ${has('s.topics', `% ${word} %`)} THEN 3 ELSE 1 END)`,
  )
  if (words.length > 0) {
    params.push(words.map(({ word }) => word).join('-'))
    parts.push('(CASE WHEN s.skill = ? THEN 12 ELSE 0 END)')
  }
  // 2^40 ranks a level, two levels a doubling of the downloads; 0 to 10.
  parts.push('(10.0 - s.search_rank / 4398046511104.0)', '(s.certified * 1.0 + s.signed * 0.5)')
  parts.push('(CASE WHEN s.deprecated IS NULL THEN 0 ELSE -20 END)')
  return { sql: `CAST(${parts.join(' + ')} AS DOUBLE PRECISION)`, params }
}
