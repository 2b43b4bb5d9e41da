// A registry that serves other bytes than it announced, more than it announced, or bytes without end.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { ociClient } from '../../src/oci/client.ts'
import { unpackArtifact } from '../../src/oci/unpack.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import { startFakeOci, type FakeOci, type FakeOciOptions } from '../support/fake-oci.ts'
import { packedPdf, plant, pushPacked } from '../support/oci-skill.ts'
import { processorTime } from '../support/processor-time.ts'
import { file, symlink, tar, tgz } from '../support/tar-builder.ts'

const fakes: FakeOci[] = []
afterEach(() => Promise.all(fakes.splice(0).map((fake) => fake.close())))
async function start(options: FakeOciOptions = {}): Promise<FakeOci> {
  const fake = await startFakeOci(options)
  fakes.push(fake)
  return fake
}

const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

function read(fake: FakeOci, reference = 'v'): Promise<unknown> {
  const client = ociClient({ registry: fake.host, retryMs: 1 })
  const reader = {
    manifest: async ({ digest }: { digest: string }) => (await client.getManifest('r', digest)).bytes,
    blob: (descriptor: { digest: string; size: number }) => client.getBlob('r', descriptor),
  }
  return client
    .getManifest('r', reference)
    .then(({ bytes }) => unpackArtifact(bytes, { reader, what: 'r:v' }))
}

describe('other bytes', () => {
  test('of a manifest are refused, by tag and by digest', async () => {
    const fake = await start()
    const packed = packedPdf()
    await pushPacked(ociClient({ registry: fake.host }), { repository: 'r', packed, tags: ['v'] })
    fake.options.corrupt = 'manifest'
    await expect(read(fake)).toThrowCode('integrity_mismatch')
    await expect(read(fake, packed.manifestDigest)).toThrowCode('integrity_mismatch')
  })

  test('of a blob are refused', async () => {
    const fake = await start()
    await pushPacked(ociClient({ registry: fake.host }), {
      repository: 'r',
      packed: packedPdf(),
      tags: ['v'],
    })
    fake.options.corrupt = 'blob'
    await expect(read(fake)).toThrowCode('integrity_mismatch')
  })

  test('of a stream are refused at its end', async () => {
    const fake = await start({ corrupt: 'blob' })
    const bytes = Buffer.alloc(100_000, 'x')
    fake.blobs.set(sha256Digest(bytes), bytes)
    const stream = await ociClient({ registry: fake.host }).streamBlob('r', { digest: sha256Digest(bytes) })
    await expect(stream.toArray()).toThrowCode('integrity_mismatch')
  })

  test('under a sha512 digest are refused too', async () => {
    const fake = await start()
    const digest = `sha512:${'0'.repeat(128)}`
    fake.blobs.set(digest, Buffer.from('anything'))
    await expect(ociClient({ registry: fake.host }).getBlob('r', { digest })).toThrowCode(
      'integrity_mismatch',
    )
  })

  test('that call themselves a manifest and an index are refused', async () => {
    const fake = await start()
    plant(fake, 'r', 'v', { layers: [{ mediaType: LAYER, bytes: tgz(file('SKILL.md')) }] })
    const [key, { bytes }] = [...fake.manifests].find(([name]) => name === 'r:v') ?? [
      '',
      { bytes: Buffer.alloc(0) },
    ]
    fake.manifests.set(key, { type: 'application/vnd.oci.image.index.v1+json', bytes })
    await expect(read(fake)).toThrowCode('artifact_invalid')
  })

  test('than were pushed are reported', async () => {
    const fake = await start()
    fake.options.fail = (request) =>
      request.method === 'PUT'
        ? { status: 201, headers: { 'docker-content-digest': `sha256:${'1'.repeat(64)}` } }
        : undefined
    const put = { reference: 'v', bytes: Buffer.from('{}'), mediaType: 'x' }
    await expect(ociClient({ registry: fake.host }).putManifest('r', put)).toThrowCode('integrity_mismatch')
  })
})

