// What a disk lost comes back by publishing it again, and nothing says before that it is there.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fsckRegistry } from '../../registry-server/admin.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { packFolder } from '../../src/ops/pack.ts'
import { publish } from '../../src/ops/publish.ts'
import { saveCredential } from '../../src/registry/credentials.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { testIo } from '../support/test-io.ts'

cleanDatabases()
const folder = mkdtempSync(join(tmpdir(), 'heal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function blobFile(registry: TestRegistry, digest: string): string {
  return join(registry.data, 'blobs', 'sha256', digest.slice(7, 9), digest.slice(7))
}

/** The same length and other bytes. */
function flip(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(path, bytes)
}

const LOSSES: readonly { readonly what: string; readonly lose: (path: string) => void }[] = [
  { what: 'gone', lose: (path) => rmSync(path) },
  { what: 'flipped', lose: flip },
  { what: 'cut short', lose: (path) => truncateSync(path, 3) },
  { what: 'empty', lose: (path) => truncateSync(path, 0) },
]

describe.each(DATABASES)('lost bytes on $name', (database) => {
  if (database.skip) return test.skip('needs a database')

  async function published() {
    const registry = await startRegistry(database)
    await registry.json('PUT', '/api/v1/scopes/@acme', {})
    const io = testIo()
    saveCredential(registry.url, { token: registry.token, user: 'admin' }, io.settings)
    const skill = join(io.project, 'pdf')
    mkdirSync(skill)
    writeFileSync(join(skill, 'SKILL.md'), '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# Pdf\n')
    const request = { folder: skill, release: '1.0.0', registry: registry.url, scope: '@acme' }
    const again = () => publish(request, io)
    expect(await again()).toMatchObject({ status: 'published' })
    expect(await again()).toMatchObject({ status: 'unchanged' })
    const { packed } = await packFolder(request, io)
    const place = { data: registry.data, database: registry.database }
    return { registry, again, packed, findings: async () => (await fsckRegistry(place, {})).findings }
  }

  test.each(LOSSES)('a blob that is $what is told as missing, and heals', async ({ lose }) => {
    const { registry, again, packed, findings } = await published()
    for (const { digest } of [packed.config, ...packed.layers]) {
      const path = `/v2/acme/pdf/blobs/${digest}`
      expect((await registry.fetch(path, { method: 'HEAD' })).status).toBe(200)
      lose(blobFile(registry, digest))
      expect((await registry.fetch(path, { method: 'HEAD' })).status).toBe(404)
      expect((await registry.anonymous(path, { method: 'HEAD' })).status).toBe(404)
    }
    expect(await findings()).not.toEqual([])
    expect(await again()).toMatchObject({ status: 'healed' })
    expect(await findings()).toEqual([])
    expect(await again()).toMatchObject({ status: 'unchanged' })
    await registry.close()
  })

  test('a damaged blob is not shown in another repository', async () => {
    const { registry, packed } = await published()
    const [layer] = packed.layers
    const digest = layer?.digest ?? ''
    flip(blobFile(registry, digest))
    const mounted = await registry.fetch(`/v2/acme/other/blobs/uploads/?mount=${digest}&from=acme/pdf`, {
      method: 'POST',
    })
    expect(mounted.status).toBe(202)
    await registry.close()
  })

  test('a damaged manifest heals, and is not given out before', async () => {
    const { registry, again, packed, findings } = await published()
    const db = await openRegistryDatabase(registry.database)
    await db.run('UPDATE manifests SET bytes = ?', [Buffer.from('{}')])
    await db.close()
    await registry.running.close()
    const restarted = await startRegistry(database, {
      data: registry.data,
      database: registry.database,
      port: Number(new URL(registry.url).port),
    })
    const path = `/v2/acme/pdf/manifests/${packed.manifestDigest}`
    expect((await restarted.anonymous(path)).status).toBe(500)
    expect((await findings()).map(({ kind }) => kind)).toEqual(['manifest_damaged'])
    expect(await again()).toMatchObject({ status: 'healed' })
    expect((await restarted.anonymous(path)).status).toBe(200)
    expect(await findings()).toEqual([])
    await restarted.close()
    await registry.close()
  })
})
