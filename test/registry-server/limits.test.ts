import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRateLimiter } from '../../registry-server/rate-limit.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

/** Sends bytes as they are; gives everything that comes until the other side closes. */
function raw(registry: TestRegistry, text: string): Promise<string> {
  const { hostname, port } = new URL(registry.url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.on('data', (data) => (answer += data.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('a registry under abuse', () => {
  let registry: TestRegistry
  const lines: string[] = []
  beforeAll(async () => {
    registry = await startRegistry(SQLITE, {
      log: (line) => lines.push(line),
      limits: { headersMs: 1000, failedLoginsPerMinute: 30, blobBytes: 100_000, apiBytes: 1000 },
    })
  })
  afterAll(() => registry.close())

  test('closes connections whose headers do not come, and answers others meanwhile', async () => {
    const half = Array.from({ length: 1000 }, () => raw(registry, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '))
    const good = await registry.anonymous('/healthz')
    expect(good.status).toBe(200)
    for (const answer of await Promise.all(half)) expect(answer).toMatch(/^(?:HTTP\/1\.1 408|$)/)
  })

  test('is not moved by headers with names of prototypes', async () => {
    const request = ['__proto__: polluted', 'constructor: x', 'Connection: close'].join('\r\n')
    for (const path of ['/healthz', '/v2/', '/api/v1/whoami']) {
      const answer = await raw(registry, `GET ${path} HTTP/1.1\r\nHost: x\r\n${request}\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 (?:200|401)/)
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    const body = '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"name":"x"}'
    const answer = await registry.fetch('/api/v1/tokens', { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test('refuses bodies beyond their limits, whether they say their length or not', async () => {
    const large = 'x'.repeat(200_000)
    const stream = () =>
      new ReadableStream({
        start(controller) {
          for (let i = 0; i < 10; i++) controller.enqueue(new TextEncoder().encode(large))
          controller.close()
        },
      })
    const attempts = [
      registry.fetch('/api/v1/tokens', { method: 'POST', body: large }),
      registry.fetch('/api/v1/tokens', { method: 'POST', body: stream(), duplex: 'half' }),
      registry.fetch(`/v2/x/y/blobs/uploads/?digest=sha256:${'0'.repeat(64)}`, {
        method: 'POST',
        body: large,
      }),
    ]
    for (const attempt of attempts) {
      const status = await attempt.then(
        (response) => response.status,
        () => 413,
      )
      expect(status).toBe(413)
    }
    expect((await registry.anonymous('/healthz')).status).toBe(200)
  })

  test('answers a body that is not what was asked for with the fields that are wrong', async () => {
    const answer = await registry.json('POST', '/api/v1/tokens', { name: '', permissions: ['everything'] })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'request_invalid', type: 'urn:skills:error:request_invalid' },
    })
    expect(JSON.stringify(answer.body)).toContain('permissions')
  })

  test('logs every request with its id and status, and no secret', async () => {
    const id = 'test-request-1'
    const answer = await registry.fetch('/api/v1/whoami?token=hidden-value', {
      headers: { 'x-request-id': id },
    })
    expect(answer.headers.get('x-request-id')).toBe(id)
    const text = lines.join('')
    expect(lines.map((line) => JSON.parse(line) as { id?: string; status?: number })).toContainEqual(
      expect.objectContaining({ id, status: 200, actor: 'admin', path: '/api/v1/whoami' }),
    )
    expect(text).not.toContain('skw_')
    expect(text).not.toContain('hidden-value')
  })

  test('tells Prometheus what it did, and those who ask whether it is ready', async () => {
    const text = await (await registry.anonymous('/metrics')).text()
    expect(text).toMatch(/skillward_request_duration_seconds_count\{route="api",status="2xx"\} \d+/)
    expect(text).toContain('# TYPE skillward_request_duration_seconds histogram')
    const ready = await registry.anonymous('/readyz')
    expect(await ready.json()).toEqual({ status: 'ok', database: true, blobs: true, disk: true })
  })

  test('stops listening to an address that keeps guessing', async () => {
    const guess = () => registry.anonymous('/v2/', { headers: { authorization: 'Bearer skw_guess' } })
    const seen = new Set<number>()
    let last: Response | undefined
    for (let i = 0; i < 40; i++) seen.add((last = await guess()).status)
    expect(seen).toEqual(new Set([401, 429]))
    expect(last?.headers.get('retry-after')).toMatch(/^\d+$/)
    expect((await registry.anonymous('/healthz')).status).toBe(200)
  })
})

describe('a limiter', () => {
  test('gives what a minute allows, in pieces, and tells when to come again', async () => {
    let now = 0
    const limiter = createRateLimiter(60, () => now)
    for (let i = 0; i < 20; i++) limiter.take('a')
    expect(limiter.isSpent('a')).toBe(true)
    await expect(() => limiter.take('a')).toThrowCode('rate_limited')
    limiter.take('b')
    now = 1000
    limiter.take('a')
    expect(limiter.isSpent('a')).toBe(true)
    now = 60_000
    for (let i = 0; i < 20; i++) limiter.take('a')
    expect(limiter.isSpent('a')).toBe(true)
  })

  test('lets everything through when there is no limit', () => {
    const limiter = createRateLimiter(0)
    for (let i = 0; i < 10_000; i++) limiter.take('a')
    expect(limiter.isSpent('a')).toBe(false)
  })
})
