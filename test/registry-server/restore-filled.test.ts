// Backups of registries that were filled by publishing, restored on every kind of database and blob store.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backupRegistry, fsckRegistry, gcRegistry, restoreRegistry } from '../../registry-server/admin.ts'
import type { RegistryOptions } from '../../registry-server/config.ts'
import { allRows, type Filled, fillRegistry, publishSkill, REMOVED } from '../support/filled-registry.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()
const folder = mkdtempSync(join(tmpdir(), 'filled-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const fresh = (): string => join(folder, String(++count))

const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

/** Where blobs are, beside the folder: another registry, which goes with the test file. */
async function elsewhere(): Promise<Partial<RegistryOptions>> {
  const registry = await startRegistry(SQLITE as (typeof DATABASES)[number])
  afterAllClose.push(registry)
  const auth = Buffer.from(`admin:${registry.token}`).toString('base64')
  const config = fresh()
  mkdirSync(config)
  writeFileSync(join(config, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
  return {
    blobs: `oci://${registry.host}/team/blobs`,
    settings: { env: { DOCKER_CONFIG: config }, home: folder },
  }
}
const afterAllClose: TestRegistry[] = []
afterAll(async () => {
  for (const registry of afterAllClose) await registry.close()
})

/** Every document, artifact and page, as the administrator and as the member see it, by digest. */
async function documents(
  registry: TestRegistry,
  { paths, member }: Filled,
  admin: string,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const [who, token] of [
    ['admin', admin],
    ['member', member],
  ]) {
    for (const path of paths) {
      const answer = await registry.anonymous(path, { headers: { authorization: `Bearer ${token}` } })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const text = bytes.toString('latin1').replaceAll(registry.host, 'HOST')
      // When a token was last used is noted while the documents are read.
      const shown = path === '/api/v1/tokens' ? text.replaceAll(/"lastUsedAt":"[^"]*"/g, '') : text
      found[`${who} ${path}`] = [answer.status, answer.headers.get('content-type'), digest(shown)]
    }
  }
  return found
}

/** Requests of the administrator, whose token is of the registry that was saved. */
function as(registry: TestRegistry, token: string): TestRegistry['fetch'] {
  return (path, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    return registry.anonymous(path, { ...init, headers })
  }
}

const BLOBS = [
  { name: 'a folder', place: async (): Promise<Partial<RegistryOptions>> => ({}) },
  { name: 'another registry', place: elsewhere },
]

/** Every kind is once where a backup comes from and once where it goes. */
const WAYS = DATABASES.flatMap((from) =>
  DATABASES.map((to) => ({
    from,
    to,
    out: BLOBS[from === to ? 0 : 1],
    into: BLOBS[from === to ? 1 : 0],
  })),
)

describe('a registry that was filled by publishing', () => {
  test.each(
    WAYS.filter(({ from, to }) => !from.skip && !to.skip).map((way) => ({
      ...way,
      name: `${way.from.name} and ${way.out?.name} to ${way.to.name} and ${way.into?.name}`,
    })),
  )('is the same after a backup and its restore: $name', async ({ from, to, out, into }) => {
    const source = (await out?.place()) ?? {}
    const registry = await startRegistry(from, { ...source, data: fresh() })
    const filled = await fillRegistry(registry)
    await registry.close()
    const place = { ...source, data: registry.data, database: registry.database }
    const saved = fresh()
    await backupRegistry(place, saved)
    const rows = await allRows(registry.database)

    const target = { ...(await into?.place()), data: fresh(), database: await to.create() }
    await restoreRegistry(target, saved)
    expect(await allRows(target.database)).toEqual(rows)
    expect((await fsckRegistry(target, {})).findings).toEqual([])
    await gcRegistry(target, { graceMs: -60_000 })
    expect((await fsckRegistry(target, {})).findings).toEqual([])

    // With the same rows and blobs, documents of a kind of database are the same wherever they came from.
    if (from === to) return
    const restored = await startRegistry(to, target)
    const again = await startRegistry(from, place)
    const shown = await documents(restored, filled, registry.token)
    expect(shown).toEqual(await documents(again, filled, registry.token))
    const statuses = Object.entries(shown).map(([path, answer]) => [path, (answer as unknown[])[0]])
    expect(statuses.filter(([path, status]) => String(path).startsWith('admin') && status !== 200)).toEqual(
      [],
    )
    expect(Object.fromEntries(statuses)['member /api/v1/skills/@secret/plan']).toBe(200)
    expect((await restored.anonymous('/api/v1/skills/@secret/plan')).status).toBe(404)
    // What was taken out stays out, with its reason.
    for (const path of filled.gone) {
      const { status, body } = await restored.json('GET', path, undefined, registry.token)
      expect([path, status, JSON.stringify(body)]).toEqual([
        path,
        410,
        expect.stringContaining('ümläut ☃ data'),
      ])
    }
    expect((await publishSkill({ ...restored, fetch: as(restored, registry.token) }, REMOVED)).status).toBe(
      410,
    )
    // A token still ends with the one that it was made with.
    const { made } = filled
    const ask = async (token: string) =>
      (await restored.json('GET', '/api/v1/tokens', undefined, token)).status
    expect(await ask(made.token)).toBe(200)
    const ended = await restored.json('DELETE', `/api/v1/tokens/${made.by}`, undefined, registry.token)
    expect([ended.status, await ask(made.token)]).toEqual([204, 401])
    // New rows find their numbers free, and what was published is still for ever.
    const scope = await restored.json('PUT', '/api/v1/scopes/@after', {}, registry.token)
    expect(scope.status).toBe(201)
    await again.close()
    await restored.close()
  })
})

interface Index {
  tables: Record<string, { rows: number; sha256: string }>
}

/** Writes a table of a backup anew, row by row, as the program that made the backup would have. */
function rewrite(saved: string, name: string, change: (row: Record<string, unknown>) => unknown): void {
  const path = join(saved, 'tables', `${name}.ndjson`)
  const rows = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const text = rows
    .map((row) => `${JSON.stringify(change(JSON.parse(row) as Record<string, unknown>))}\n`)
    .join('')
  writeFileSync(path, text)
  changeIndex(saved, ({ tables }) => {
    tables[name] = { rows: rows.length, sha256: digest(text).slice('sha256:'.length) }
  })
}

function changeIndex(saved: string, change: (index: Index) => void): void {
  const path = join(saved, 'backup.json')
  const index = JSON.parse(readFileSync(path, 'utf8')) as Index
  change(index)
  writeFileSync(path, JSON.stringify(index))
}

describe('a backup of another version', () => {
  let saved: string
  let filled: Filled
  let registry: TestRegistry
  const copy = (): string => {
    const to = fresh()
    cpSync(saved, to, { recursive: true })
    return to
  }
  beforeAll(async () => {
    registry = await startRegistry(SQLITE, { data: fresh() })
    filled = await fillRegistry(registry)
    await registry.close()
    saved = fresh()
    await backupRegistry({ data: registry.data, database: registry.database }, saved)
  })

  test.each(DATABASES.filter(({ skip }) => !skip))(
    'that had neither removals, nor who made a token, nor columns for lists is restored on $name',
    async (database) => {
      const older = copy()
      const without = (column: string) => (row: Record<string, unknown>) => {
        const { [column]: _, ...rest } = row
        return rest
      }
      rewrite(older, 'tokens', without('parent'))
      rewrite(older, 'manifests', without('annotations'))
      rmSync(join(older, 'tables', 'removals.ndjson'))
      changeIndex(older, ({ tables }) => void delete tables.removals)
      const target = { data: fresh(), database: await database.create() }
      await restoreRegistry(target, older)
      const [before, after] = [await allRows(registry.database), await allRows(target.database)]
      expect(
        before.manifests?.some((row) => String((row as { annotations: unknown }).annotations).includes('☃')),
      ).toBe(true)
      expect({ ...after, tokens: [] }).toEqual({ ...before, removals: [], tokens: [] })
      const restored = await startRegistry(database, target)
      const { made } = filled
      expect((await restored.json('GET', '/api/v1/tokens', undefined, made.token)).status).toBe(200)
      await restored.close()
    },
  )

  test('with a column that is not known here is refused by its name', async () => {
    const newer = copy()
    rewrite(newer, 'scopes', (row) => ({ 'x) --': 1, ...row }))
    const target = { data: fresh(), database: await SQLITE.create() }
    await expect(restoreRegistry(target, newer)).toThrowCode('backup_invalid')
    await expect(restoreRegistry(target, newer)).rejects.toThrow('scopes.ndjson has the column x) --')
  })

  test('with a table that is not known here is refused by its name', async () => {
    const newer = copy()
    changeIndex(newer, ({ tables }) => {
      tables.reviews = { rows: 0, sha256: '' }
    })
    const target = { data: fresh(), database: await SQLITE.create() }
    await expect(restoreRegistry(target, newer)).toThrowCode('backup_invalid')
    await expect(restoreRegistry(target, newer)).rejects.toThrow('the table reviews')
  })

  test('without a table that was always there is refused', async () => {
    const broken = copy()
    changeIndex(broken, ({ tables }) => void delete tables.tokens)
    const target = { data: fresh(), database: await SQLITE.create() }
    await expect(restoreRegistry(target, broken)).toThrowCode('backup_invalid')
  })
})
