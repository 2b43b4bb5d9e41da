// Backups of registries that were filled by publishing, restored on every kind of database and blob store.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { backupRegistry, fsckRegistry, restoreRegistry } from '../../registry-server/admin.ts'
import type { RegistryOptions } from '../../registry-server/config.ts'
import { allRows, type Filled, fillRegistry } from '../support/filled-registry.ts'
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
    await documents(registry, filled, registry.token)
    await registry.close()
    const place = { ...source, data: registry.data, database: registry.database }
    const saved = fresh()
    await backupRegistry(place, saved)
    const rows = await allRows(registry.database)

    const target = { ...(await into?.place()), data: fresh(), database: await to.create() }
    await restoreRegistry(target, saved)
    expect(await allRows(target.database)).toEqual(rows)
    expect((await fsckRegistry(target, {})).findings).toEqual([])

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
    // New rows find their numbers free, and what was published is still for ever.
    const scope = await restored.json('PUT', '/api/v1/scopes/@after', {}, registry.token)
    expect(scope.status).toBe(201)
    await again.close()
    await restored.close()
  })
})

test('a backup of a newer version, with a column that is not known here, is refused by its name', async () => {
  const registry = await startRegistry(SQLITE, { data: fresh() })
  await fillRegistry(registry)
  await registry.close()
  const saved = fresh()
  await backupRegistry({ data: registry.data, database: registry.database }, saved)
  const { createHash } = await import('node:crypto')
  const { readFileSync } = await import('node:fs')
  const table = join(saved, 'tables', 'scopes.ndjson')
  const text = readFileSync(table, 'utf8').replaceAll('{"id"', '{"x) --":1,"id"')
  writeFileSync(table, text)
  const index = JSON.parse(readFileSync(join(saved, 'backup.json'), 'utf8')) as {
    tables: Record<string, { sha256: string }>
  }
  index.tables.scopes = { ...index.tables.scopes, sha256: createHash('sha256').update(text).digest('hex') }
  writeFileSync(join(saved, 'backup.json'), JSON.stringify(index))
  const target = { data: fresh(), database: await SQLITE.create() }
  await expect(restoreRegistry(target, saved)).toThrowCode('backup_invalid')
  await expect(restoreRegistry(target, saved)).rejects.toThrow('scopes.ndjson has the column x) --')
})
