import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

/** Words that stand in the private skill alone. */
const SECRET = /xyzzyname|xyzzywords|xyzzybody|xyzzyfile/

describe.each(DATABASES)('a private scope on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  let paths: string[]
  let digests: string[]

  beforeAll(async () => {
    registry = await startRegistry(database, { limits: { apiPerMinute: 1e9 } })
    const skill = {
      name: '@closed/xyzzyname',
      version: '1.0.0',
      description: 'Does xyzzywords.',
      body: 'About xyzzybody.',
      files: { 'xyzzyfile.md': 'x' },
    }
    const artifact = artifactOf(skill, filesToPublish(skill))
    const pushed = await push((path, init) => registry.fetch(path, init), artifact)
    expect(pushed.status).toBe(201)
    const other = { name: '@open/plain', version: '1.0.0', description: 'Seen by all.' }
    await push((path, init) => registry.fetch(path, init), artifactOf(other, filesToPublish(other)))
    digests = [artifact.digest, ...artifact.blobs.keys()]
    const document = (await (await registry.fetch('/openapi.json')).json()) as {
      paths: Record<string, Record<string, unknown>>
    }
    const values: Record<string, string> = {
      scope: '@closed',
      name: 'xyzzyname',
      slug: 'closed--xyzzyname',
      version: '1.0.0',
      path: 'SKILL.md',
      package: '@closed%2fxyzzyname',
      archive: 'xyzzyname.tar.gz',
      file: 'xyzzyname-1.0.0.tgz',
    }
    const filled = Object.entries(document.paths)
      .filter(([, methods]) => 'get' in methods)
      .map(([path]) => path.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? 'x'))
    paths = [
      ...filled,
      '/api/v1/search?q=xyzzyword',
      '/api/v1/search?scope=closed',
      '/api/v1/skills/@closed/xyzzyname/diff?from=1.0.0',
      '/clawhub/api/v1/search?q=xyzzyword',
      '/clawhub/api/v1/download?slug=closed--xyzzyname',
      '/clawhub/api/v1/skills/xyzzyname',
      '/clawhub/api/v1/resolve?slug=xyzzyname',
      '/',
      '/search?q=xyzzyword',
      '/@closed',
      '/skills/@closed/xyzzyname',
      '/v2/closed/xyzzyname/tags/list',
      '/v2/closed/xyzzyname/manifests/1.0.0',
      ...digests.map((digest) => `/v2/closed/xyzzyname/blobs/${digest}`),
      ...digests.map((digest) => `/v2/closed/xyzzyname/referrers/${digest}`),
      `/v2/closed/xyzzyname/manifests/${digests[0]}`,
    ]
  }, 60_000)
  afterAll(() => registry.close())

  /** Addresses whose answer to nobody in particular holds something of the skill. */
  async function leaks(): Promise<string[]> {
    const found: string[] = []
    for (const path of paths) {
      const answer = await registry.anonymous(path)
      const body = Buffer.from(await answer.arrayBuffer()).toString('latin1')
      const asked = path.replaceAll('%2f', '/')
      // What was asked for may stand in a refusal.
      const told = SECRET.test(asked) && answer.status >= 400 ? '' : body
      const isContent = answer.status < 300 && path.startsWith('/v2/')
      if (isContent || SECRET.test(told)) found.push(`${path} ${answer.status}`)
    }
    return found
  }

  test('that was open and in everybody’s memory shows nothing from the moment it is closed', async () => {
    expect((await leaks()).length).toBeGreaterThan(15)
    expect((await registry.json('PUT', '/api/v1/scopes/@closed', { public: false })).status).toBe(200)
    expect(await leaks()).toEqual([])
  })
})
