import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, INDEX, MANIFEST, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

interface Listing {
  readonly tags: string[]
  readonly manifests: { digest: string; artifactType?: string; annotations?: Record<string, string> }[]
}

describe.each(DATABASES)('lists and deletions on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(database)
  })
  afterAll(() => registry.close())

  const list = async (path: string) => {
    const response = await registry.fetch(path)
    expect(response.status).toBe(200)
    const link = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    return { ...((await response.json()) as Listing), link, headers: response.headers }
  }
  const remove = async (path: string) => (await registry.fetch(path, { method: 'DELETE' })).status

  test('lists tags by their bytes, in pages that follow each other', async () => {
    for (const tag of ['b', 'B', 'a_1', 'a.1', '_z', '1.0.0']) await registry.pushImage('l/tags', tag)
    const sorted = ['1.0.0', 'B', '_z', 'a.1', 'a_1', 'b']
    expect((await list('/v2/l/tags/tags/list')).tags).toEqual(sorted)
    const first = await list('/v2/l/tags/tags/list?n=4')
    expect(first.tags).toEqual(sorted.slice(0, 4))
    const second = await list(first.link ?? '')
    expect([second.tags, second.link]).toEqual([sorted.slice(4), undefined])
    expect((await list('/v2/l/tags/tags/list?last=_z')).tags).toEqual(['a.1', 'a_1', 'b'])
    expect(await list('/v2/l/tags/tags/list?n=0')).toMatchObject({ tags: [], link: undefined })
    expect((await registry.fetch('/v2/l/tags/tags/list?n=x')).status).toBe(400)
    expect((await registry.fetch('/v2/l/none/tags/list')).status).toBe(404)
  })

  test('lists what refers to a digest, also to one that is not there, by type too', async () => {
    const subject = { mediaType: MANIFEST, digest: digest('missing'), size: 7 }
    const a = await registry.pushImage('l/refs', undefined, {
      subject,
      artifactType: 'a/a',
      annotations: { k: 'v' },
    })
    const b = await registry.pushImage('l/refs', undefined, { subject })
    expect(a.response.headers.get('oci-subject')).toBe(subject.digest)
    const all = await list(`/v2/l/refs/referrers/${subject.digest}`)
    expect(all.headers.get('content-type')).toBe(INDEX)
    expect(all.headers.get('oci-filters-applied')).toBe(null)
    expect(all.manifests.map((one) => one.digest).sort()).toEqual([a.digest, b.digest].sort())
    const some = await list(`/v2/l/refs/referrers/${subject.digest}?artifactType=a/a`)
    expect(some.headers.get('oci-filters-applied')).toBe('artifactType')
    expect(some.manifests).toMatchObject([{ digest: a.digest, artifactType: 'a/a', annotations: { k: 'v' } }])
    const byConfig = await list(
      `/v2/l/refs/referrers/${subject.digest}?artifactType=${encodeURIComponent('application/vnd.test.config.v1+json')}`,
    )
    expect(byConfig.manifests.map((one) => one.digest)).toEqual([b.digest])
    expect((await list(`/v2/l/refs/referrers/${digest('nobody')}`)).manifests).toEqual([])
    expect((await registry.fetch('/v2/l/refs/referrers/sha256:bad')).status).toBe(400)
  })

  test('lists many referrers in pages without losing one', async () => {
    const subject = { mediaType: MANIFEST, digest: digest('popular'), size: 7 }
    const config = await registry.pushBlob('l/many', Buffer.from('{}'))
    const wanted = new Set<string>()
    for (let n = 0; n < 205; n++) {
      const body = JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: { mediaType: 'a/b', digest: config, size: 2 },
        layers: [],
        subject,
        annotations: { n: String(n) },
      })
      wanted.add(digest(body))
      await registry.fetch(`/v2/l/many/manifests/${digest(body)}`, {
        method: 'PUT',
        body,
        headers: { 'content-type': MANIFEST },
      })
    }
    const found = new Set<string>()
    for (let path: string | undefined = `/v2/l/many/referrers/${subject.digest}`; path;) {
      const page: Awaited<ReturnType<typeof list>> = await list(path)
      for (const one of page.manifests) found.add(one.digest)
      path = page.link
    }
    expect(found).toEqual(wanted)
  })

  test('deletes a tag alone, and a manifest with its tags and as a referrer', async () => {
    const subject = { mediaType: MANIFEST, digest: digest('gone'), size: 4 }
    const image = await registry.pushImage('l/del', 'one', { subject })
    await registry.fetch('/v2/l/del/manifests/two', {
      method: 'PUT',
      body: new Uint8Array(image.bytes),
      headers: { 'content-type': MANIFEST },
    })
    expect(await remove('/v2/l/del/manifests/one')).toBe(202)
    expect(await remove('/v2/l/del/manifests/one')).toBe(404)
    expect((await registry.fetch('/v2/l/del/manifests/two')).status).toBe(200)
    expect(await remove(`/v2/l/del/manifests/${image.digest}`)).toBe(202)
    expect((await registry.fetch('/v2/l/del/manifests/two')).status).toBe(404)
    expect((await list(`/v2/l/del/referrers/${subject.digest}`)).manifests).toEqual([])
    expect(await remove('/v2/l/none/manifests/one')).toBe(404)
  })

  test('deletes a blob, but not one that a manifest needs', async () => {
    const image = await registry.pushImage('l/blob', 'keep')
    const loose = await registry.pushBlob('l/blob', Buffer.from('loose'))
    expect(await remove(`/v2/l/blob/blobs/${image.layer}`)).toBe(405)
    expect(await remove(`/v2/l/blob/blobs/${loose}`)).toBe(202)
    expect(await remove(`/v2/l/blob/blobs/${loose}`)).toBe(404)
    expect((await registry.fetch(`/v2/l/blob/blobs/${loose}`)).status).toBe(404)
  })

  test('says of a method that a path does not have that it is not supported', async () => {
    for (const [method, path] of [
      ['POST', '/v2/l/tags/tags/list'],
      ['PATCH', '/v2/l/tags/manifests/b'],
      ['PUT', '/v2/l/tags/blobs/uploads/'],
    ] as const) {
      expect((await registry.fetch(path, { method })).status).toBe(405)
    }
  })
})
