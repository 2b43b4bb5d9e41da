// The index of skills: what search looks in, kept in line with the catalogue.
import type { Database } from './database.ts'
import { searchRank } from './search-words.ts'

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

/** Takes the skill out of the index. */
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

function facetWords(facets: string): string {
  return facets.replace(/\S+/g, facetWord)
}

const FACET = 'zzfacet'

/** A facet as it stands in the index: no word of a text is ever taken for it. */
export function facetWord(facet: string): string {
  return `${FACET}${facet}`
}

/** Whether a typed word could be a facet, or the beginning of one. */
export function looksLikeFacet(word: string): boolean {
  return word.startsWith(FACET) || FACET.startsWith(word)
}
