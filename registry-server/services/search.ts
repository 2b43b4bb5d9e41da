// Search as the API has it: typed text and filters in, a page of hits out. Results are kept until something is written.
import type { CapabilityKind, SearchResult, SkillSummary } from '../../src/registry/protocol.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { SCOPE } from '../../src/registry/names.ts'
import type { Database } from '../db/database.ts'
import { findScope } from '../db/scopes.ts'
import { candidatesAt, findWindow, searchReader, skillsAt, TOTAL_LIMIT } from '../db/search.ts'
import { queryWords } from '../db/search-words.ts'
import type { SkillRow, Visibility } from '../db/skills.ts'
import { facetsOf } from './catalogue.ts'
import { scored } from './search-score.ts'

export interface SearchRequest {
  readonly q?: string
  /** With or without the `@`. */
  readonly scope?: string
  readonly capability?: CapabilityKind
  readonly signed?: boolean
  readonly certified?: boolean
  /** 1 to 100. */
  readonly limit: number
  readonly cursor?: string
}

const KEPT = 2000

export interface Searcher {
  /** @throws request_invalid for a cursor that no page gave */
  search(request: SearchRequest, visibility: Visibility): Promise<SearchResult>
}

/** A search over one database, with its own memory of results. */
export function createSearcher(db: Database): Searcher {
  let version: number | undefined
  const kept = new Map<string, Promise<SearchResult>>()
  return {
    search(request, visibility) {
      const current = db.version()
      // Writes of others are not heard now: nothing can be kept.
      if (current === undefined) return runSearch(db, request, visibility)
      if (current !== version) {
        kept.clear()
        version = current
      }
      const key = JSON.stringify([request, visibility])
      const known = kept.get(key)
      if (known) return known
      const result = runSearch(db, request, visibility)
      result.catch(() => kept.delete(key))
      if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string)
      kept.set(key, result)
      return result
    },
  }
}

interface Cursor {
  /** Where the window begins, how many of its hits were shown, and how many hits came before it. */
  readonly after: number
  readonly offset: number
}

async function runSearch(
  db: Database,
  request: SearchRequest,
  visibility: Visibility,
): Promise<SearchResult> {
  const { after, offset } = readCursor(request.cursor)
  const words = queryWords(request.q ?? '')
  if (words.length === 0 && /\S/.test(request.q ?? '')) return { total: 0, results: [] }
  const facets = facetsOf({
    ...(request.capability && { capabilities: [request.capability] }),
    ...(request.signed && { signed: true }),
    ...(request.certified && { certified: true }),
  })
  if (request.scope !== undefined) {
    const name = request.scope.replace(/^@/, '')
    const scope = SCOPE.test(`@${name}`) ? await findScope(db, name) : undefined
    if (!scope) return { total: 0, results: [] }
    facets.push(...facetsOf({ scopeId: scope.id }))
  }
  const read = await searchReader(db)
  const { ranks, end, total } = await findWindow(db, read, { words, facets, visibility, after })
  const order = scored(await candidatesAt(db, read, ranks), words)
  const page = order.slice(offset, offset + request.limit)
  const rows = new Map(
    (
      await skillsAt(
        db,
        page.map(({ rank }) => rank),
      )
    ).map((row) => [row.search_rank, row]),
  )
  const shown = offset + page.length
  const next =
    shown < order.length
      ? { after, offset: shown }
      : end === undefined
        ? undefined
        : { after: end, offset: 0 }
  return {
    total,
    results: page.flatMap(({ rank, score }) => {
      const row = rows.get(rank)
      return row ? [{ ...skillSummary(row), score: Math.round(score * 1000) / 1000 }] : []
    }),
    ...(next && (total > shown || total >= TOTAL_LIMIT || after > 0)
      ? { nextCursor: writeCursor(next) }
      : {}),
  }
}

/** What every list shows of a skill. */
export function skillSummary(row: SkillRow): Omit<SkillSummary, 'score'> {
  return {
    name: row.name,
    description: row.description,
    version: row.version,
    downloads: row.downloads,
    updatedAt: row.updated_at,
    capabilities: JSON.parse(row.capabilities) as CapabilityKind[],
    signed: row.signed === 1,
    certified: row.certified === 1,
    ...(row.deprecated === null ? {} : { deprecated: row.deprecated }),
  }
}

function writeCursor({ after, offset }: Cursor): string {
  return Buffer.from(`${after}.${offset}`).toString('base64url')
}

function readCursor(text: string | undefined): Cursor {
  if (text === undefined || text === '') return { after: 0, offset: 0 }
  const [, after, offset] =
    /^(\d{1,16})\.(\d{1,4})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  if (after === undefined || offset === undefined || !Number.isSafeInteger(Number(after))) {
    throw new SkillsError('request_invalid', 'The cursor is none that a page gave', {
      hint: 'take nextCursor of the page before, or leave it out',
      details: { fields: ['cursor: expected the nextCursor of a page'] },
    })
  }
  return { after: Number(after), offset: Number(offset) }
}
