import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../registry-server/db/database.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { indexText, queryWords, searchRank, stemOf, wordsOf } from '../../registry-server/db/search-words.ts'
import { deprecateSkill, recordSigner, yankVersion } from '../../registry-server/services/catalogue.ts'
import { createDownloadCounter } from '../../registry-server/services/downloads.ts'
import { createSearcher, type SearchRequest } from '../../registry-server/services/search.ts'
import { publish } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'

cleanDatabases()

describe('words', () => {
  test('are lower case, without accents and signs', () => {
    expect(wordsOf('Résumé-Builder: C++ & "PDF"s!')).toEqual(['resume', 'builder', 'c', 'pdf', 's'])
  })
  test('of writing without spaces are single characters', () => {
    expect(wordsOf('日本語 docs')).toEqual(['日', '本', '語', 'docs'])
  })
  test('find each other in singular and plural', () => {
    expect(['skills', 'policies', 'boxes', 'class', 'status', 'is', 'pdfs'].map(stemOf)).toEqual([
      'skill',
      'policy',
      'box',
      'class',
      'status',
      'is',
      'pdf',
    ])
    expect(indexText('skills skill')).toBe('skills skill')
  })
  test('of a query are at most eight, the last one open', () => {
    expect(queryWords('a b c d e f g h i j')).toHaveLength(8)
    expect(queryWords('pdf fo').map(({ prefix }) => prefix)).toEqual([false, true])
    expect(queryWords('pdf forms ').map(({ prefix }) => prefix)).toEqual([false, false])
  })
  test('hold nothing that a query language could read', () => {
    for (const typed of [
      '"a" OR b*',
      "'; DROP TABLE skills; --",
      'a:b & !c | (d)',
      '\u0000\ufffe{x}',
      '%_\\',
    ]) {
      for (const { word } of queryWords(typed)) expect(word).toMatch(/^[\p{L}\p{N}]+$/u)
    }
  })
})

test('the rank falls with downloads and moves seldom', () => {
  expect(searchRank(7, 0)).toBeGreaterThan(searchRank(8, 3))
  expect(searchRank(7, 1000)).toBe(searchRank(7, 1001))
  expect(Number.isSafeInteger(searchRank(2 ** 39, 0))).toBe(true)
})

