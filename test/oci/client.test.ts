// The client against a registry that can be told to leave out, or to do wrong, one thing at a time.
import { afterEach, describe, expect, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { ociClient, type OciClient } from '../../src/oci/client.ts'
import { startFakeOci, type FakeOci, type FakeOciOptions } from '../support/fake-oci.ts'
import { OCI_MANIFEST, packedPdf, pushPacked } from '../support/oci-skill.ts'

const fakes: FakeOci[] = []
afterEach(() => Promise.all(fakes.splice(0).map((fake) => fake.close())))

async function start(options: FakeOciOptions = {}): Promise<{ fake: FakeOci; client: OciClient }> {
  const fake = await startFakeOci(options)
  fakes.push(fake)
  return { fake, client: ociClient({ registry: fake.host, retryMs: 1 }) }
}

function blobOf(size: number): { digest: string; bytes: Buffer } {
  const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) % 251))
  return { digest: sha256Digest(bytes), bytes }
}

const linesOf = (fake: FakeOci, method: string): string[] =>
  fake.log.map(({ line }) => line).filter((line) => line.startsWith(`${method} `))

describe('uploads', () => {
  test.each([['relative'], ['absolute']] as const)(
    'go to a %s Location, with the query that it has',
    async (location) => {
      const { fake, client } = await start({ location })
      const blob = blobOf(1000)
      expect(await client.pushBlob('r', blob)).toBe('pushed')
      expect(fake.blobs.get(blob.digest)).toEqual(blob.bytes)
      expect(linesOf(fake, 'PUT')[0]).toContain('?state=signed&digest=sha256%3A')
    },
  )

  test('go in chunks, none smaller than the registry wants', async () => {
    const { fake, client } = await start({ chunkMin: 400 })
    const blob = blobOf(1000)
    await client.pushBlob('r', blob, { chunkBytes: 100 })
    expect(fake.blobs.get(blob.digest)).toEqual(blob.bytes)
    expect(fake.log.filter(({ line }) => line.startsWith('PATCH')).map(({ body }) => body.length)).toEqual([
      400, 400, 200,
    ])
  })

  test.each([0, 1, 50, 99])('go on where they broke off, after %i bytes of a chunk', async (keep) => {
    const { fake, client } = await start({ breakPatch: { at: 3, keep } })
    const blob = blobOf(500)
    expect(await client.pushBlob('r', blob, { chunkBytes: 100, retryMs: 1 })).toBe('pushed')
    expect(fake.blobs.get(blob.digest)).toEqual(blob.bytes)
    // What had arrived was not sent again.
    const sent = fake.log
      .filter(({ line }) => line.startsWith('PATCH'))
      .reduce((sum, { body }) => sum + body.length, 0)
    expect(sent).toBe(500 + 100 - keep)
  })

  test('are mounted, or sent where the registry does not mount', async () => {
    const blob = blobOf(10)
    const able = await start({ mount: true })
    able.fake.blobs.set('other', blob.bytes)
    // The fake has one store for all repositories; only the existence check is told to miss.
    able.fake.options.fail = (request) => (request.method === 'HEAD' ? { status: 404 } : undefined)
    able.fake.blobs.set(blob.digest, blob.bytes)
    expect(await able.client.pushBlob('r', blob, { mountFrom: 'other' })).toBe('mounted')
    const unable = await start()
    expect(await unable.client.pushBlob('r', blob, { mountFrom: 'other' })).toBe('pushed')
  })

  test('are begun again when the registry forgot them', async () => {
    const { fake, client } = await start()
    const blob = blobOf(300)
    let forgotten = false
    fake.options.fail = (request) => {
      if (request.method !== 'PATCH' || forgotten) return undefined
      forgotten = true
      return { status: 500 }
    }
    fake.options.breakPatch = { at: 99, keep: 0 }
    expect(await client.pushBlob('r', blob, { chunkBytes: 100, retryMs: 1 })).toBe('pushed')
    expect(fake.blobs.get(blob.digest)).toEqual(blob.bytes)
  })

  test('count as done when only the last answer was lost', async () => {
    const { fake, client } = await start()
    const blob = blobOf(100)
    let lost = false
    fake.options.fail = (request) => {
      if (request.method !== 'PUT' || lost) return undefined
      lost = true
      fake.blobs.set(blob.digest, blob.bytes)
      return { status: 502 }
    }
    expect(await client.pushBlob('r', blob)).toBe('pushed')
  })
})

