import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disableRegistryUser, listRegistryUsers } from '../../registry-server/admin.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { isTokenText, newToken } from '../../registry-server/token-text.ts'
import { readRegistryToken, signRegistryToken } from '../../registry-server/registry-token.ts'
import { addToken, addUser } from '../../registry-server/services/users.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe('the text of a token', () => {
  test('has a prefix, many bits and a checksum that finds a slip', () => {
    const tokens = Array.from({ length: 200 }, newToken)
    expect(new Set(tokens).size).toBe(200)
    for (const token of tokens) {
      expect(token).toMatch(/^skw_[0-9A-Za-z]{42}$/)
      expect(isTokenText(token)).toBe(true)
      const changed = token.slice(0, 10) + (token[10] === 'a' ? 'b' : 'a') + token.slice(11)
      expect(isTokenText(changed)).toBe(false)
    }
    expect(isTokenText('')).toBe(false)
  })

  test('of a registry token is only what the registry signed, and only for its time', () => {
    const secret = Buffer.alloc(32, 1)
    const claims = { access: [], issuedAt: 1000, expiresAt: 1300, tokenId: 'x' }
    const token = signRegistryToken(secret, claims)
    expect(readRegistryToken(secret, token, new Date(1_200_000))).toEqual(claims)
    expect(readRegistryToken(secret, token, new Date(1_300_000))).toBeUndefined()
    expect(readRegistryToken(Buffer.alloc(32, 2), token, new Date(1_200_000))).toBeUndefined()
    const [, payload, signature] = token.split('.')
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    for (const forged of [
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `..`,
      'eyJ',
      token.slice(0, -1),
    ]) {
      expect(readRegistryToken(secret, forged, new Date(1_200_000))).toBeUndefined()
    }
  })
})

describe.each(DATABASES)('tokens on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(database)
  })
  afterAll(() => registry.close())
  const create = (permissions: string[], token?: string, more = {}) =>
    registry.json('POST', '/api/v1/tokens', { name: 'test', permissions, ...more }, token)

  test('are shown once, kept as a hash, and listed without their text', async () => {
    const { status, body } = await create(['read'])
    expect(status).toBe(201)
    const { token, id } = body as unknown as { token: string; id: string }
    const listed = await registry.json('GET', '/api/v1/tokens')
    expect(JSON.stringify(listed.body)).toContain(id)
    expect(JSON.stringify(listed.body)).not.toContain(token)
    const db = await openRegistryDatabase(registry.database)
    for (const table of ['tokens', 'audit', 'settings']) {
      expect(JSON.stringify(await db.all(`SELECT * FROM ${table}`))).not.toContain(token)
    }
    await db.close()
    const who = await registry.json('GET', '/api/v1/whoami', undefined, token)
    expect(who.body).toMatchObject({ user: 'admin', token: { name: 'test', permissions: ['read'] } })
  })

  test('end when they are revoked or their time is over, also those made from them', async () => {
    const made = (await create(['read'], undefined, { expiresInDays: 1 })).body as unknown as {
      token: string
      id: string
    }
    const basic = { authorization: `Basic ${Buffer.from(`admin:${made.token}`).toString('base64')}` }
    const issued = (await (await registry.anonymous('/v2/token', { headers: basic })).json()) as {
      token: string
    }
    const bearer = { headers: { authorization: `Bearer ${issued.token}` } }
    expect((await registry.anonymous('/v2/', bearer)).status).toBe(200)
    expect((await registry.json('DELETE', `/api/v1/tokens/${made.id}`)).status).toBe(204)
    expect((await registry.anonymous('/v2/', bearer)).status).toBe(401)
    expect((await registry.json('GET', '/api/v1/whoami', undefined, made.token)).status).toBe(401)
    expect((await registry.json('DELETE', `/api/v1/tokens/${made.id}`)).status).toBe(404)

    const short = (await create(['read'], undefined, { expiresInDays: 1 })).body as unknown as {
      token: string
      id: string
    }
    const db = await openRegistryDatabase(registry.database)
    await db.run('UPDATE tokens SET expires_at = ? WHERE id = ?', [
      new Date(Date.now() - 1000).toISOString(),
      short.id,
    ])
    await db.close()
    expect((await registry.json('GET', '/api/v1/whoami', undefined, short.token)).status).toBe(401)
  })

  test('of a disabled user hold no longer, and again once he is enabled', async () => {
    const place = { data: registry.data, database: registry.database }
    const db = await openRegistryDatabase(registry.database)
    const context = { db, now: () => new Date() }
    await addUser(context, { name: 'eve', admin: false })
    const { token } = await addToken(context, { user: 'eve', name: 'laptop', permissions: ['read'] })
    await db.close()
    const basic = { authorization: `Basic ${Buffer.from(`eve:${token}`).toString('base64')}` }
    const issued = (await (await registry.anonymous('/v2/token', { headers: basic })).json()) as {
      token: string
    }
    const answers = async () => [
      (await registry.json('GET', '/api/v1/whoami', undefined, token)).status,
      (await registry.anonymous('/v2/', { headers: { authorization: `Bearer ${issued.token}` } })).status,
    ]
    expect(await answers()).toEqual([200, 200])
    await disableRegistryUser(place, { name: 'eve', disabled: true })
    expect(await answers()).toEqual([401, 401])
    expect(
      (await listRegistryUsers(place)).map(({ name, disabledAt }) => [name, disabledAt !== null]),
    ).toEqual([
      ['admin', false],
      ['eve', true],
    ])
    await disableRegistryUser(place, { name: 'eve', disabled: false })
    expect(await answers()).toEqual([200, 200])
    await expect(disableRegistryUser(place, { name: 'nobody', disabled: true })).toThrowCode('not_found')
    await expect(disableRegistryUser(place, { name: 'admin', disabled: true })).toThrowCode('conflict')
    expect((await registry.json('GET', '/api/v1/whoami')).status).toBe(200)
  })

  test('cannot make others that may do more than they do', async () => {
    const narrow = (await create(['publish:@a/*', 'read'])).body as unknown as { token: string }
    expect((await create(['publish:@a/b'], narrow.token)).status).toBe(201)
    expect((await create(['publish:@b/c'], narrow.token)).status).toBe(403)
    expect((await create(['admin'], narrow.token)).status).toBe(403)
    expect((await create(['publish:*'], narrow.token)).status).toBe(400)
    expect(
      (await registry.json('POST', '/api/v1/tokens', { name: 'x', permissions: ['read'] }, '')).status,
    ).toBe(401)
    expect((await registry.json('PUT', '/api/v1/scopes/@new', {}, narrow.token)).status).toBe(403)
  })

  test('note when they were last used', async () => {
    const { token, id } = (await create(['read'])).body as unknown as { token: string; id: string }
    await registry.json('GET', '/api/v1/whoami', undefined, token)
    await registry.running.close()
    const db = await openRegistryDatabase(registry.database)
    const row = await db.one<{ last: string | null }>(
      'SELECT last_used_at AS last FROM tokens WHERE id = ?',
      [id],
    )
    expect(row?.last).toMatch(/^20/)
    await db.close()
  })
})
