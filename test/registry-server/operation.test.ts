// What whoever runs a server sees of it, and what others do not.
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import { isInside } from '../../registry-server/services/oidc-issuer.ts'
import { ociErrorResponse, problemResponse } from '../../registry-server/problem.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

describe('a server', () => {
  let registry: TestRegistry
  const lines: string[] = []
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  beforeAll(async () => {
    registry = await startRegistry(SQLITE, { log: (line) => lines.push(line) })
  })
  afterAll(() => registry.close())

  test('keeps the ids that a client gives a request, in the answer, the log and the audit', async () => {
    const given = { 'x-request-id': 'build-4711', 'x-correlation-id': 'job:7/step=2+a' }
    const answer = await registry.fetch('/api/v1/scopes/@kept', { method: 'PUT', headers: given })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-request-id')).toBe('build-4711')
    expect(answer.headers.get('x-correlation-id')).toBe('job:7/step=2+a')
    expect(logged()).toContainEqual(
      expect.objectContaining({ id: 'build-4711', correlation: 'job:7/step=2+a' }),
    )
    const alone = await registry.fetch('/api/v1/scopes/@kept', {
      headers: { 'x-correlation-id': 'correlated-1' },
    })
    expect(alone.headers.get('x-request-id')).toBe('correlated-1')
  })

  test('makes an id in place of one that is long, short or of other signs', async () => {
    for (const id of [
      'short',
      'x'.repeat(129),
      'a b c d e f g h',
      '<script>alert(1)</script>',
      '"quoted-id"',
    ]) {
      const answer = await registry.anonymous('/v2/', {
        headers: { 'x-request-id': id, 'x-correlation-id': id },
      })
      expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/)
      expect(answer.headers.get('x-request-id')).not.toBe(id)
      expect(answer.headers.get('x-correlation-id')).toBeNull()
    }
  })

  test('answers a request with an id with that id, also where the answer is ready', async () => {
    for (let i = 0; i < 3; i++) await (await registry.anonymous('/openapi.json')).text()
    const answer = await registry.anonymous('/openapi.json', { headers: { 'x-request-id': 'mine-alone-1' } })
    expect(answer.headers.get('x-request-id')).toBe('mine-alone-1')
    const plain = await registry.anonymous('/openapi.json')
    expect(plain.headers.get('x-request-id')).not.toBe('mine-alone-1')
  })

  test('logs a client that goes away while it sends, and no defect', async () => {
    const { hostname, port } = new URL(registry.url)
    const start = lines.length
    const digest = `sha256:${'0'.repeat(64)}`
    const head = (path: string, method = 'POST') =>
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${registry.token}\r\nContent-Length: 1000\r\n\r\nhalf`
    for (const text of [
      head('/api/v1/tokens'),
      head(`/v2/gone/one/blobs/uploads/?digest=${digest}`),
      head('/v2/gone/one/manifests/v1', 'PUT'),
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(text, () => socket.destroy()))
        socket.on('close', () => resolve())
      })
    }
    await expect
      .poll(
        () =>
          logged()
            .slice(start)
            .filter(({ event, status }) => event === 'request' && status === 499).length,
      )
      .toBe(3)
    expect(logged().filter(({ event }) => event === 'defect')).toEqual([])
  })

  test('answers HEAD with a range as if there were none', async () => {
    const digest = await registry.pushBlob('acme/blob', Buffer.from('0123456789'))
    const ask = (method: string) =>
      registry.fetch(`/v2/acme/blob/blobs/${digest}`, { method, headers: { range: 'bytes=2-4' } })
    const head = await ask('HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10'])
    expect(head.headers.has('content-range')).toBe(false)
    expect((await ask('GET')).status).toBe(206)
    const beyond = await registry.fetch(`/v2/acme/blob/blobs/${digest}`, {
      method: 'HEAD',
      headers: { range: 'bytes=90-99' },
    })
    expect(beyond.status).toBe(200)
  })
})

test('a full disk is told without its place, and the server says that it is not ready', async () => {
  const error = new SkillsError('disk_full', 'No space is left for /srv/skills/blobs/x', {
    hint: 'free some of /srv/skills',
  })
  for (const response of [problemResponse(error, '/x'), ociErrorResponse(error)]) {
    expect(response.status).toBe(507)
    expect(await response.text()).not.toContain('/srv')
  }
  const registry = await startRegistry(SQLITE, { limits: { freeBytes: Number.MAX_SAFE_INTEGER } })
  const ready = await registry.anonymous('/readyz')
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'failing', database: true, blobs: true, disk: false },
  ])
  await registry.close()
})

test('a blob folder that takes nothing turns the server red', async () => {
  const registry = await startRegistry(SQLITE)
  expect((await registry.anonymous('/readyz')).status).toBe(200)
  const uploads = join(registry.data, 'blobs', 'uploads')
  if (process.getuid?.() === 0) rmSync(uploads, { recursive: true })
  else chmodSync(uploads, 0o500)
  const ready = await registry.anonymous('/readyz')
  expect([ready.status, await ready.json()]).toMatchObject([503, { blobs: false }])
  await registry.close()
})

test('a server that stops does not wait for connections without a request', async () => {
  const registry = await startRegistry(SQLITE)
  const { hostname, port } = new URL(registry.url)
  const agent = new Agent({ keepAlive: true })
  await new Promise<void>((resolve, reject) => {
    const asked = request({ agent, hostname, port, path: '/healthz' }, (answer) => {
      answer.resume().on('end', resolve)
    })
    asked.on('error', reject).end()
  })
  const silent = await new Promise<Socket>((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(socket))
  })
  const ended = new Promise((resolve) => silent.on('close', resolve))
  silent.on('error', () => {}).resume()
  const late = AbortSignal.timeout(8000)
  await Promise.race([
    registry.close(),
    new Promise((_, reject) => late.addEventListener('abort', () => reject(new Error('it waits')))),
  ])
  await ended
  agent.destroy()
})

test.each([
  ['::7f00:1', true],
  ['::127.0.0.1', true],
  ['fec0::1', true],
  ['64:ff9b:1::a00:1', true],
  ['64:ff9b::10.0.0.1', true],
  ['::ffff:10.0.0.1', true],
  ['fe80::1%eth0', true],
  ['2001:db8::1', true],
  ['2001::1', true],
  ['2002:a00:1::', true],
  ['5f00::1', true],
  ['100::1', true],
  ['4000::1', true],
  ['192.0.2.1', true],
  ['192.88.99.1', true],
  ['203.0.113.5', true],
  ['255.255.255.255', true],
  ['9.9.9.9', false],
  ['2606:4700::1111', false],
  ['2a00:1450:4001::8a', false],
])('an issuer at %s is inside: %s', (address, expected) => {
  expect(isInside(address)).toBe(expected)
})