describe('requests', () => {
  test('are made again, a few times, when the registry is overloaded', async () => {
    const { fake, client } = await start()
    await pushPacked(client, { repository: 'r', packed: packedPdf(), tags: ['v'] })
    let failures = 2
    fake.options.fail = () => (failures-- > 0 ? { status: 503, headers: { 'retry-after': '0' } } : undefined)
    expect((await client.getManifest('r', 'v')).digest).toBe(packedPdf().manifestDigest)
    fake.options.fail = () => ({ status: 429 })
    fake.log.length = 0
    await expect(client.getManifest('r', 'v')).toThrowCode('fetch_failed')
    expect(fake.log).toHaveLength(4)
  })

  test('of a registry that is not there fail with its name', async () => {
    const client = ociClient({ registry: '127.0.0.1:1', retryMs: 1 })
    await expect(client.getManifest('r', 'v')).toThrowCode('fetch_failed')
    await expect(client.getManifest('r', 'v')).rejects.toThrow(/127\.0\.0\.1:1 .*refuses the connection/)
  })

  test('end when they are cancelled', async () => {
    const { fake } = await start()
    const controller = new AbortController()
    const client = ociClient({ registry: fake.host, signal: controller.signal })
    fake.options.fail = () => {
      controller.abort()
      return { status: 503, headers: { 'retry-after': '9' } }
    }
    await expect(client.getManifest('r', 'v')).toThrowCode('cancelled')
  })

  test('tell what the registry says of them', async () => {
    const { fake, client } = await start()
    fake.options.fail = () => ({
      status: 403,
      body: JSON.stringify({ errors: [{ code: 'DENIED', message: 'no\u001b[31m way', detail: null }] }),
    })
    await expect(client.getManifest('r', 'v')).rejects.toMatchObject({
      code: 'source_unauthorized',
      message: expect.stringContaining('DENIED: no\\u{1b}[31m way'),
    })
  })
})

describe('lists', () => {
  test('of tags come page by page', async () => {
    const { fake, client } = await start({ page: 2 })
    const tags = ['1', '2', '3', '4', '5']
    await pushPacked(client, { repository: 'r', packed: packedPdf(), tags })
    fake.log.length = 0
    expect(await client.listTags('r')).toEqual(tags)
    expect(fake.log).toHaveLength(3)
  })

  test('of tags that never end are ended', async () => {
    const { fake, client } = await start()
    const link = '</v2/r/tags/list?last=1>; rel="next"'
    fake.options.fail = () => ({ status: 200, headers: { link }, body: '{"tags":["1","../x","a b",7]}' })
    expect(await client.listTags('r')).toEqual(['1'])
    expect(fake.log.length).toBeLessThan(4)
  })
})

describe('referrers', () => {
  const attach = async (client: OciClient, type: string): Promise<string> => {
    const packed = packedPdf()
    const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256Digest('{}'), size: 2 }
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: type,
        config: empty,
        layers: [empty],
        subject: { mediaType: OCI_MANIFEST, digest: packed.manifestDigest, size: packed.manifest.length },
        annotations: { made: type },
      }),
    )
    return (await client.attach('r', { bytes, mediaType: OCI_MANIFEST })).digest
  }
  const digest = packedPdf().manifestDigest

  test.each([
    ['with filters', { referrers: true, filters: true, page: 1 }],
    ['without filters', { referrers: true }],
    ['where the registry lists none', {}],
    ['where it only says that it does', { subjectLie: true }],
  ] as const)('are found %s', async (_, options) => {
    const { fake, client } = await start(options)
    const a = await attach(client, 'application/a')
    const b = await attach(client, 'application/b')
    const all = await client.referrers('r', { digest })
    expect(all.map((item) => item.digest).sort()).toEqual([a, b].sort())
    expect(new Set(all.map(({ annotations }) => annotations.made))).toEqual(
      new Set(['application/a', 'application/b']),
    )
    const some = await client.referrers('r', { digest, artifactType: 'application/b' })
    expect(some.map((item) => item.digest)).toEqual([b])
    const tagged = fake.manifests.has(`r:sha256-${digest.slice(7)}`)
    expect(tagged).toBe(!('referrers' in options))
  })

  test('of writers side by side are all kept where the registry compares', async () => {
    const { client } = await start({ compares: true })
    await attach(client, 'application/first')
    await Promise.all(['a', 'b', 'c'].map((type) => attach(client, `application/${type}`)))
    expect(await client.referrers('r', { digest })).toHaveLength(4)
  })

  test('are only attached to something', async () => {
    const { client } = await start()
    const { manifest, manifestType } = packedPdf()
    await expect(client.attach('r', { bytes: manifest, mediaType: manifestType })).toThrowCode(
      'artifact_invalid',
    )
  })
})
