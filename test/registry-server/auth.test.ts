import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { addUser } from '../../registry-server/services/users.ts'
import { addToken } from '../../registry-server/services/users.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('who may do what on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  const tokens: Record<string, string> = {}

  beforeAll(async () => {
    registry = await startRegistry(database)
    const db = await openRegistryDatabase(registry.database)
    const now = () => new Date()
    for (const name of ['owner', 'maintainer', 'reader', 'stranger']) {
      await addUser({ db, now }, { name, admin: false })
      tokens[name] = (await addToken({ db, now }, { user: name, name, permissions: ['admin'] })).token
    }
    tokens.narrow = (
      await addToken({ db, now }, { user: 'owner', name: 'narrow', permissions: ['publish:@team/one'] })
    ).token
    tokens.read = (await addToken({ db, now }, { user: 'owner', name: 'read', permissions: ['read'] })).token
    await db.close()
    const put = (path: string, body: unknown) => registry.json('PUT', `/api/v1${path}`, body, tokens.owner)
    for (const [scope, open] of [
      ['team', true],
      ['secret', false],
      ['other', true],
    ] as const) {
      expect((await put(`/scopes/@${scope}`, { public: open })).status).toBe(201)
    }
    for (const scope of ['team', 'secret']) {
      for (const role of ['maintainer', 'reader']) {
        expect((await put(`/scopes/@${scope}/members/${role}`, { role })).status).toBe(204)
      }
    }
    await registry.pushImage('team/one', 'latest')
    await registry.pushImage('secret/one', 'latest')
  })
  afterAll(() => registry.close())

  const as = (who: string | undefined, path: string, method = 'GET') =>
    registry.anonymous(path, {
      method,
      ...(who !== undefined && { headers: { authorization: `Bearer ${tokens[who]}` } }),
    })
  const upload = async (who: string | undefined, name: string) =>
    (await as(who, `/v2/${name}/blobs/uploads/`, 'POST')).status

  test('lets maintainers and owners push, and nobody else', async () => {
    expect(await upload('owner', 'team/one')).toBe(202)
    expect(await upload('maintainer', 'team/one')).toBe(202)
    expect(await upload('reader', 'team/one')).toBe(403)
    expect(await upload('stranger', 'team/one')).toBe(403)
    expect(await upload(undefined, 'team/one')).toBe(401)
    expect(await upload('owner', 'nobody/one')).toBe(403)
  })

  test('holds a token to what it was made for', async () => {
    expect(await upload('narrow', 'team/one')).toBe(202)
    expect(await upload('narrow', 'team/two')).toBe(403)
    expect(await upload('narrow', 'other/one')).toBe(403)
    expect(await upload('read', 'team/one')).toBe(403)
    expect((await as('narrow', '/v2/team/one/manifests/latest', 'DELETE')).status).toBe(403)
    expect((await as('maintainer', '/v2/team/one/manifests/latest', 'DELETE')).status).toBe(403)
  })

  test('shows a private scope to its members, and to others not even that it is there', async () => {
    const path = '/v2/secret/one/manifests/latest'
    expect((await as('reader', path)).status).toBe(200)
    const stranger = await as('stranger', path)
    const nothing = await as('stranger', '/v2/nothing/one/manifests/latest')
    expect([stranger.status, nothing.status]).toEqual([404, 404])
    expect((await stranger.text()).replaceAll('secret', 'x')).toBe(
      (await nothing.text()).replaceAll('nothing', 'x'),
    )
    expect((await as(undefined, path)).status).toBe(401)
    expect((await as(undefined, '/v2/nothing/one/manifests/latest')).status).toBe(401)
    expect((await as(undefined, '/v2/team/one/manifests/latest')).status).toBe(200)
  })

  test('does not mount a blob out of a scope that one may not read', async () => {
    const hidden = await registry.pushBlob('secret/one', Buffer.from('hidden'))
    for (const query of [`mount=${hidden}&from=secret/one`, `mount=${hidden}`]) {
      await registry.json('PUT', '/api/v1/scopes/@mine', {}, tokens.stranger)
      expect((await as('stranger', `/v2/mine/one/blobs/uploads/?${query}`, 'POST')).status).toBe(202)
      expect((await as('stranger', `/v2/mine/one/blobs/${hidden}`)).status).toBe(404)
    }
  })

  test('gives a token for what may be done, and leaves out the rest', async () => {
    const challenge = await registry.anonymous('/v2/')
    expect(challenge.status).toBe(401)
    expect(challenge.headers.get('www-authenticate')).toBe(
      `Bearer realm="${registry.url}/v2/token",service="${registry.host}"`,
    )
    const pushing = await registry.anonymous('/v2/team/one/blobs/uploads/', { method: 'POST' })
    expect(pushing.headers.get('www-authenticate')).toContain('scope="repository:team/one:pull,push"')
    for (const method of ['GET', 'DELETE']) {
      const asked = await as(undefined, '/v2/team/one/blobs/uploads/some-upload', method)
      expect(asked.headers.get('www-authenticate')).toContain('scope="repository:team/one:pull,push"')
    }
    const basic = `Basic ${Buffer.from(`reader:${tokens.reader}`).toString('base64')}`
    const issue = async (headers: Record<string, string>, scope: string) => {
      const response = await registry.anonymous(`/v2/token?service=x&scope=${scope}`, { headers })
      return ((await response.json()) as { token: string }).token
    }
    const accessOf = (token: string): unknown =>
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { access: unknown })
        .access
    const token = await issue({ authorization: basic }, 'repository:secret/one:pull,push')
    expect(accessOf(token)).toEqual([{ type: 'repository', name: 'secret/one', actions: ['pull'] }])
    const bearer = { headers: { authorization: `Bearer ${token}` } }
    expect((await registry.anonymous('/v2/secret/one/manifests/latest', bearer)).status).toBe(200)
    expect((await registry.anonymous('/v2/', bearer)).status).toBe(200)
    const elsewhere = await registry.anonymous('/v2/secret/two/tags/list', bearer)
    expect(elsewhere.status).toBe(401)
    expect(accessOf(await issue({}, 'repository:secret/one:pull'))).toEqual([])
    expect(accessOf(await issue({}, 'repository:team/one:pull,push'))).toEqual([
      { type: 'repository', name: 'team/one', actions: ['pull'] },
    ])
    const forged = `${token.slice(0, -2)}AA`
    const wrong = await registry.anonymous('/v2/', { headers: { authorization: `Bearer ${forged}` } })
    expect(wrong.status).toBe(401)
  })

  test('refuses credentials that do not hold, also where none are needed', async () => {
    const wrong = [
      'Bearer skw_nothing',
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      `Basic ${Buffer.from(`someone:${tokens.owner}`).toString('base64')}`,
      'Basic !!!',
      'Digest x',
      `Bearer ${'x'.repeat(9000)}`,
    ]
    for (const authorization of wrong) {
      const response = await registry.anonymous('/v2/team/one/manifests/latest', {
        headers: { authorization },
      })
      expect([authorization.slice(0, 20), response.status]).toEqual([authorization.slice(0, 20), 401])
    }
  })

  test('takes a token as the password of its user, or of the name for whoever does not know him', async () => {
    for (const name of ['owner', 'token']) {
      const authorization = `Basic ${Buffer.from(`${name}:${tokens.owner}`).toString('base64')}`
      expect((await registry.anonymous('/v2/', { headers: { authorization } })).status).toBe(200)
    }
  })

  test('keeps one owner in every scope, and lets only owners change members', async () => {
    const change = (who: string, user: string, role: string) =>
      registry.json('PUT', `/api/v1/scopes/@team/members/${user}`, { role }, tokens[who])
    expect((await change('maintainer', 'stranger', 'owner')).status).toBe(403)
    expect((await change('owner', 'owner', 'reader')).status).toBe(409)
    expect(
      (await registry.json('DELETE', '/api/v1/scopes/@team/members/owner', undefined, tokens.owner)).status,
    ).toBe(409)
    expect(await change('owner', 'nobody', 'reader')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
    expect((await change('owner', 'stranger', 'king')).body).toMatchObject({ code: 'request_invalid' })
    const shown = await registry.json('GET', '/api/v1/scopes/@team', undefined, tokens.reader)
    expect(shown.body).toMatchObject({ scope: '@team', public: true })
    expect(
      (await registry.json('PUT', '/api/v1/scopes/@team', { public: false }, tokens.stranger)).status,
    ).toBe(403)
  })
})
