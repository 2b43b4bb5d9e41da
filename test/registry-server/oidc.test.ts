import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertIssuer } from '../../registry-server/services/oidc-issuer.ts'
import { registryConfig } from '../../registry-server/config.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

type Key = Awaited<ReturnType<typeof generateKeyPair>>

/** An issuer as a CI has one, that counts who asks it. */
async function startIssuer(): Promise<{
  url: string
  key: Key
  asked: () => number
  rotate(): Promise<void>
  server: Server
}> {
  const issuer = { key: await generateKeyPair('RS256'), id: 'one', asked: 0 }
  const server = createServer((request, response) => {
    void (async () => {
      issuer.asked++
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const isKeys = request.url === '/keys'
      const jwk = { ...(await exportJWK(issuer.key.publicKey)), kid: issuer.id, alg: 'RS256' }
      response.end(JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` }))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get key() {
      return issuer.key
    },
    asked: () => issuer.asked,
    async rotate() {
      issuer.key = await generateKeyPair('RS256')
      issuer.id = 'two'
    },
    server,
  }
}

describe.each(DATABASES)('trusted publishing on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  let audience = ''
  let count = 0
  const claims = { repository: 'octo/skills', repository_owner_id: '42', environment: 'release' }

  beforeAll(async () => {
    issuer = await startIssuer()
    registry = await startRegistry(database, {
      privateIssuers: [issuer.url],
      limits: { failedLoginsPerMinute: 0 },
    })
    audience = (await registry.json('GET', '/api/v1/oidc/audience')).body as never
    audience = (audience as unknown as { audience: string }).audience
    await registry.json('PUT', '/api/v1/scopes/@octo', {})
    const made = await registry.json('PUT', '/api/v1/scopes/@octo/publishers', {
      issuer: issuer.url,
      claims,
      skill: '@octo/pdf',
    })
    expect(made.status).toBe(201)
  })
  afterAll(async () => {
    await registry.close()
    issuer.server.close()
  })

  const sign = (more: Record<string, unknown> = {}, key: Key = issuer.key, kid = 'one') =>
    new SignJWT({ ...claims, jti: String(++count), ...more })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer((more.iss as string | undefined) ?? issuer.url)
      .setSubject('repo:octo/skills:environment:release')
      .setAudience((more.aud as string | undefined) ?? audience)
      .setIssuedAt((more.iat as number | undefined) ?? undefined)
      .setExpirationTime((more.exp as number | undefined) ?? '5m')
      .sign(key.privateKey)
  const exchange = async (token: string) => registry.json('POST', '/api/v1/oidc/exchange', { token }, '')

  test('gives a token that publishes exactly what the publisher may', async () => {
    const { status, body } = await exchange(await sign())
    expect(status).toBe(200)
    const { token, expiresAt } = body as unknown as { token: string; expiresAt: string }
    expect(new Date(expiresAt).getTime() - Date.now()).toBeLessThan(16 * 60_000)
    const push = async (name: string) =>
      (
        await registry.anonymous(`/v2/${name}/blobs/uploads/`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        })
      ).status
    expect(await push('octo/pdf')).toBe(202)
    expect(await push('octo/other')).toBe(403)
    expect(await push('else/pdf')).toBe(403)
    expect((await registry.json('PUT', '/api/v1/scopes/@mine', {}, token)).status).toBe(401)
    expect(
      (await registry.json('POST', '/api/v1/tokens', { name: 'x', permissions: ['read'] }, token)).status,
    ).toBe(401)
    const who = await registry.json('GET', '/api/v1/whoami', undefined, token)
    expect(who.body).toMatchObject({ token: { permissions: ['publish:@octo/pdf'] } })
  })

  test('takes every token of a CI once', async () => {
    const token = await sign()
    expect((await exchange(token)).status).toBe(200)
    expect((await exchange(token)).status).toBe(401)
    // The last character of a signature has bits that mean nothing: the same token, spelt otherwise.
    const last = token.at(-1) ?? ''
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const respelt = token.slice(0, -1) + (digits[digits.indexOf(last) ^ 1] ?? '')
    expect((await exchange(respelt)).status).toBe(401)
  })

  test('refuses a token whose claims differ in any way', async () => {
    for (const change of [
      { repository: 'octo/skills2' },
      { repository: 'OCTO/skills' },
      { repository: ['octo/skills'] },
      { repository_owner_id: '43' },
      { environment: undefined },
      { environment: '' },
    ]) {
      expect([change, (await exchange(await sign(change))).status]).toEqual([change, 403])
    }
  })

  test('refuses a token for somebody else, of another key, that is over, or that is none', async () => {
    const stranger = await generateKeyPair('RS256')
    const now = Math.floor(Date.now() / 1000)
    for (const token of [
      await sign({ aud: 'skillward:elsewhere' }),
      await sign({}, stranger),
      await sign({}, stranger, 'three'),
      await sign({ iat: now - 600, exp: now - 60 }),
      await sign({ iat: now - 7200, exp: now + 60 }),
      'nothing',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await sign()).split('.')[1]}.`,
    ]) {
      expect((await exchange(token)).status).toBe(401)
    }
  })

  test('does not ask an issuer that no scope trusts', async () => {
    const other = await startIssuer()
    expect((await exchange(await sign({ iss: other.url }, other.key))).status).toBe(403)
    expect(other.asked()).toBe(0)
    other.server.close()
  })

  test('ends with its publisher, which only owners change', async () => {
    const made = await registry.json('PUT', '/api/v1/scopes/@octo/publishers', {
      issuer: issuer.url,
      claims: { repository_id: '7', repository: 'octo/whole' },
    })
    const { id } = made.body as unknown as { id: string }
    const { body } = await exchange(await sign({ repository: 'octo/whole', repository_id: 7 }))
    const { token } = body as unknown as { token: string }
    expect((await registry.json('GET', '/api/v1/whoami', undefined, token)).status).toBe(200)
    expect(
      (await registry.json('DELETE', `/api/v1/scopes/@octo/publishers/${id}`, undefined, token)).status,
    ).toBe(403)
    expect((await registry.json('DELETE', `/api/v1/scopes/@octo/publishers/${id}`)).status).toBe(204)
    expect((await registry.json('GET', '/api/v1/whoami', undefined, token)).status).toBe(401)
    expect((await registry.json('GET', '/api/v1/scopes/@octo/publishers', undefined, '')).status).toBe(401)
  })

  test('wants a number that stays with its owner among the claims, and an issuer that may be asked', async () => {
    const put = (request: unknown) => registry.json('PUT', '/api/v1/scopes/@octo/publishers', request)
    expect((await put({ issuer: issuer.url, claims: { repository: 'octo/skills' } })).status).toBe(400)
    expect((await put({ issuer: issuer.url, claims: {} })).status).toBe(400)
    for (const bad of [
      'http://ci.example.org',
      'https://127.0.0.1/x',
      'https://[::1]/',
      'https://u:p@ci.example.org',
    ]) {
      expect((await put({ issuer: bad, claims })).status).toBe(400)
      expect(() => assertIssuer(registryConfig({ data: '/x' }), bad)).toThrow()
    }
    expect((await put({ issuer: issuer.url, claims, skill: '@else/pdf' })).status).toBe(400)
  })
})
