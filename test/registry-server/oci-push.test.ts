import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, INDEX, MANIFEST, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

async function errorOf(response: Response): Promise<{ status: number; code: string }> {
  const body = (await response.json()) as { errors: { code: string }[] }
  return { status: response.status, code: body.errors[0]?.code ?? '' }
}

describe.each(DATABASES)('pushing on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(database)
  })
  afterAll(() => registry.close())

  const start = async (name: string): Promise<string> => {
    const response = await registry.fetch(`/v2/${name}/blobs/uploads/`, { method: 'POST' })
    expect(response.status).toBe(202)
    return response.headers.get('location') ?? ''
  }
  const put = (path: string, body?: string, headers: Record<string, string> = {}) =>
    registry.fetch(path, { method: 'PUT', headers, ...(body !== undefined && { body }) })
  const patch = (path: string, body: string, range?: string) =>
    registry.fetch(path, {
      method: 'PATCH',
      body,
      headers: {
        'content-type': 'application/octet-stream',
        ...(range !== undefined && { 'content-range': range }),
      },
    })

  test('takes a blob by POST and PUT, and gives the same bytes back', async () => {
    const location = await start('a/mono')
    const wanted = digest('hello')
    const response = await put(`${location}?digest=${wanted}`, 'hello')
    expect(response.status).toBe(201)
    const place = response.headers.get('location') ?? ''
    const got = await registry.fetch(place)
    expect(await got.text()).toBe('hello')
    expect(got.headers.get('docker-content-digest')).toBe(wanted)
    const head = await registry.fetch(place, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5'])
  })

  test('takes a blob in one POST, an empty blob, and one by sha512', async () => {
    for (const [text, algorithm] of [
      ['once', 'sha256'],
      ['', 'sha256'],
      ['long', 'sha512'],
    ] as const) {
      const wanted = digest(text, algorithm)
      const response = await registry.fetch(`/v2/a/once/blobs/uploads/?digest=${wanted}`, {
        method: 'POST',
        body: text,
      })
      expect(response.status).toBe(201)
      expect(await (await registry.fetch(`/v2/a/once/blobs/${wanted}`)).text()).toBe(text)
    }
  })

  test('takes chunks in order, tells where it is, and refuses one that is out of order with 416', async () => {
    const location = await start('a/chunk')
    const first = await patch(location, 'abc', '0-2')
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-2'])
    const wrong = await patch(first.headers.get('location') ?? '', 'zzz', '5-7')
    expect([wrong.status, wrong.headers.get('range')]).toEqual([416, '0-2'])
    const status = await registry.fetch(location)
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-2'])
    expect((await patch(location, 'def', '3-5')).status).toBe(202)
    expect(
      (await put(`${location}?digest=${digest('abcdefgh')}`, 'gh', { 'content-range': '9-10' })).status,
    ).toBe(416)
    const end = await put(`${location}?digest=${digest('abcdefgh')}`, 'gh', { 'content-range': '6-7' })
    expect(end.status).toBe(201)
    expect(await (await registry.fetch(end.headers.get('location') ?? '')).text()).toBe('abcdefgh')
    expect(await errorOf(await registry.fetch(location))).toEqual({
      status: 404,
      code: 'BLOB_UPLOAD_UNKNOWN',
    })
  })

  test('refuses bytes of another digest, and a digest that is none', async () => {
    const location = await start('a/bad')
    expect(await errorOf(await put(`${location}?digest=${digest('other')}`, 'bytes'))).toEqual({
      status: 400,
      code: 'DIGEST_INVALID',
    })
    expect(await errorOf(await put(`${location}?digest=sha256:xyz`, 'bytes'))).toMatchObject({ status: 400 })
    expect(await errorOf(await put(location, 'bytes'))).toEqual({ status: 400, code: 'DIGEST_INVALID' })
    expect((await registry.fetch(`/v2/a/bad/blobs/${digest('other')}`)).status).toBe(404)
  })

  test('forgets an upload that is cancelled, and knows none of another repository', async () => {
    const location = await start('a/cancel')
    const stolen = location.replace('/a/cancel/', '/a/other/')
    expect(await errorOf(await patch(stolen, 'x'))).toEqual({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' })
    expect((await registry.fetch(location, { method: 'DELETE' })).status).toBe(204)
    expect(await errorOf(await patch(location, 'x'))).toEqual({ status: 404, code: 'BLOB_UPLOAD_UNKNOWN' })
  })

  test('mounts a blob from another repository, and starts an upload where there is none', async () => {
    const wanted = await registry.pushBlob('a/source', Buffer.from('to mount'))
    const mount = (query: string) =>
      registry.fetch(`/v2/a/target/blobs/uploads/?${query}`, { method: 'POST' })
    expect((await mount(`mount=${digest('nowhere')}&from=a/source`)).status).toBe(202)
    expect((await mount(`mount=${wanted}&from=a/empty`)).status).toBe(202)
    expect((await registry.fetch(`/v2/a/target/blobs/${wanted}`)).status).toBe(404)
    const done = await mount(`mount=${wanted}&from=a/source`)
    expect([done.status, done.headers.get('location')]).toEqual([201, `/v2/a/target/blobs/${wanted}`])
    expect(await (await registry.fetch(`/v2/a/target/blobs/${wanted}`)).text()).toBe('to mount')
  })

  test('takes a manifest by tag and by digest, byte for byte, and moves a tag', async () => {
    const image = await registry.pushImage('a/image', 'latest')
    expect(image.response.status).toBe(201)
    expect(image.response.headers.get('location')).toBe(`/v2/a/image/manifests/${image.digest}`)
    for (const reference of ['latest', image.digest]) {
      const got = await registry.fetch(`/v2/a/image/manifests/${reference}`)
      expect(got.headers.get('content-type')).toBe(MANIFEST)
      expect(got.headers.get('docker-content-digest')).toBe(image.digest)
      expect(Buffer.from(await got.arrayBuffer()).equals(image.bytes)).toBe(true)
    }
    const next = await registry.pushImage('a/image', 'latest', { annotations: { moved: 'yes' } })
    const head = await registry.fetch('/v2/a/image/manifests/latest', { method: 'HEAD' })
    expect(head.headers.get('docker-content-digest')).toBe(next.digest)
    expect(head.headers.get('content-length')).toBe(String(next.bytes.length))
  })

  test('takes a manifest by sha512, and tags of the query', async () => {
    const { bytes } = await registry.pushImage('a/wide', undefined)
    const wide = digest(bytes, 'sha512')
    const response = await put(`/v2/a/wide/manifests/${wide}?tag=one&tag=two`, bytes.toString(), {
      'content-type': MANIFEST,
    })
    expect([response.status, response.headers.get('oci-tag')]).toEqual([201, 'one, two'])
    const got = await registry.fetch('/v2/a/wide/manifests/two')
    expect(got.headers.get('docker-content-digest')).toBe(wide)
  })

  test('refuses manifests that are none, with the code that says why', async () => {
    const image = await registry.pushImage('a/form', 'good')
    const push = async (body: unknown, reference = 'bad', type = MANIFEST) =>
      errorOf(
        await put(
          `/v2/a/form/manifests/${reference}`,
          typeof body === 'string' ? body : JSON.stringify(body),
          {
            'content-type': type,
          },
        ),
      )
    const good = JSON.parse(image.bytes.toString()) as Record<string, unknown>
    const invalid = { status: 400, code: 'MANIFEST_INVALID' }
    expect(await push('{')).toEqual(invalid)
    expect(await push('[]')).toEqual(invalid)
    expect(await push({ ...good, schemaVersion: 1 })).toEqual(invalid)
    expect(await push({ ...good, mediaType: INDEX })).toEqual(invalid)
    expect(await push({ ...good, layers: undefined })).toEqual(invalid)
    expect(await push(good, 'bad', 'text/html')).toEqual(invalid)
    expect(await push(good, '.bad')).toEqual(invalid)
    expect(await push(good, digest('else'))).toEqual({ status: 400, code: 'DIGEST_INVALID' })
    expect(await push(good, 'sha256:short')).toEqual({ status: 400, code: 'DIGEST_INVALID' })
    const layers = [{ mediaType: 'x/y', digest: digest('nowhere'), size: 1 }]
    expect(await push({ ...good, layers })).toEqual({ status: 400, code: 'MANIFEST_BLOB_UNKNOWN' })
    const large = { ...good, annotations: { large: 'x'.repeat(5 * 1024 * 1024) } }
    expect((await push(large)).status).toBe(413)
    expect((await registry.fetch('/v2/a/form/manifests/bad')).status).toBe(404)
  })

  test('refuses names and tags that are none', async () => {
    for (const name of ['A/b', 'a//b', 'a/_b', `a/${'b'.repeat(300)}`, 'a/..%2Fb', 'a/%00']) {
      const response = await registry.fetch(`/v2/${name}/blobs/uploads/`, { method: 'POST' })
      expect([name, await errorOf(response)]).toEqual([name, { status: 400, code: 'NAME_INVALID' }])
    }
    expect((await put(`/v2/a/b/manifests/${'t'.repeat(129)}`, '{}')).status).toBe(400)
  })

  test('keeps one of 32 manifests that are pushed at once under one version', async () => {
    const config = await registry.pushBlob('a/race', Buffer.from('{}'))
    const bytes = (n: number) =>
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: 'application/vnd.test.config.v1+json', digest: config, size: 2 },
        layers: [],
        annotations: { n: String(n) },
      })
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, n) =>
        put('/v2/a/race/manifests/1.0.0', bytes(n % 2), { 'content-type': MANIFEST }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    const tag = await registry.fetch('/v2/a/race/manifests/1.0.0')
    expect([digest(bytes(0)), digest(bytes(1))]).toContain(tag.headers.get('docker-content-digest'))
  })
})
