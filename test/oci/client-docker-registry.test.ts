// The client against Debian's docker-registry, and what skopeo makes of our artifacts.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ociClient, type OciClient } from '../../src/oci/client.ts'
import { SKILL_ARTIFACT } from '../../src/oci/media-types.ts'
import { unpackArtifact } from '../../src/oci/unpack.ts'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { PASSWORD, startDockerRegistry, USER, type DockerRegistry } from '../support/docker-registry.ts'
import { need } from '../support/need.ts'
import { META, OCI_MANIFEST, packedPdf, pdfFiles, pushPacked } from '../support/oci-skill.ts'

const run = promisify(execFile)
const missing = need('oci')
const login = async () => ({ kind: 'basic', username: USER, password: PASSWORD }) as const

async function pull(client: OciClient, repository: string, reference: string): Promise<string> {
  const manifest = await client.getManifest(repository, reference)
  const reader = {
    manifest: async ({ digest }: { digest: string }) => (await client.getManifest(repository, digest)).bytes,
    blob: (descriptor: { digest: string; size: number }) => client.getBlob(repository, descriptor),
  }
  const entries = await unpackArtifact(manifest.bytes, { reader, what: repository })
  return digestOfFiles(entries.map(({ path, bytes }) => ({ path: path.replace(/^pdf\//, ''), bytes })))
}

describe.skipIf(missing)('docker-registry without a login', () => {
  let registry: DockerRegistry
  let client: OciClient
  beforeAll(async () => {
    registry = await startDockerRegistry()
    client = ociClient({ registry: registry.host })
  })
  afterAll(() => registry.close())

  test('takes a packed skill and gives the same files back', async () => {
    await client.ping()
    const packed = packedPdf()
    await pushPacked(client, { repository: 'team/pdf', packed, tags: ['1.2.0', 'latest'] })
    const { digest, mediaType } = await client.getManifest('team/pdf', 'latest')
    expect([digest, mediaType]).toEqual([packed.manifestDigest, OCI_MANIFEST])
    expect(await pull(client, 'team/pdf', '1.2.0')).toBe(digestOfFiles(pdfFiles()))
    expect(await client.headManifest('team/pdf', '1.2.0')).toMatchObject({
      digest,
      size: packed.manifest.length,
    })
    expect(await client.headManifest('team/pdf', '9.9.9')).toBeUndefined()
  })

  test('is not sent what it has', async () => {
    const packed = packedPdf({ 'more.md': 'more' })
    const [layer] = packed.layers
    if (!layer) throw new Error('no layer')
    expect(await client.pushBlob('team/twice', layer)).toBe('pushed')
    expect(await client.pushBlob('team/twice', layer)).toBe('present')
    expect(await client.statBlob('team/twice', layer.digest)).toBe(layer.bytes.length)
  })

  test('mounts a blob of another repository', async () => {
    const bytes = Buffer.from('mounted')
    const blob = { digest: sha256Digest(bytes), bytes }
    await client.pushBlob('team/here', blob)
    expect(await client.pushBlob('team/there', blob, { mountFrom: 'team/here' })).toBe('mounted')
    expect(await client.getBlob('team/there', { digest: blob.digest })).toEqual(bytes)
    // A neighbour that does not have it: the bytes are sent.
    expect(await client.pushBlob('team/elsewhere', blob, { mountFrom: 'team/unknown' })).toBe('pushed')
  })

  test('takes a blob in chunks', async () => {
    const bytes = Buffer.alloc(300_000, 'chunk by chunk ')
    const blob = { digest: sha256Digest(bytes), bytes }
    expect(await client.pushBlob('team/chunks', blob, { chunkBytes: 70_000 })).toBe('pushed')
    expect(await client.getBlob('team/chunks', { digest: blob.digest, size: bytes.length })).toEqual(bytes)
  })

  test('takes a blob piece by piece, and gives it as a stream, whole or in part', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31) % 253))
    const blob = {
      digest: sha256Digest(bytes),
      size: bytes.length,
      read: async (start: number, end: number) => bytes.subarray(start, end),
    }
    expect(await client.pushBlob('team/streams', blob, { chunkBytes: 30_000 })).toBe('pushed')
    const all = await client.streamBlob('team/streams', { digest: blob.digest })
    expect(Buffer.concat(await all.toArray())).toEqual(bytes)
    const part = await client.streamBlob('team/streams', {
      digest: blob.digest,
      range: { start: 10, end: 19 },
    })
    expect(Buffer.concat(await part.toArray())).toEqual(bytes.subarray(10, 20))
    await expect(client.streamBlob('team/streams', { digest: sha256Digest('none') })).toThrowCode(
      'source_not_found',
    )
  })

  test('lists tags, and none of an unknown repository', async () => {
    const packed = packedPdf()
    const tags = Array.from({ length: 7 }, (_, index) => `1.0.${index}`)
    await pushPacked(client, { repository: 'team/tags', packed, tags })
    expect((await client.listTags('team/tags')).sort()).toEqual(tags)
    await expect(client.listTags('team/unknown')).toThrowCode('source_not_found')
  })

  test('keeps referrers under the fallback tag, because it has no list of its own', async () => {
    const packed = packedPdf({ 'signed.md': 'x' })
    await pushPacked(client, { repository: 'team/signed', packed, tags: ['1.0.0'] })
    const empty = Buffer.from('{}')
    await client.pushBlob('team/signed', { digest: sha256Digest(empty), bytes: empty })
    const attach = (type: string): Promise<unknown> => {
      const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256Digest(empty), size: 2 }
      const subject = { mediaType: OCI_MANIFEST, digest: packed.manifestDigest, size: packed.manifest.length }
      const value = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        artifactType: type,
        config,
        layers: [config],
        subject,
      }
      return client.attach('team/signed', {
        bytes: Buffer.from(JSON.stringify(value)),
        mediaType: OCI_MANIFEST,
      })
    }
    await attach('application/vnd.example.a')
    await attach('application/vnd.example.b')
    await attach('application/vnd.example.b')
    const query = { digest: packed.manifestDigest }
    const all = await client.referrers('team/signed', query)
    expect(all.map(({ artifactType }) => artifactType)).toEqual([
      'application/vnd.example.a',
      'application/vnd.example.b',
    ])
    const some = await client.referrers('team/signed', {
      ...query,
      artifactType: 'application/vnd.example.b',
    })
    expect(some).toHaveLength(1)
    expect(await client.referrers('team/signed', { digest: `sha256:${'0'.repeat(64)}` })).toEqual([])
  })

  test('deletes manifests and blobs', async () => {
    const packed = packedPdf({ 'gone.md': 'x' })
    await pushPacked(client, { repository: 'team/gone', packed, tags: ['1.0.0'] })
    expect(await client.deleteManifest('team/gone', packed.manifestDigest)).toBe(true)
    expect(await client.headManifest('team/gone', packed.manifestDigest)).toBeUndefined()
    expect(await client.deleteBlob('team/gone', packed.config.digest)).toBe(true)
    expect(await client.statBlob('team/gone', packed.config.digest)).toBeUndefined()
    expect(await client.deleteBlob('team/gone', packed.config.digest)).toBe(false)
  })

  test('refuses a manifest whose blobs are missing, with its own words', async () => {
    const packed = packedPdf({ 'never.md': 'sent' })
    const put = { reference: '1.0.0', bytes: packed.manifest, mediaType: packed.manifestType }
    await expect(client.putManifest('team/missing', put)).toThrowCode('push_refused')
    await expect(client.putManifest('team/missing', put)).rejects.toThrow(/MANIFEST_BLOB_UNKNOWN/)
  })

  test('gives our artifacts to skopeo', async () => {
    const packed = packedPdf()
    await pushPacked(client, { repository: 'team/foreign', packed, tags: ['1.2.0'] })
    const folder = mkdtempSync(join(tmpdir(), 'skopeo-'))
    const policy = ['--insecure-policy', '--tmpdir', folder]
    const place = `docker://${registry.host}/team/foreign:1.2.0`
    const raw = await run('skopeo', [...policy, 'inspect', '--raw', '--tls-verify=false', place])
    expect(sha256Digest(raw.stdout)).toBe(packed.manifestDigest)
    await run('skopeo', [...policy, 'copy', '--src-tls-verify=false', place, `dir:${join(folder, 'out')}`])
    const copied = readFileSync(join(folder, 'out', 'manifest.json'))
    expect(JSON.parse(copied.toString())).toMatchObject({ artifactType: SKILL_ARTIFACT })
    expect(sha256Digest(copied)).toBe(packed.manifestDigest)
    const [layer] = packed.layers
    expect(readFileSync(join(folder, 'out', (layer?.digest ?? '').slice(7)))).toEqual(layer?.bytes)
    const elsewhere = `${registry.host}/copied/pdf:1.2.0`
    const both = ['--src-tls-verify=false', '--dest-tls-verify=false']
    await run('skopeo', [...policy, 'copy', ...both, place, `docker://${elsewhere}`])
    expect(await pull(client, 'copied/pdf', packed.manifestDigest)).toBe(packed.integrity)
    rmSync(folder, { recursive: true })
  })
})