/** A registry that begins an answer and never ends it. */
async function endless(headers: Record<string, string>, status = 200): Promise<string> {
  const server = createServer((_, response: ServerResponse) => {
    response.writeHead(status, headers)
    const chunk = Buffer.alloc(64 * 1024, 0x20)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', more)
    more()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('bytes without end', () => {
  test('of a manifest, a list of tags and a blob are cut off', async () => {
    const client = ociClient({ registry: await endless({ 'content-type': 'application/json' }) })
    await expect(client.getManifest('r', 'v')).toThrowCode('limit_exceeded')
    await expect(client.listTags('r')).toThrowCode('limit_exceeded')
    await expect(client.getBlob('r', { digest: sha256Digest('x'), size: 1000 })).toThrowCode('limit_exceeded')
  })

  test('of an error are not read', async () => {
    const client = ociClient({ registry: await endless({}, 404) })
    await expect(client.getManifest('r', 'v')).toThrowCode('source_not_found')
  })

  test('that come drop by drop are given up', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 5)
      response.on('close', () => clearInterval(timer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = ociClient({ registry, deadlineMs: 200, retryMs: 1 })
    await expect(client.getManifest('r', 'v')).toThrowCode('fetch_failed')
  })
})

describe('content', () => {
  test('announced as huge is not asked for', async () => {
    const fake = await start()
    const digest = sha256Digest('x')
    await expect(
      ociClient({ registry: fake.host }).getBlob('r', { digest, size: LIMITS.archiveBytes + 1 }),
    ).toThrowCode('limit_exceeded')
    expect(fake.log).toEqual([])
  })

  test('that is a bomb is refused', async () => {
    const fake = await start()
    plant(fake, 'r', 'v', { layers: [{ mediaType: LAYER, bytes: gzipSync(Buffer.alloc(64 * 1024 * 1024)) }] })
    await expect(read(fake)).toThrowCode('limit_exceeded')
  })

  test('that leaves its root is refused, in a tar and as a title', async () => {
    const fake = await start()
    for (const bytes of [
      tgz(file('../evil')),
      tgz(symlink('a', '/etc/passwd')),
      tgz(file('a/.git/config')),
    ]) {
      plant(fake, 'r', 'v', { layers: [{ mediaType: LAYER, bytes }] })
      await expect(read(fake)).toThrowCode('archive_unsafe')
    }
    for (const title of [
      '../evil',
      '/etc/passwd',
      'a/../../b',
      '.git/hooks/x',
      'con',
      'a\u202eb',
      '',
      'a\\b',
    ]) {
      const annotations = { 'org.opencontainers.image.title': title }
      plant(fake, 'r', 'v', { layers: [{ mediaType: 'text/plain', bytes: Buffer.from('x'), annotations }] })
      await expect(read(fake), title).toThrowCode('artifact_invalid')
    }
  })

  test('whose names are one on some systems is refused, across layers too', async () => {
    const fake = await start()
    const titled = (title: string, text: string) => ({
      mediaType: 'text/plain',
      bytes: Buffer.from(text),
      annotations: { 'org.opencontainers.image.title': title },
    })
    for (const [a, b] of [
      ['SKILL.md', 'skill.MD'],
      ['a', 'a/b'],
      ['a', 'a'],
    ] as const) {
      plant(fake, 'r', 'v', { layers: [titled(a, '1'), titled(b, '2')] })
      await expect(read(fake), `${a} ${b}`).toThrowCode('artifact_invalid')
    }
    plant(fake, 'r', 'v', {
      layers: [
        { mediaType: LAYER, bytes: tgz(file('SKILL.md', '1')) },
        { mediaType: LAYER, bytes: tar(file('Skill.md', '2')) },
      ],
    })
    await expect(read(fake)).toThrowCode('artifact_invalid')
  })

  test('in thousands of layers ends soon', async () => {
    const bytes = tgz(...Array.from({ length: 200 }, (_, index) => file(`f${index}`, '')))
    const layers = Array.from({ length: 400 }, () => ({ mediaType: LAYER, bytes }))
    const fake = await start()
    plant(fake, 'r', 'v', { layers })
    const started = processorTime()
    await expect(read(fake)).toThrowCode('artifact_invalid')
    expect(processorTime() - started).toBeLessThan(10_000)
  })
})
