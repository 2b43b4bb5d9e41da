import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gcRegistry, removeFromRegistry } from '../../registry-server/admin.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('a version that an operator takes out on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  const made = new Map<string, ReturnType<typeof artifactOf>>()
  const skill = (version: string) => ({ name: '@acme/pdf', version, files: { 'v.txt': `of ${version}` } })
  beforeAll(async () => {
    registry = await startRegistry(database)
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      const artifact = artifactOf(skill(version), filesToPublish(skill(version)))
      made.set(version, artifact)
      expect((await push((path, init) => registry.fetch(path, init), artifact)).status).toBe(201)
    }
    const last = made.get('1.2.0')
    await registry.fetch('/v2/acme/pdf/manifests/latest', {
      method: 'PUT',
      body: new Uint8Array(last?.bytes ?? []),
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    })
    await removeFromRegistry(place(), {
      target: '@acme/pdf@1.2.0',
      reason: 'holds <customer> data',
    })
  })
  afterAll(() => registry.close())
  const place = () => ({ data: registry.data, database: registry.database })
  const remove = (name: string, version: string, reason = 'x') =>
    removeFromRegistry(place(), { target: `${name}@${version}`, reason })

  test('is gone from every face, which tells the reason', async () => {
    for (const path of [
      '/api/v1/skills/@acme/pdf/versions/1.2.0',
      '/api/v1/skills/@acme/pdf/versions/1.2.0/readme',
      '/api/v1/skills/@acme/pdf/versions/1.2.0/files/v.txt',
    ]) {
      const { status, body } = await registry.json('GET', path)
      expect([path, status]).toEqual([path, 410])
      expect(body).toMatchObject({ code: 'version_removed' })
      expect(String(body.detail)).toContain('holds <customer> data')
    }
    const { digest, blobs } = made.get('1.2.0') ?? { digest: '', blobs: new Map<string, Uint8Array>() }
    for (const reference of ['1.2.0', digest]) {
      const answer = await registry.anonymous(`/v2/acme/pdf/manifests/${reference}`)
      expect(answer.status).toBe(410)
      expect(await answer.text()).toContain('holds <customer> data')
    }
    const layer = [...blobs.keys()].at(-1) ?? ''
    expect((await registry.anonymous(`/v2/acme/pdf/blobs/${layer}`)).status).toBe(404)
    for (const path of [
      '/clawhub/api/v1/download?slug=pdf&version=1.2.0',
      '/npm/@acme/pdf/-/pdf-1.2.0.tgz',
      '/.well-known/agent-skills/pdf/1.2.0.tar.gz',
    ]) {
      expect([path, (await registry.anonymous(path)).status]).toEqual([path, 410])
    }
    const page = await registry.anonymous('/skills/@acme/pdf/v/1.2.0', { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('&lt;customer&gt;')])
  })

  test('leaves its number and reason in the document and on the page; what a plain name means moves', async () => {
    const { body } = await registry.json('GET', '/api/v1/skills/@acme/pdf')
    expect(body).toMatchObject({
      version: '1.1.0',
      tags: { latest: '1.1.0' },
      removed: [{ version: '1.2.0', reason: 'holds <customer> data' }],
    })
    const page = await (await registry.anonymous('/skills/@acme/pdf')).text()
    expect(page).toContain('Taken out of the registry')
    expect(page).toContain('&lt;customer&gt;')
  })

  test('is never published again, not even as it was', async () => {
    const artifact = made.get('1.2.0')
    const again = artifact && (await push((path, init) => registry.fetch(path, init), artifact))
    expect(again?.status).toBe(410)
    expect(await again?.text()).toContain('version_removed')
    const other = { ...skill('1.2.0'), files: { 'v.txt': 'other' } }
    expect(
      (await push((path, init) => registry.fetch(path, init), artifactOf(other, filesToPublish(other))))
        .status,
    ).toBe(410)
    await expect(remove('@acme/pdf', '1.2.0')).toThrowCode('version_removed')
  })

  test('has a line in the audit, and its bytes go with the next collection', async () => {
    const db = await openRegistryDatabase(registry.database)
    const lines = await db.all<{ actor: string; details: string }>(
      "SELECT actor, details FROM audit WHERE action = 'skill.remove' ORDER BY id",
    )
    await db.close()
    expect(lines[0]).toMatchObject({ actor: 'console' })
    expect(JSON.parse(lines[0]?.details ?? '')).toMatchObject({
      version: '1.2.0',
      reason: 'holds <customer> data',
    })
    const { blobs } = await gcRegistry(place(), { graceMs: -60_000 })
    expect(blobs).toBeGreaterThanOrEqual(1)
    const kept = await registry.anonymous('/api/v1/skills/@acme/pdf/versions/1.1.0/files/v.txt')
    expect(await kept.text()).toBe('of 1.1.0')
  })

  test('of a skill without another one takes the skill from lists, and leaves the reason', async () => {
    const only = { name: '@acme/only', version: '0.1.0' }
    expect(
      (await push((path, init) => registry.fetch(path, init), artifactOf(only, filesToPublish(only)))).status,
    ).toBe(201)
    expect(await remove('@acme/only', '0.1.0', 'by mistake')).not.toHaveProperty('current')
    const gone = await registry.json('GET', '/api/v1/skills/@acme/only')
    expect([gone.status, gone.body]).toMatchObject([410, { code: 'version_removed' }])
    expect((await registry.json('GET', '/api/v1/search?q=only')).body).toMatchObject({ total: 0 })
    expect(JSON.stringify((await registry.json('GET', '/clawhub/api/v1/skills')).body)).not.toContain('only')
    const next = { ...only, version: '0.1.1' }
    expect(
      (await push((path, init) => registry.fetch(path, init), artifactOf(next, filesToPublish(next)))).status,
    ).toBe(201)
    expect((await registry.json('GET', '/api/v1/search?q=only')).body).toMatchObject({ total: 1 })
  })

  test('must be one, and have a reason of one line', async () => {
    await expect(remove('@acme/none', '1.0.0')).toThrowCode('skill_not_found')
    await expect(remove('@acme/pdf', '9.0.0')).toThrowCode('version_not_found')
    await expect(remove('@acme/pdf', '1.0.0', 'two\nlines')).toThrowCode('usage')
    await expect(remove('@acme/pdf', '1.0.0', '')).toThrowCode('usage')
    await expect(remove('@acme/pdf', '^1')).toThrowCode('usage')
  })
})