describe.skipIf(missing)('docker-registry with a login', () => {
  test('takes a password where it asks for one', async () => {
    const registry = await startDockerRegistry({ auth: 'htpasswd' })
    try {
      const client = ociClient({ registry: registry.host, credentials: login })
      await pushPacked(client, { repository: 'team/pdf', packed: packedPdf(), tags: ['1.2.0'] })
      expect(await client.listTags('team/pdf')).toEqual(['1.2.0'])
      const stranger = ociClient({ registry: registry.host })
      await expect(stranger.getManifest('team/pdf', '1.2.0')).toThrowCode('source_unauthorized')
      const credentials = async () => ({ kind: 'basic', username: USER, password: 'wrong' }) as const
      const wrong = ociClient({ registry: registry.host, credentials })
      await expect(wrong.getManifest('team/pdf', '1.2.0')).toThrowCode('source_unauthorized')
    } finally {
      await registry.close()
    }
  })

  test('takes tokens of its token service, one a scope', async () => {
    const registry = await startDockerRegistry({ auth: 'token' })
    try {
      const client = ociClient({ registry: registry.host, credentials: login })
      const packed = packedPdf()
      await pushPacked(client, { repository: 'public/pdf', packed, tags: ['1.2.0'] })
      await pushPacked(client, { repository: 'private/pdf', packed, tags: ['1.2.0'] })
      // One a repository: whoever pushes may pull.
      expect(registry.tokenRequests).toHaveLength(2)
      const [layer] = packed.layers
      if (!layer) throw new Error('no layer')
      const mounted = await client.pushBlob('private/other', layer, { mountFrom: 'private/pdf' })
      expect(mounted).toBe('mounted')
      expect(await client.deleteManifest('private/pdf', packed.manifestDigest)).toBe(true)
      const stranger = ociClient({ registry: registry.host })
      expect((await stranger.getManifest('public/pdf', META.version)).digest).toBe(packed.manifestDigest)
      await expect(stranger.getManifest('private/pdf', META.version)).toThrowCode('source_unauthorized')
    } finally {
      await registry.close()
    }
  })

  test('says so when it does not delete', async () => {
    const registry = await startDockerRegistry({ delete: false })
    try {
      const client = ociClient({ registry: registry.host })
      const packed = packedPdf()
      await pushPacked(client, { repository: 'team/pdf', packed, tags: ['1.2.0'] })
      await expect(client.deleteManifest('team/pdf', packed.manifestDigest)).toThrowCode('push_refused')
    } finally {
      await registry.close()
    }
  })
})
