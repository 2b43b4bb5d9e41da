// The client against our own registry server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { ociClient, type OciClient } from '../../src/oci/client.ts'
import type { Credential } from '../../src/oci/credential.ts'
import { packSkill } from '../../src/oci/pack.ts'
import { META, OCI_MANIFEST, packedPdf, pdfFiles, pushPacked } from '../support/oci-skill.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

describe.each(DATABASES)('our own registry on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  let client: OciClient
  beforeAll(async () => {
    registry = await startRegistry(database)
    await registry.json('PUT', '/api/v1/scopes/@team', {})
    const credentials = async (): Promise<Credential> => ({
      kind: 'basic',
      username: 'admin',
      password: registry.token,
    })
    client = ociClient({ registry: registry.host, credentials })
  })
  afterAll(() => registry.close())

  test('takes a packed skill, and gives the same bytes to anybody', async () => {
    const packed = packedPdf()
    await client.ping()
    await pushPacked(client, { repository: 'team/pdf', packed, tags: ['1.2.0', 'latest'] })
    const stranger = ociClient({ registry: registry.host })
    const { bytes, digest } = await stranger.getManifest('team/pdf', '1.2.0')
    expect([bytes, digest]).toEqual([packed.manifest, packed.manifestDigest])
    const [layer] = packed.layers
    if (!layer) throw new Error('no layer')
    expect(await stranger.getBlob('team/pdf', { digest: layer.digest, size: layer.bytes.length })).toEqual(
      layer.bytes,
    )
    expect((await stranger.listTags('team/pdf')).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      '1.2.0',
      'latest',
    ])
    await expect(
      stranger.pushBlob('team/pdf', { digest: sha256Digest('x'), bytes: Buffer.from('x') }),
    ).rejects.toMatchObject({
      code: 'source_unauthorized',
    })
  })

  test('refuses other content under a version by its own code', async () => {
    const other = packSkill(pdfFiles({ 'other.md': 'x' }), META)
    for (const blob of [other.config, ...other.layers]) await client.pushBlob('team/pdf', blob)
    const put = { reference: '1.2.0', bytes: other.manifest, mediaType: other.manifestType }
    await expect(client.putManifest('team/pdf', put)).toThrowCode('version_exists')
  })

  test('takes chunks, mounts, streams, and lists referrers itself', async () => {
    const bytes = Buffer.alloc(200_000, 'chunks ')
    const blob = { digest: sha256Digest(bytes), bytes }
    expect(await client.pushBlob('team/chunks', blob, { chunkBytes: 60_000 })).toBe('pushed')
    expect(await client.pushBlob('team/chunks', blob)).toBe('present')
    expect(await client.pushBlob('team/mounted', blob, { mountFrom: 'team/chunks' })).toBe('mounted')
    const part = await client.streamBlob('team/mounted', { digest: blob.digest, range: { start: 0, end: 5 } })
    expect(Buffer.concat(await part.toArray()).toString()).toBe('chunks')

    const empty = Buffer.from('{}')
    await client.pushBlob('team/pdf', { digest: sha256Digest(empty), bytes: empty })
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256Digest(empty), size: 2 }
    const packed = packedPdf()
    const subject = { mediaType: OCI_MANIFEST, digest: packed.manifestDigest, size: packed.manifest.length }
    const artifactType = 'application/vnd.example.signature'
    const value = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType,
      config,
      layers: [config],
      subject,
    }
    const put = await client.attach('team/pdf', {
      bytes: Buffer.from(JSON.stringify(value)),
      mediaType: OCI_MANIFEST,
    })
    expect(put.subjectKept).toBe(true)
    const found = await client.referrers('team/pdf', { digest: packed.manifestDigest, artifactType })
    expect(found.map(({ digest }) => digest)).toEqual([put.digest])
    expect(await client.headManifest('team/pdf', `sha256-${packed.manifestDigest.slice(7)}`)).toBeUndefined()
  })

  test('says what it does not have', async () => {
    await expect(client.getManifest('team/pdf', '9.9.9')).toThrowCode('source_not_found')
    await expect(client.listTags('team/unknown')).toThrowCode('source_not_found')
    expect(await client.statBlob('team/pdf', sha256Digest('none'))).toBeUndefined()
  })
})
