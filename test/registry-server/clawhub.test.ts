import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/integrity/digest.ts'
import { readArchive } from '../../src/platform/archive.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('the ClawHub API on $name', (database) => {
  const { skip } = database
  let registry: TestRegistry
  let base = ''
  const get = async (path: string): Promise<never> =>
    (await (await registry.anonymous(`${base}/api/v1${path}`)).json()) as never

  beforeAll(async () => {
    if (skip) return
    registry = await startRegistry(database)
    for (const [name, version] of [
      ['@acme/pdf', '1.0.0'],
      ['@acme/pdf', '1.1.0'],
      ['@other/pdf', '3.0.0'],
    ] as const) {
      const skill = { name, version, files: { 'a.py': `print(${version.length})\n`, '.hidden': 'x' } }
      await push((path, init) => registry.fetch(path, init), artifactOf(skill, filesToPublish(skill)))
    }
    const found = (await (await registry.anonymous('/.well-known/clawhub.json')).json()) as {
      apiBase: string
    }
    base = found.apiBase
  }, 120_000)
  afterAll(() => registry?.close())

  test.skipIf(skip)('is found by its well-known file', () => {
    expect(base).toBe(`${registry.url}/clawhub`)
  })
  test.skipIf(skip)('search gives slugs that lead to the skill that was found', async () => {
    const { results } = (await get('/search?q=pdf')) as {
      results: { slug: string; ownerHandle: string; version: string }[]
    }
    expect(results.map(({ slug, version }) => `${slug} ${version}`).sort()).toEqual([
      'other--pdf 3.0.0',
      'pdf 1.1.0',
    ])
    expect(await get('/skills/other--pdf')).toMatchObject({
      skill: { displayName: 'pdf' },
      owner: { handle: 'other' },
      latestVersion: { version: '3.0.0' },
      moderation: null,
    })
  })
  test.skipIf(skip)('lists skills and versions by page', async () => {
    const first = (await get('/skills?limit=1')) as { items: unknown[]; nextCursor: string }
    expect(first.items).toHaveLength(1)
    expect(await get(`/skills?limit=1&cursor=${first.nextCursor}`)).toMatchObject({ nextCursor: null })
    expect(await get('/skills/pdf/versions')).toMatchObject({
      items: [{ version: '1.1.0' }, { version: '1.0.0' }],
      nextCursor: null,
    })
    expect(await get('/skills/pdf/versions/1.0.0')).toMatchObject({
      version: {
        version: '1.0.0',
        files: expect.arrayContaining([expect.objectContaining({ path: 'a.py' })]),
      },
      skill: { slug: 'pdf' },
    })
  })
  test.skipIf(skip)('gives single files, a ZIP of all, and recognises local files', async () => {
    const file = await registry.anonymous(`${base}/api/v1/skills/pdf/file?path=a.py&version=1.0.0`)
    expect(await file.text()).toBe('print(5)\n')
    expect(await get('/skills/pdf/install')).toMatchObject({ ok: true, archive: { version: '1.1.0' } })
    const zip = await registry.anonymous(`${base}/api/v1/download?slug=pdf&version=1.0.0`)
    expect(zip.headers.get('content-type')).toBe('application/zip')
    const entries = await readArchive(Buffer.from(await zip.arrayBuffer()))
    expect(entries.map(({ path }) => path).sort()).toEqual(['.hidden', 'SKILL.md', 'a.py'])
    const lines = entries
      .filter(({ path }) => !path.startsWith('.'))
      .sort((a, b) => a.path.localeCompare(b.path))
      .map(({ path, bytes }) => `${path}:${sha256Hex(bytes)}`)
    const hash = sha256Hex(lines.join('\n'))
    const resolved = (await get(`/resolve?slug=pdf&hash=${hash}`)) as { match: { version: string } }
    expect(['1.0.0', '1.1.0']).toContain(resolved.match.version)
    expect(await get(`/resolve?slug=pdf&hash=${'0'.repeat(64)}`)).toMatchObject({ match: null })
  })
  test.skipIf(skip)('says in plain text what is not there', async () => {
    for (const path of [
      '/skills/none',
      '/download?slug=none',
      '/skills/pdf/versions/9.9.9',
      '/skills/..%2f..',
      '/resolve',
    ]) {
      const response = await registry.anonymous(`${base}/api/v1${path}`)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    }
  })
})
