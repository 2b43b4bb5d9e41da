// Whoever guesses credentials is refused; whoever has one, at the same address, is not.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRateLimiter } from '../../registry-server/rate-limit.ts'
import { networkOf } from '../../registry-server/request-limits.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

describe('guesses of credentials', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(SQLITE, { trustProxy: true, limits: { failedLoginsPerMinute: 9 } })
  })
  afterAll(() => registry.close())
  const form = (fields: Record<string, string>, address: string) =>
    registry.anonymous('/v2/token', {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'x-forwarded-for': address },
    })
  /** As others see it who use the same address. */
  const valid = async (address: string): Promise<number[]> => {
    const headers = { 'x-forwarded-for': address, authorization: `Bearer ${registry.token}` }
    const basic = { username: 'admin', password: registry.token }
    return [
      (await registry.anonymous('/api/v1/whoami', { headers })).status,
      (await registry.anonymous('/v2/', { headers })).status,
      (await form(basic, address)).status,
      (await form({ grant_type: 'refresh_token', refresh_token: registry.token }, address)).status,
    ]
  }
  const guesses: Record<string, (address: string) => Promise<Response>> = {
    'a bearer token': (address) =>
      registry.anonymous('/api/v1/whoami', {
        headers: { 'x-forwarded-for': address, authorization: 'Bearer skw_guess' },
      }),
    'a password': (address) =>
      registry.anonymous('/v2/token', {
        headers: { 'x-forwarded-for': address, authorization: `Basic ${btoa('admin:guess')}` },
      }),
    'a password in a form': (address) => form({ username: 'admin', password: 'guess' }, address),
    'a refresh token': (address) => form({ grant_type: 'refresh_token', refresh_token: 'skw_x' }, address),
    'a token of a CI': (address) =>
      registry.anonymous('/api/v1/oidc/exchange', {
        method: 'POST',
        body: JSON.stringify({ token: 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3gifQ.' }),
        headers: { 'x-forwarded-for': address, 'content-type': 'application/json' },
      }),
  }

  test.each(Object.keys(guesses))('of %s are counted and refused, and valid ones go on', async (kind) => {
    const address = `192.0.2.${Object.keys(guesses).indexOf(kind) + 1}`
    const guess = guesses[kind]
    const seen: number[] = []
    for (let i = 0; i < 12; i++) seen.push((await guess?.(address))?.status ?? 0)
    expect(seen.at(-1)).toBe(429)
    expect(seen.slice(0, 3).every((status) => status === 401 || status === 403)).toBe(true)
    expect(await valid(address)).toEqual([200, 200, 200, 200])
    expect((await guess?.(address.replace('192.0.2', '198.51.100')))?.status).not.toBe(429)
    const metrics = await (await registry.anonymous('/metrics')).text()
    expect(metrics).toMatch(/skillward_failed_logins_total [1-9]/)
  })

  test('from new addresses of one network, or of one customer, are those of one client', async () => {
    const bearer = guesses['a bearer token']
    const seen = new Set<number>()
    for (let i = 0; i < 12; i++) seen.add((await bearer?.(`2001:db8:1:2::${i.toString(16)}`))?.status ?? 0)
    expect(seen).toEqual(new Set([401, 429]))
    const site = new Set<number>()
    for (let i = 0; i < 40; i++) site.add((await bearer?.(`2001:db8:9:${i.toString(16)}::1`))?.status ?? 0)
    expect(site).toEqual(new Set([401, 429]))
  })

  test('do not get another share by a forged header', async () => {
    const seen = new Set<number>()
    for (let i = 0; i < 12; i++) {
      seen.add((await guesses['a bearer token']?.(`forged-${i}, 203.0.113.9`))?.status ?? 0)
    }
    expect(seen).toEqual(new Set([401, 429]))
  })
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address).network).toBe(network)
})

test('a limiter keeps a bounded number of clients, and forgets the quietest', () => {
  const limiter = createRateLimiter(3)
  limiter.take('first')
  expect(limiter.isSpent('first')).toBe(true)
  for (let i = 0; i < 50_000; i++) limiter.take(`other ${i}`)
  expect(limiter.isSpent('first')).toBe(false)
  expect(limiter.isSpent('other 49999')).toBe(true)
})

describe.each(DATABASES)('a token on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(database)
  })
  afterAll(() => registry.close())
  const create = async (permissions: string[], token?: string): Promise<{ token: string; id: string }> =>
    (await registry.json('POST', '/api/v1/tokens', { name: 't', permissions }, token)).body as never
  const status = async (token: string): Promise<number> =>
    (await registry.json('GET', '/api/v1/whoami', undefined, token)).status

  test('ends with the one that it was made with, and with the one before that', async () => {
    const stolen = await create(['publish:@a/*', 'read'])
    const child = await create(['read'], stolen.token)
    const grandchild = await create(['read'], child.token)
    const other = await create(['read'])
    expect((await registry.json('DELETE', `/api/v1/tokens/${stolen.id}`)).status).toBe(204)
    expect(await Promise.all([stolen, child, grandchild, other].map(({ token }) => status(token)))).toEqual([
      401, 401, 401, 200,
    ])
  })

  test('with a narrow permission lists itself and what was made with it', async () => {
    const narrow = await create(['publish:@a/*', 'read'])
    const child = await create(['read'], narrow.token)
    const listed = await registry.json('GET', '/api/v1/tokens', undefined, narrow.token)
    const { tokens } = listed.body as unknown as { tokens: { id: string }[] }
    expect(tokens.map(({ id }) => id).toSorted()).toEqual([narrow.id, child.id].toSorted())
    const all = (await registry.json('GET', '/api/v1/tokens')).body as unknown as { tokens: unknown[] }
    expect(all.tokens.length).toBeGreaterThan(2)
  })

  test('of five minutes cannot be renewed beyond them', async () => {
    const root = { authorization: `Bearer ${registry.token}` }
    type Issued = { token: string; expires_in: number }
    const ask = async (headers: Record<string, string>): Promise<Issued> =>
      (await (await registry.anonymous('/v2/token?scope=repository:a/b:pull', { headers })).json()) as Issued
    const endOf = ({ token }: Issued): number =>
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }).exp
    const first = await ask(root)
    const second = await ask({ authorization: `Bearer ${first.token}` })
    const anonymous = await ask({})
    const renewed = await ask({ authorization: `Bearer ${anonymous.token}` })
    expect([endOf(second), endOf(renewed)]).toEqual([endOf(first), endOf(anonymous)])
    const posted = await registry.anonymous('/v2/token', {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: second.token }),
    })
    expect(endOf((await posted.json()) as Issued)).toBe(endOf(first))
  })
})

test('two hosts in one request are refused', async () => {
  const registry = await startRegistry(SQLITE)
  const { hostname, port } = new URL(registry.url)
  const ask = (hosts: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = ''
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET /healthz HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`),
      )
      socket.on('data', (data) => (answer += data.toString()))
      socket.on('close', () => resolve(answer))
      socket.on('error', reject)
    })
  expect(await ask('Host: a\r\n')).toMatch(/^HTTP\/1\.1 200/)
  for (const hosts of [
    'Host: a\r\nHost: b\r\n',
    'Host: a\r\nHost: a\r\n',
    'hOST: a\r\nX: y\r\nHost: b\r\n',
  ]) {
    expect(await ask(hosts)).toMatch(/^HTTP\/1\.1 400/)
  }
  await registry.close()
})