describe.each(DATABASES)('search on $name', ({ skip, create }) => {
  let db: Database
  const names = async (request: Partial<SearchRequest>, scopes: string[] | 'all' = []): Promise<string[]> =>
    (await createSearcher(db).search({ limit: 20, ...request }, { scopes })).results.map(({ name }) => name)

  beforeAll(async () => {
    if (skip) return
    db = await openRegistryDatabase(await create())
    const skills = [
      ['@acme/pdf-forms', 'Fills in forms.'],
      ['@acme/reports', 'Writes reports from a PDF of figures.'],
      ['@other/pdf', 'Reads and writes documents.'],
      ['@other/weather', 'Tells the forecast.'],
      ['@secret/pdf-internal', 'Not for everybody.'],
      ['@acme/日本', 'never'],
    ] as const
    for (const [name, description] of skills.slice(0, 5))
      await publish(db, { name, version: '1.0.0', description })
    await publish(db, {
      name: '@acme/fetcher',
      version: '1.0.0',
      description: 'Policies for data、日本語.',
      toml: '[skill]\nname = "fetcher"\ntopics = ["crawling"]\n[capabilities.network]\nhosts = ["*.example.org"]\n',
    })
    await db.run('UPDATE scopes SET public = 0 WHERE name = ?', ['secret'])
  }, 120_000)
  afterAll(() => db?.close())

  test.skipIf(skip)('a name comes before a description, an exact name before a longer one', async () => {
    expect(await names({ q: 'pdf' })).toEqual(['@other/pdf', '@acme/pdf-forms', '@acme/reports'])
  })
  test.skipIf(skip)('all words must be there, the last may be a beginning', async () => {
    expect(await names({ q: 'pdf for' })).toEqual(['@acme/pdf-forms'])
    expect(await names({ q: 'p' })).toContain('@other/pdf')
    expect(await names({ q: 'weath' })).toEqual(['@other/weather'])
    expect(await names({ q: 'weath ' })).toEqual([])
  })
  test.skipIf(skip)('plural and singular, topics, scopes and other writing systems are found', async () => {
    expect(await names({ q: 'policy ' })).toEqual(['@acme/fetcher'])
    expect(await names({ q: 'report ' })).toEqual(['@acme/reports'])
    expect(await names({ q: 'crawling' })).toEqual(['@acme/fetcher'])
    expect(await names({ q: '@other/pdf' })).toEqual(['@other/pdf'])
    expect(await names({ q: '本語' })).toEqual(['@acme/fetcher'])
  })
  test.skipIf(skip)('filters by scope and capability, also without words', async () => {
    expect((await names({ scope: '@other' })).sort()).toEqual(['@other/pdf', '@other/weather'])
    expect(await names({ q: 'pdf', scope: 'acme' })).toEqual(['@acme/pdf-forms', '@acme/reports'])
    expect(await names({ capability: 'network' })).toEqual(['@acme/fetcher'])
    expect(await names({ scope: '@nobody' })).toEqual([])
  })
  test.skipIf(skip)('a private scope shows only to those who may read it', async () => {
    expect(await names({ q: 'internal' })).toEqual([])
    expect(await names({ scope: 'secret' })).toEqual([])
    expect(await names({ q: 'internal' }, ['secret'])).toEqual(['@secret/pdf-internal'])
    expect(await names({ q: 'internal' }, 'all')).toEqual(['@secret/pdf-internal'])
  })
  test.skipIf(skip)('a word of a text is never taken for a filter', async () => {
    expect(await names({ q: 'capnetwork' })).toEqual([])
    for (const q of ['z', 'zz', 'zzfacet', 'zzfacetcap', 'zzfacetcapnetwork']) {
      expect(await names({ q })).toEqual([])
      expect(await names({ q: `pdf ${q}` })).toEqual([])
    }
  })
  test.skipIf(skip)('signs alone find nothing, nothing finds everything', async () => {
    expect(await names({ q: '"*(' })).toEqual([])
    expect(await names({ q: ' ' })).toHaveLength(5)
  })
  test.skipIf(skip)('pages are disjoint and complete', async () => {
    const searcher = createSearcher(db)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await searcher.search(
        { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
        { scopes: 'all' },
      )
      expect(page.total).toBe(6)
      seen.push(...page.results.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(6)
    expect(seen).toHaveLength(6)
  })
  test.skipIf(skip)('a cursor that no page gave is refused', async () => {
    for (const cursor of ['x', 'OTk5OTk5OTk5OTk5OTk5OTkuMA', Buffer.from('1.-2').toString('base64url')]) {
      await expect(names({ cursor })).toThrowCode('request_invalid')
    }
  })
  test.skipIf(skip)('downloads and signatures lift a skill, a deprecation sinks it', async () => {
    const counter = createDownloadCounter(db, () => new Date('2026-02-03T00:00:00Z'))
    for (let i = 0; i < 5000; i++) counter.count('@acme/reports')
    counter.count('@acme/missing')
    await counter.flush()
    expect((await names({ q: 'pdf' }))[1]).toBe('@acme/pdf-forms')
    expect(await names({ q: 'writes' })).toEqual(['@acme/reports', '@other/pdf'])
    await db.transaction((tx) =>
      recordSigner(tx, { name: '@other/weather', version: '1.0.0', signer: 'https://ci.example.org' }),
    )
    expect(await names({ signed: true })).toEqual(['@other/weather'])
    await db.transaction((tx) => deprecateSkill(tx, '@acme/reports', 'use another'))
    expect(await names({ q: 'writes' })).toEqual(['@other/pdf', '@acme/reports'])
    await db.transaction((tx) => deprecateSkill(tx, '@acme/reports', undefined))
  })
  test.skipIf(skip)('a yank shows the version before it', async () => {
    await publish(db, { name: '@other/weather', version: '2.0.0', description: 'Hurricanes only.' })
    expect(await names({ q: 'hurricanes' })).toEqual(['@other/weather'])
    const change = (reason: string | undefined) =>
      db.transaction((tx) => yankVersion(tx, { name: '@other/weather', version: '2.0.0', reason }))
    await change('wrong')
    expect(await names({ q: 'hurricanes' })).toEqual([])
    expect(await names({ q: 'forecast' })).toEqual(['@other/weather'])
    await change(undefined)
    expect(await names({ q: 'hurricanes' })).toEqual(['@other/weather'])
  })
  test.skipIf(skip)('hundreds of matches are paged to the end, each once', async () => {
    const rows = 720
    await db.transaction(async (tx) => {
      const scope = await tx.one<{ id: number }>("SELECT id FROM scopes WHERE name = 'acme'")
      const { indexSkill } = await import('../../registry-server/db/search-index.ts')
      const { insertSkill } = await import('../../registry-server/db/skills.ts')
      for (let i = 0; i < rows; i++) {
        const skill = await insertSkill(tx, {
          name: `@acme/bulk-${i}`,
          scopeId: scope?.id ?? 0,
          at: '2026-01-01T00:00:00Z',
        })
        await indexSkill(tx, {
          id: skill.id,
          downloads: 0,
          searchRank: null,
          title: i % 6 === 5 ? 'needle acme' : 'acme',
          topics: '',
          description: 'needle in a haystack',
          facets: `scope${scope?.id ?? 0}`,
        })
      }
    })
    const searcher = createSearcher(db)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await searcher.search(
        { q: 'needle', limit: 100, ...(cursor === undefined ? {} : { cursor }) },
        { scopes: [] },
      )
      expect(page.total).toBe(rows)
      seen.push(...page.results.map(({ name }) => name))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toHaveLength(rows)
    expect(new Set(seen).size).toBe(rows)
  })
})
