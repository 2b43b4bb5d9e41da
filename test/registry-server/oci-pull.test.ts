import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rangeOf } from '../../registry-server/routes/oci-headers.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('pulling on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(database)
    await registry.pushBlob('p/b', Buffer.from('0123456789'))
    await registry.pushImage('p/b', 'v1')
  })
  afterAll(() => registry.close())
  const blob = `/v2/p/b/blobs/${digest('0123456789')}`
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    registry.anonymous(path, { method, headers })

  test('gives parts of a blob, and 416 for one behind its end', async () => {
    for (const [range, text, shown] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
    ] as const) {
      const part = await get(blob, { range })
      expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, text, shown])
    }
    const beyond = await get(blob, { range: 'bytes=10-' })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10'])
    const other = await get(blob, { range: 'bytes=0-1,4-5' })
    expect([other.status, await other.text()]).toEqual([200, '0123456789'])
  })

  test('streams a large blob, whole and in part', async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, 'abc')
    const wanted = await registry.pushBlob('p/large', large)
    const whole = await get(`/v2/p/large/blobs/${wanted}`)
    expect(digest(new Uint8Array(await whole.arrayBuffer()))).toBe(wanted)
    const part = await get(`/v2/p/large/blobs/${wanted}`, { range: 'bytes=3000000-3000002' })
    expect(await part.text()).toBe('abc')
  })

  test('answers what is already known with 304', async () => {
    const first = await get(blob)
    expect(await get(blob, { 'if-none-match': first.headers.get('etag') ?? '' })).toMatchObject({
      status: 304,
    })
    const tag = await get('/v2/p/b/manifests/v1')
    const etag = tag.headers.get('etag') ?? ''
    expect(await get('/v2/p/b/manifests/v1', { 'if-none-match': `"x", ${etag}` })).toMatchObject({
      status: 304,
    })
  })

  test('gives the same answer again and again, and another one after a write', async () => {
    for (let i = 0; i < 3; i++) {
      const answer = await get('/v2/p/b/manifests/v1')
      expect(answer.headers.get('docker-content-digest')).toBe(
        digest(Buffer.from(await answer.arrayBuffer())),
      )
      const head = await get('/v2/p/b/manifests/v1', {}, 'HEAD')
      expect(head.headers.get('content-length')).toBe(answer.headers.get('content-length'))
    }
    const next = await registry.pushImage('p/b', 'v1', { annotations: { n: '2' } })
    expect((await get('/v2/p/b/manifests/v1')).headers.get('docker-content-digest')).toBe(next.digest)
    await registry.fetch('/v2/p/b/manifests/v1', { method: 'DELETE' })
    expect((await get('/v2/p/b/manifests/v1')).status).toBe(404)
  })

  test('says which of repository, manifest and blob is unknown', async () => {
    const codeOf = async (path: string) => {
      const response = await registry.fetch(path)
      const { errors } = (await response.json()) as { errors: { code: string }[] }
      return [response.status, errors[0]?.code]
    }
    expect(await codeOf('/v2/p/none/manifests/v1')).toEqual([404, 'NAME_UNKNOWN'])
    expect(await codeOf('/v2/p/b/manifests/none')).toEqual([404, 'MANIFEST_UNKNOWN'])
    expect(await codeOf(`/v2/p/b/manifests/${digest('none')}`)).toEqual([404, 'MANIFEST_UNKNOWN'])
    expect(await codeOf(`/v2/p/b/blobs/${digest('none')}`)).toEqual([404, 'BLOB_UNKNOWN'])
    expect(await codeOf('/v2/p/b/blobs/sha256:zz')).toEqual([400, 'DIGEST_INVALID'])
    expect(await codeOf('/v2/p/b/unknown')).toEqual([404, 'UNSUPPORTED'])
  })
})

test('reads ranges as RFC 9110 has them', () => {
  expect(rangeOf(undefined, 5)).toBe('none')
  expect(rangeOf('bytes=-', 5)).toBe('none')
  expect(rangeOf('items=0-1', 5)).toBe('none')
  expect(rangeOf('bytes=3-1', 5)).toBe('none')
  expect(rangeOf('bytes=-0', 5)).toBe('bad')
  expect(rangeOf('bytes=0-', 0)).toBe('bad')
  expect(rangeOf('bytes=-9', 5)).toEqual({ start: 0, end: 4 })
})
