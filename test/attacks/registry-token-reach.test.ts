import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { addToken, addUser } from '../../registry-server/services/users.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('what a token reaches on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  let short: string
  beforeAll(async () => {
    registry = await startRegistry(database)
    await registry.pushImage('secret/one', 'v1')
    expect((await registry.json('PUT', '/api/v1/scopes/@secret', { public: false })).status).toBe(200)
    const db = await openRegistryDatabase(registry.database)
    const context = { db, now: () => new Date() }
    await addUser(context, { name: 'ada', admin: false })
    short = (
      await addToken(context, { user: 'ada', name: 'short', permissions: ['admin'], expiresInDays: 2 })
    ).token
    await db.close()
  })
  afterAll(() => registry.close())

  test('a token for one repository is nothing outside the distribution API, least of all a way to a lasting one', async () => {
    const issued = await registry.fetch('/v2/token?service=x&scope=repository:secret/one:pull')
    const { token } = (await issued.json()) as { token: string }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    expect((await registry.anonymous('/v2/secret/one/manifests/v1', { headers })).status).toBe(200)
    const body = JSON.stringify({ name: 'for ever', permissions: ['admin'] })
    for (const [method, path] of [
      ['POST', '/api/v1/tokens'],
      ['GET', '/api/v1/tokens'],
      ['PUT', '/api/v1/scopes/@mine'],
      ['GET', '/api/v1/whoami'],
      ['GET', '/api/v1/search?q=one'],
      ['GET', '/clawhub/api/v1/search?q=one'],
      ['GET', '/npm/@secret%2fone'],
      ['GET', '/@secret'],
    ] as const) {
      const answer = await registry.anonymous(path, { method, headers, ...(method !== 'GET' && { body }) })
      expect([path, answer.status]).toEqual([path, 401])
    }
  })

  test('a token that ends makes none that lasts longer', async () => {
    const ask = (expiresInDays?: number) =>
      registry.json(
        'POST',
        '/api/v1/tokens',
        { name: 'child', permissions: ['read'], ...(expiresInDays && { expiresInDays }) },
        short,
      )
    for (const days of [undefined, 1, 300]) expect((await ask(days)).status).toBe(201)
    const { tokens } = (await registry.json('GET', '/api/v1/tokens', undefined, short)).body as unknown as {
      tokens: { name: string; expiresAt: string }[]
    }
    const left = tokens.map(({ expiresAt }) => (Date.parse(expiresAt) - Date.now()) / 86_400_000)
    expect(tokens).toHaveLength(4)
    for (const days of left) expect(days).toBeLessThanOrEqual(2)
  })

  test('a private scope and one that is not there look the same', async () => {
    const look = async (scope: string, token?: string) => {
      const { status, body } = await registry.json('GET', `/api/v1/scopes/${scope}`, undefined, token)
      return { status, text: JSON.stringify(body).replaceAll(scope, '@scope') }
    }
    expect(await look('@secret', short)).toEqual(await look('@nowhere', short))
    expect((await look('@nowhere', short)).status).toBe(404)
  })
})
