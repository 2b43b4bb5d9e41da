import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disableRegistryUser } from '../../registry-server/admin.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { addToken, addUser } from '../../registry-server/services/users.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, MANIFEST, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  const tokens: Record<string, string> = {}
  beforeAll(async () => {
    registry = await startRegistry(database)
    const db = await openRegistryDatabase(registry.database)
    const context = { db, now: () => new Date() }
    for (const name of ['ann', 'bob', 'eve']) {
      await addUser(context, { name, admin: false })
      const made = { user: name, name: 'laptop', permissions: ['admin'] }
      tokens[name] = (await addToken(context, made)).token
    }
    const narrow = { user: 'eve', name: 'narrow', permissions: ['read', 'publish:@x/*'] }
    tokens.narrow = (await addToken(context, narrow)).token
    await db.close()
  })
  afterAll(() => registry.close())

  test.each(['a_b', 'pu--b', 'a.b', 'x'.repeat(65)])(
    'nobody can make a scope %s by a push',
    async (scope) => {
      const upload = await registry.fetch(`/v2/${scope}/one/blobs/uploads/?digest=${digest('x')}`, {
        method: 'POST',
        body: 'x',
      })
      expect([400, 422]).toContain(upload.status)
      expect((await registry.json('GET', `/api/v1/scopes/@${scope}`)).status).toBeGreaterThanOrEqual(400)
    },
  )

  test.each(['v2', 'api', 'admin', 'skillward', 'official', 'console', 'agent-skills'])(
    'the scope @%s is nobody’s, not even by a push',
    async (scope) => {
      for (const token of [registry.token, tokens.eve]) {
        const made = await registry.json('PUT', `/api/v1/scopes/@${scope}`, {}, token)
        expect(made).toMatchObject({ status: 422, body: { code: 'name_invalid' } })
      }
      const upload = await registry.fetch(`/v2/${scope}/one/blobs/uploads/?digest=${digest('x')}`, {
        method: 'POST',
        body: 'x',
      })
      expect(upload.status).toBe(422)
      expect((await registry.json('GET', `/api/v1/scopes/@${scope}`)).status).toBe(404)
    },
  )

  test('a scope that is private looks like one that is missing to whoever may make none', async () => {
    expect((await registry.json('PUT', '/api/v1/scopes/@hidden', { public: false }, tokens.ann)).status).toBe(
      201,
    )
    const answers = await Promise.all(
      ['hidden', 'missing'].map((scope) =>
        registry.json('PUT', `/api/v1/scopes/@${scope}`, {}, tokens.narrow),
      ),
    )
    const texts = answers.map(({ status, body }) =>
      JSON.stringify([status, body]).replaceAll(/hidden|missing/g, 'SCOPE'),
    )
    expect(texts[0]).toBe(texts[1])
    expect(answers[0]?.status).toBe(403)
    const taken = await registry.json('PUT', '/api/v1/scopes/@hidden', { public: true }, tokens.eve)
    expect([taken.status, JSON.stringify(taken.body)]).toEqual([
      409,
      expect.not.stringMatching(/private|hidden from/),
    ])
  })

  test('a scope keeps an owner who is not disabled', async () => {
    const member = (user: string, role?: string, token = tokens.ann) =>
      registry.json(role ? 'PUT' : 'DELETE', `/api/v1/scopes/@team/members/${user}`, role && { role }, token)
    expect((await registry.json('PUT', '/api/v1/scopes/@team', {}, tokens.ann)).status).toBe(201)
    expect((await member('bob', 'owner')).status).toBe(204)
    await disableRegistryUser(
      { data: registry.data, database: registry.database },
      { name: 'bob', disabled: true },
    )
    expect(await member('ann')).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect((await member('ann', 'reader')).status).toBe(409)
    expect((await member('bob')).status).toBe(204)
    expect((await member('ann')).status).toBe(409)
  })

  test('`latest` never names a version that is yanked', async () => {
    const skill = (version: string) => ({ name: '@acme/new', version, files: { v: version } })
    const pushed = []
    for (const version of ['1.0.0', '2.0.0']) {
      const artifact = artifactOf(skill(version), filesToPublish(skill(version)))
      pushed.push(artifact)
      expect((await push((path, init) => registry.fetch(path, init), artifact)).status).toBe(201)
    }
    await registry.fetch('/v2/acme/new/manifests/latest', {
      method: 'PUT',
      body: new Uint8Array(pushed[1]?.bytes ?? []),
      headers: { 'content-type': MANIFEST },
    })
    const yank = (version: string) =>
      registry.json('POST', `/api/v1/skills/@acme/new/versions/${version}/yank`, { reason: 'bad' })
    const latest = async () => {
      const answers = [
        (await registry.json('GET', '/api/v1/skills/@acme/new')).body as { tags?: { latest?: string } },
        (await registry.json('GET', '/npm/@acme%2fnew')).body as { 'dist-tags'?: { latest?: string } },
        (await registry.json('GET', '/clawhub/api/v1/skills/new')).body as {
          latestVersion?: { version?: string }
        },
      ] as const
      const manifest = await registry.anonymous('/v2/acme/new/manifests/latest', { method: 'HEAD' })
      return [
        answers[0].tags?.latest,
        answers[1]['dist-tags']?.latest,
        answers[2].latestVersion?.version,
        manifest.headers.get('docker-content-digest'),
      ]
    }
    expect(await latest()).toEqual(['2.0.0', '2.0.0', '2.0.0', pushed[1]?.digest])
    expect((await yank('2.0.0')).status).toBe(204)
    expect(await latest()).toEqual(['1.0.0', '1.0.0', '1.0.0', pushed[0]?.digest])
    expect((await yank('1.0.0')).status).toBe(204)
    expect(await latest()).toEqual([undefined, undefined, undefined, null])
    expect((await registry.json('GET', '/api/v1/skills/@acme/new/versions/latest')).status).toBe(404)
    expect((await registry.anonymous('/skills/@acme/new')).status).toBe(200)
  })

  test.each(['9007199254740992.0.0', '1.99999999999999999999.0', `1.0.${'9'.repeat(60)}`])(
    'a version with the number %s is a tag, and no version',
    async (version) => {
      const skill = { name: '@acme/big', version }
      const answer = await push(
        (path, init) => registry.fetch(path, init),
        artifactOf(skill, filesToPublish(skill)),
      )
      expect(answer.status).toBeLessThan(500)
      expect((await registry.json('GET', '/api/v1/skills/@acme/big')).status).toBe(404)
    },
  )

  test('a version named by a SHA-512 digest is refused, since no client could read it', async () => {
    const skill = { name: '@acme/long', version: '1.0.0' }
    const artifact = artifactOf(skill, filesToPublish(skill))
    await push((path, init) => registry.fetch(path, init), { ...artifact, tag: 'draft' })
    const sha512 = digest(artifact.bytes, 'sha512')
    const answer = await registry.fetch(`/v2/acme/long/manifests/${sha512}?tag=1.0.0`, {
      method: 'PUT',
      body: new Uint8Array(artifact.bytes),
      headers: { 'content-type': MANIFEST },
    })
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('SHA-256')])
    expect((await push((path, init) => registry.fetch(path, init), artifact)).status).toBe(201)
    expect((await registry.json('GET', '/api/v1/skills/@acme/long')).body).toMatchObject({ version: '1.0.0' })
  })
})
