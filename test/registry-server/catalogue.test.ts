import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as wire from '../../src/registry/protocol.ts'
import { artifactOf, filesToPublish, push, type SkillToPublish } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { bytesOf } from '../support/skill-files.ts'

cleanDatabases()

const network = (hosts: string): string =>
  `[skill]\nname = "net"\n[capabilities.network]\nhosts = [${hosts}]\n`

describe.each(DATABASES)('the catalogue on $name', (database) => {
  const { skip } = database
  let registry: TestRegistry
  const publish = (skill: SkillToPublish): Promise<Response> =>
    push((path, init) => registry.fetch(path, init), artifactOf(skill, filesToPublish(skill)))
  const get = async (path: string): Promise<{ status: number; body: never }> => {
    const response = await registry.anonymous(`/api/v1${path}`)
    return { status: response.status, body: (await response.json()) as never }
  }
  const refused = async (response: Response): Promise<string> => {
    const { errors } = (await response.json()) as {
      errors: { code: string; message: string; detail: unknown }[]
    }
    return `${response.status} ${errors[0]?.code} ${JSON.stringify(errors[0]?.detail)} ${errors[0]?.message}`
  }

  beforeAll(async () => {
    if (skip) return
    registry = await startRegistry(database)
    for (const [version, toml] of [
      ['1.0.0', network('"a.example.org"')],
      ['1.1.0', network('"*.example.org"')],
    ] as const) {
      const response = await publish({
        name: '@acme/net',
        version,
        toml,
        description: 'Fetches pages.',
        body: '# Net\n\nSee [more](docs/more.md).\n',
        files: { 'docs/more.md': 'More.\n', 'run.sh': '#!/bin/sh\ncurl a.example.org\n' },
      })
      expect(response.status).toBe(201)
    }
    const dependent = '[skill]\nname = "user"\n[dependencies]\nnet = "^1.0"\n'
    expect((await publish({ name: '@acme/user', version: '0.1.0', toml: dependent })).status).toBe(201)
    const elsewhere = '[skill]\nname = "far"\n[dependencies]\n"@acme/net" = "^1.1"\n'
    expect((await publish({ name: '@other/far', version: '0.1.0', toml: elsewhere })).status).toBe(201)
  }, 120_000)
  afterAll(() => registry?.close())

  test.skipIf(skip)('a pushed skill is a document that the schema accepts', async () => {
    const { body } = await get('/skills/@acme/net')
    const skill = wire.skillDocumentSchema.parse(body)
    expect(skill).toMatchObject({
      name: '@acme/net',
      version: '1.1.0',
      description: 'Fetches pages.',
      capabilities: ['network'],
      signed: false,
      tags: { latest: '1.1.0' },
      owners: ['admin'],
      dependents: 2,
    })
    expect(skill.versions.map(({ version }) => version)).toEqual(['1.1.0', '1.0.0'])
  })
  test.skipIf(skip)('so are its versions, with the files that were pushed', async () => {
    const { body } = await get('/skills/@acme/net/versions/1.0.0')
    const version = wire.versionDocumentSchema.parse(body)
    expect(version.capabilities).toEqual({ network: { hosts: ['a.example.org'] } })
    expect(version.files.map(({ path }) => path)).toEqual([
      'SKILL.md',
      'docs/more.md',
      'run.sh',
      'skill.toml',
    ])
    expect(version).toMatchObject({ repository: 'acme/net', tag: '1.0.0' })
    const manifest = await registry.anonymous(`/v2/acme/net/manifests/1.0.0`)
    expect(manifest.headers.get('docker-content-digest')).toBe(version.digest)
    expect((await get('/skills/@acme/net/versions/latest')).body).toMatchObject({ version: '1.1.0' })
  })
  test.skipIf(skip)('a name may be written with %40 and is otherwise judged by its grammar', async () => {
    expect((await get('/skills/%40acme/net')).status).toBe(200)
    for (const name of ['acme/net', '@ACME/net', '@acme/net..', '@acme/%00', '@__proto__/constructor']) {
      expect((await get(`/skills/${name}`)).status).toBe(404)
    }
  })
  test.skipIf(skip)('the text is sanitised HTML, with links into the files', async () => {
    const { body } = await get('/skills/@acme/net/versions/1.0.0/readme')
    expect(wire.readmeSchema.parse(body).html).toBe(
      '<h2>Net</h2>\n<p>See <a href="/api/v1/skills/@acme/net/versions/1.0.0/files/docs/more.md">more</a>.</p>\n',
    )
  })
  test.skipIf(skip)('files are bytes in a sandbox', async () => {
    const response = await registry.anonymous('/api/v1/skills/@acme/net/versions/1.0.0/files/docs/more.md')
    expect(await response.text()).toBe('More.\n')
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toMatch(/^sandbox/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    for (const path of ['none', '../SKILL.md', '%2e%2e/SKILL.md', 'docs', 'docs/']) {
      const missing = await registry.anonymous(`/api/v1/skills/@acme/net/versions/1.0.0/files/${path}`)
      expect(missing.status).toBe(404)
    }
  })
  test.skipIf(skip)('two versions are compared, and dependents of whatever scope are named', async () => {
    const { body } = await get('/skills/@acme/net/diff?from=1.0.0&to=1.1.0')
    expect(wire.diffSchema.parse(body)).toEqual({
      name: '@acme/net',
      from: '1.0.0',
      to: '1.1.0',
      widens: true,
      changes: [
        { change: 'widened', capability: 'network', before: 'a.example.org', after: '*.example.org' },
      ],
    })
    expect((await get('/skills/@acme/net/diff')).status).toBe(400)
    expect(wire.dependentsSchema.parse((await get('/skills/@acme/net/dependents')).body)).toEqual({
      total: 2,
      dependents: [
        { name: '@acme/user', version: '0.1.0', range: '^1.0' },
        { name: '@other/far', version: '0.1.0', range: '^1.1' },
      ],
    })
  })
  test.skipIf(skip)(
    'a minor release that asks for more is taken with a warning, a patch is not',
    async () => {
      const release = (version: string, hosts: string): Promise<Response> =>
        publish({ name: '@acme/warned', version, toml: network(hosts).replace('"net"', '"warned"') })
      expect((await release('1.0.0', '"a.example.org"')).headers.get('warning')).toBeNull()
      const minor = await release('1.1.0', '"a.example.org", "b.example.org"')
      expect([minor.status, minor.headers.get('warning')]).toEqual([
        201,
        '299 - "@acme/warned 1.1.0 may do more than 1.0.0: network gets b.example.org"',
      ])
      expect((await release('1.1.1', '"*"')).status).toBe(422)
    },
  )
  test.skipIf(skip)('an unchanged document is answered with 304', async () => {
    const path = '/api/v1/skills/@acme/net'
    const first = await registry.anonymous(path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{27}"$/)
    expect(first.headers.get('cache-control')).toBe('public, max-age=60')
    const second = await registry.anonymous(path, { headers: { 'if-none-match': `"x", W/${etag}` } })
    expect(second.status).toBe(304)
    expect(await second.text()).toBe('')
    expect((await registry.fetch(path)).headers.get('cache-control')).toBe('private, max-age=0')
    const readme = await registry.anonymous(`${path}/versions/1.0.0/readme`)
    expect(readme.headers.get('cache-control')).toContain('immutable')
  })
  test.skipIf(skip)('pulls are counted as downloads', async () => {
    await registry.anonymous('/v2/acme/net/manifests/1.0.0')
    await expect
      .poll(async () => wire.downloadsSchema.parse((await get('/skills/@acme/net/downloads')).body).total, {
        timeout: 15_000,
      })
      .toBeGreaterThan(0)
  })

  test.skipIf(skip)(
    'a version is immutable: the same again is a success, other content is refused',
    async () => {
      const skill = { name: '@acme/fixed', version: '1.0.0', description: 'One.' }
      expect((await publish(skill)).status).toBe(201)
      expect((await publish(skill)).status).toBe(201)
      const other = await publish({ ...skill, description: 'Two.' })
      expect(await refused(other)).toMatch(/^409 DENIED .*version_exists/)
      expect((await get('/skills/@acme/fixed')).body).toMatchObject({ description: 'One.' })
      const digest = (await registry.anonymous('/v2/acme/fixed/manifests/1.0.0')).headers.get(
        'docker-content-digest',
      )
      for (const reference of ['1.0.0', digest]) {
        const removed = await registry.fetch(`/v2/acme/fixed/manifests/${reference}`, { method: 'DELETE' })
        expect(await refused(removed)).toMatch(/^403 DENIED .*yank/)
      }
    },
  )
  test.skipIf(skip)('of 32 parallel publishes of one version exactly one is made', async () => {
    const responses = await Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        publish({ name: '@acme/race', version: '1.0.0', description: `By ${index}.` }),
      ),
    )
    const statuses = responses.map(({ status }) => status).sort((a, b) => a - b)
    expect(statuses).toEqual([201, ...Array<number>(31).fill(409)])
    const { versions } = wire.skillDocumentSchema.parse((await get('/skills/@acme/race')).body)
    expect(versions).toHaveLength(1)
  })
  test.skipIf(skip)('a patch release may not ask for more, a minor one may', async () => {
    const name = '@acme/wide'
    const toml = (hosts: string): string => network(hosts).replace('"net"', '"wide"')
    const release = (version: string, hosts: string): Promise<Response> =>
      publish({ name, version, toml: toml(hosts) })
    expect((await release('1.0.0', '"a.example.org"')).status).toBe(201)
    expect(await refused(await release('1.0.1', '"a.example.org", "evil.example.net"'))).toMatch(
      /^422 .*evil\.example\.net/,
    )
    expect((await get('/skills/@acme/wide/versions/1.0.1')).status).toBe(404)
    expect((await release('1.0.1', '"a.example.org"')).status).toBe(201)
    expect((await release('1.1.0', '"a.example.org", "b.example.org"')).status).toBe(201)
    expect((await release('2.0.0', '"*"')).status).toBe(201)
    // A fix of an older line is compared with that line.
    expect(await refused(await release('1.0.2', '"*"'))).toMatch(/^422/)
    expect((await release('1.0.2', '"a.example.org"')).status).toBe(201)
    expect((await get('/skills/@acme/wide')).body).toMatchObject({ version: '2.0.0' })
  })
  test.skipIf(skip)('what is no skill of ours is refused by its reason, and leaves nothing', async () => {
    const skill = { name: '@acme/bad', version: '1.0.0' }
    const good = filesToPublish(skill)
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEAx7Zq9vLw2Kd0RtYbNcGhJ3mP'.repeat(3)}\n`
    const attempts: [RegExp, ReturnType<typeof artifactOf>][] = [
      [/not those that its manifest names/, artifactOf(skill, good, (m) => void (m.annotations = {}))],
      [/exactly one layer/, artifactOf(skill, good, (m) => void (m.layers = []))],
      [/SKILL\.md: name/, artifactOf(skill, filesToPublish({ ...skill, name: '@acme/other' }))],
      [
        /published as 1\.0\.0/,
        artifactOf(skill, filesToPublish({ ...skill, toml: '[skill]\nname = "bad"\nversion = "3.0.0"\n' })),
      ],
      [/no valid manifest/, artifactOf(skill, [{ path: 'README.md', bytes: bytesOf('x') }])],
      [
        /private key in keys\/id:1/,
        artifactOf(skill, filesToPublish({ ...skill, files: { 'keys/id': key } })),
      ],
    ]
    for (const [reason, artifact] of attempts) {
      const answer = await refused(await push((path, init) => registry.fetch(path, init), artifact))
      expect(answer).toMatch(/^422 /)
      expect(answer).toMatch(reason)
      expect(answer).not.toContain('MIIEpAIBAAKCAQEAx7Zq9vLw2Kd0RtYbNcGhJ3mP')
    }
    expect((await get('/skills/@acme/bad')).status).toBe(404)
    expect((await get('/search?q=bad')).body).toMatchObject({ total: 0 })
  })
  test.skipIf(skip)('another artifact type under a version is stored and not catalogued', async () => {
    const { response } = await registry.pushImage('acme/image', '1.0.0')
    expect(response.status).toBe(201)
    expect((await get('/skills/@acme/image')).status).toBe(404)
  })
  test.skipIf(skip)('build metadata has its own tag', async () => {
    expect((await publish({ name: '@acme/build', version: '1.0.0+linux.1' })).status).toBe(201)
    const { body } = await get('/skills/@acme/build/versions/1.0.0%2Blinux.1')
    expect(body).toMatchObject({ version: '1.0.0+linux.1', tag: '1.0.0_linux.1' })
  })

  test.skipIf(skip)('a yank changes what is current, and is taken back', async () => {
    const path = '/api/v1/skills/@acme/net/versions/1.1.0/yank'
    expect((await registry.json('POST', path, { reason: 'broken' }, '')).status).toBe(401)
    expect((await registry.json('POST', path, { reason: '\u0007' })).status).toBe(400)
    expect((await registry.json('POST', path, { reason: 'broken' })).status).toBe(204)
    const skill = wire.skillDocumentSchema.parse((await get('/skills/@acme/net')).body)
    expect(skill.version).toBe('1.0.0')
    expect(skill.versions[0]).toMatchObject({ version: '1.1.0', yanked: 'broken' })
    expect((await registry.anonymous('/v2/acme/net/manifests/1.1.0')).status).toBe(200)
    expect((await registry.json('DELETE', path)).status).toBe(204)
    expect((await get('/skills/@acme/net')).body).toMatchObject({ version: '1.1.0' })
    const missing = path.replace('1.1.0', '9.9.9')
    expect((await registry.json('POST', missing, { reason: 'broken' })).status).toBe(404)
  })
  test.skipIf(skip)('a deprecation shows, and is taken back', async () => {
    const path = '/api/v1/skills/@acme/user/deprecation'
    expect((await registry.json('POST', path, { message: 'use another' })).status).toBe(204)
    expect((await get('/skills/@acme/user')).body).toMatchObject({ deprecated: 'use another' })
    expect((await registry.json('DELETE', path)).status).toBe(204)
    expect((await get('/skills/@acme/user')).body).not.toHaveProperty('deprecated')
  })
  test.skipIf(skip)('a private scope does not exist for strangers', async () => {
    expect((await registry.json('PUT', '/api/v1/scopes/@hidden', { public: false })).status).toBeLessThan(300)
    expect((await publish({ name: '@hidden/gem', version: '1.0.0' })).status).toBe(201)
    const paths = [
      '/skills/@hidden/gem',
      '/skills/@hidden/gem/versions/1.0.0',
      '/skills/@hidden/gem/versions/1.0.0/files/SKILL.md',
    ]
    for (const path of paths) {
      expect((await get(path)).status).toBe(404)
      const mine = await registry.fetch(`/api/v1${path}`)
      expect(mine.status).toBe(200)
      expect(mine.headers.get('cache-control')).toMatch(/^private/)
      expect((await get(path)).status).toBe(404)
    }
    expect((await get('/search?q=gem')).body).toMatchObject({ total: 0 })
    const found = await (await registry.fetch('/api/v1/search?q=gem')).json()
    expect(found).toMatchObject({ total: 1 })
  })
  test.skipIf(skip)('search answers by its schema and refuses what it does not know', async () => {
    const { body } = await get('/search?q=pages&capability=network&limit=5')
    expect(wire.searchResultSchema.parse(body).results[0]).toMatchObject({ name: '@acme/net' })
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=x',
      'capability=flying',
      'signed=maybe',
      'cursor=!',
    ]) {
      expect((await get(`/search?${query}`)).body).toMatchObject({ code: 'request_invalid', status: 400 })
    }
  })
})
