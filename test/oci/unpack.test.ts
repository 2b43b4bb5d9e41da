// Every packing of a skill that is in use, built as its tool builds it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as zlib from 'node:zlib'
import { ociClient } from '../../src/oci/client.ts'
import { unpackArtifact } from '../../src/oci/unpack.ts'
import { startFakeOci, type FakeOci } from '../support/fake-oci.ts'
import {
  META,
  OCI_INDEX,
  packedPdf,
  pdfFiles,
  plant,
  plantJson,
  pushPacked,
  type HandMade,
} from '../support/oci-skill.ts'
import { file, folder, tar, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const MD = '---\nname: pdf\ndescription: Work with PDF files\n---\n'
const IMAGE_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'

let fake: FakeOci
beforeEach(async () => {
  fake = await startFakeOci()
})
afterEach(() => fake.close())

let notices: { code: string; message: string }[]
async function read(repository = 'r', reference = 'v'): Promise<Record<string, string>> {
  notices = []
  const client = ociClient({ registry: fake.host })
  const manifest = await client.getManifest(repository, reference)
  const entries = await unpackArtifact(manifest.bytes, {
    what: `${fake.host}/${repository}:${reference}`,
    reader: {
      async manifest({ digest }) {
        if (!fake.manifests.has(`${repository}@${digest}`)) return undefined
        return (await client.getManifest(repository, digest)).bytes
      },
      blob: (descriptor) => client.getBlob(repository, descriptor),
      notice: (notice) => void notices.push(notice),
    },
  })
  return Object.fromEntries(entries.map(({ path, bytes }) => [path, bytes.toString()]))
}

const skill = (dir: string): Buffer =>
  tgz(folder(dir || './'), file(`${dir}SKILL.md`, MD), file(`${dir}a.py`, 'print()'))
const make = (made: HandMade): unknown => plant(fake, 'r', 'v', made)

describe('reads', () => {
  test('our own form', async () => {
    const client = ociClient({ registry: fake.host })
    await pushPacked(client, { repository: 'r', packed: packedPdf(), tags: ['v'] })
    const texts = pdfFiles().map(({ path, bytes }) => [`pdf/${path}`, Buffer.from(bytes).toString()])
    expect(await read()).toEqual(Object.fromEntries(texts))
  })

  test('the Agent Skills OCI draft', async () => {
    make({
      artifactType: 'application/vnd.agentskills.skill.v1',
      configType: 'application/vnd.agentskills.skill.config.v1+json',
      layers: [{ mediaType: 'application/vnd.agentskills.skill.content.v1.tar+gzip', bytes: skill('pdf/') }],
    })
    expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'pdf/a.py'])
  })

  test('one raw layer a file, with its path as title (agentskills-oci)', async () => {
    const layer = (title: string, text: string) => ({
      mediaType: 'application/octet-stream',
      bytes: Buffer.from(text),
      annotations: { 'org.opencontainers.image.title': title },
    })
    make({
      artifactType: 'application/vnd.agentskills.skill.v1',
      layers: [layer('SKILL.md', MD), layer('./scripts/a.py', 'print()')],
    })
    expect(await read()).toEqual({ 'SKILL.md': MD, 'scripts/a.py': 'print()' })
  })

  test('raw files that old tools call tar', async () => {
    const annotations = { 'org.opencontainers.image.title': 'SKILL.md' }
    make({
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', bytes: Buffer.from(MD), annotations }],
    })
    expect(await read()).toEqual({ 'SKILL.md': MD })
  })

  test('an archive with its name as title', async () => {
    const annotations = { 'org.opencontainers.image.title': 'pdf.tar.gz' }
    make({ layers: [{ mediaType: 'application/octet-stream', bytes: skill('pdf/'), annotations }] })
    expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'pdf/a.py'])
  })

  test('ToolHive: an index by platform, files at the root, attestations beside', async () => {
    const image = {
      artifactType: 'dev.toolhive.skills.v1',
      layers: [{ mediaType: IMAGE_LAYER, bytes: skill('') }],
    }
    const content = plant(fake, 'r', undefined, image)
    const attestation = plant(fake, 'r', undefined, {
      layers: [{ mediaType: 'application/vnd.in-toto+json', bytes: Buffer.from('{}') }],
    })
    plantJson(fake, 'r', 'v', {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      artifactType: 'dev.toolhive.skills.v1',
      manifests: [
        {
          ...attestation,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
        { ...content, platform: { os: 'linux', architecture: 'arm64' } },
        { ...content, platform: { os: 'linux', architecture: 'amd64' } },
      ],
    } as never)
    expect(Object.keys(await read())).toEqual(['SKILL.md', 'a.py'])
  })

  test('skillimage: an image of Docker, with layers over each other', async () => {
    make({
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      configType: 'application/vnd.docker.container.image.v1+json',
      annotations: { 'io.skillimage.status': 'published' },
      layers: [
        { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', bytes: skill('') },
        {
          mediaType: IMAGE_LAYER,
          bytes: tgz(file('a.py', 'print(2)'), file('old/x', '1'), file('old/y', '1'), file('b', 'file')),
        },
        {
          mediaType: IMAGE_LAYER,
          bytes: tgz(
            file('old/.wh..wh..opq', ''),
            file('old/z', '2'),
            file('.wh.skill.yaml', ''),
            file('b/c', 'folder'),
          ),
        },
      ],
    })
    expect(await read()).toEqual({ 'SKILL.md': MD, 'a.py': 'print(2)', 'old/z': '2', 'b/c': 'folder' })
  })

  test('ramalama, Alibaba ACR and flux, each with their own media types', async () => {
    const forms: readonly HandMade[] = [
      {
        artifactType: 'application/vnd.cncf.skill.manifest.v1+json',
        configType: 'application/vnd.cncf.skill.config.v1+json',
        layers: [{ mediaType: 'application/vnd.cncf.skill.bundle.v1.tar+gzip', bytes: skill('pdf/') }],
      },
      {
        artifactType: 'application/vnd.agent.skill.v1+json',
        configType: 'application/vnd.oci.empty.v1+json',
        annotations: { 'org.agent.skill.name': 'pdf' },
        layers: [{ mediaType: 'application/vnd.agent.skill.content.v1.tar+gzip', bytes: skill('pdf/') }],
      },
      {
        configType: 'application/vnd.cncf.flux.config.v1+json',
        layers: [{ mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip', bytes: skill('pdf/') }],
      },
    ]
    for (const form of forms) {
      make(form)
      expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'pdf/a.py'])
    }
  })

  test('flux-operator: many skills in one layer', async () => {
    const bytes = tgz(file('pdf/SKILL.md', MD), file('csv/SKILL.md', MD))
    make({ layers: [{ mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip', bytes }] })
    expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'csv/SKILL.md'])
  })

  test('Chainguard and kagent: one plain tar of no known type', async () => {
    make({ layers: [{ mediaType: 'application/vnd.example.unknown', bytes: tar(file('SKILL.md', MD)) }] })
    expect(await read()).toEqual({ 'SKILL.md': MD })
  })

  test('layers that hold nothing', async () => {
    make({
      layers: [
        { mediaType: IMAGE_LAYER, bytes: zlib.gzipSync(Buffer.alloc(1024)) },
        { mediaType: 'application/vnd.oci.image.layer.v1.tar', bytes: skill('') },
      ],
    })
    expect(Object.keys(await read())).toEqual(['SKILL.md', 'a.py'])
  })

  test('a collection, each skill in a folder of its name', async () => {
    const one = (dir: string) =>
      plant(fake, 'r', undefined, {
        artifactType: 'application/vnd.agentskills.skill.v1',
        layers: [{ mediaType: 'application/vnd.agentskills.skill.content.v1.tar+gzip', bytes: skill(dir) }],
      })
    const named = (name: string) => ({ annotations: { 'io.agentskills.skill.name': name } })
    plantJson(fake, 'r', 'v', {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      artifactType: 'application/vnd.agentskills.collection.v1',
      manifests: [
        { ...one('pdf/'), ...named('pdf') },
        { ...one('x/'), ...named('csv') },
      ],
    } as never)
    expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'pdf/a.py', 'csv/SKILL.md', 'csv/a.py'])
  })

  test('zstd where Node can', async () => {
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (bytes: Buffer) => Buffer }
    // The smallest frame that holds something is enough where Node cannot.
    const bytes = zstdCompressSync?.(tar(file('SKILL.md', MD))) ?? Buffer.from('28b52ffd0000', 'hex')
    make({ layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', bytes }] })
    if (zstdCompressSync) expect(await read()).toEqual({ 'SKILL.md': MD })
    else await expect(read()).toThrowCode('artifact_invalid')
  })
})

const CONTENT = 'application/vnd.agentskills.skill.content.v1.tar+gzip'
const TITLED = (title: string) => ({ annotations: { 'org.opencontainers.image.title': title } })

describe('takes the content and leaves its company, with a remark', () => {
  const content = { mediaType: CONTENT, bytes: skill('pdf/') }
  const card = { mediaType: 'application/vnd.example.card.v1+json', bytes: Buffer.from('{"a":1}') }
  const provenance = { mediaType: 'application/vnd.in-toto+json', bytes: Buffer.from('{"b":1}') }

  test('a card, provenance, a file with a title, and an archive that is called no content', async () => {
    const titled = { ...card, ...TITLED('SKILL.md') }
    const tarred = { mediaType: 'application/vnd.example.sbom', bytes: tgz(file('pdf/SKILL.md', 'evil')) }
    for (const company of [[card], [provenance, card], [titled], [tarred], [card, titled, tarred]]) {
      for (const layers of [
        [content, ...company],
        [...company, content],
      ]) {
        make({ artifactType: 'application/vnd.agentskills.skill.v1', layers })
        expect(await read()).toEqual({ 'pdf/SKILL.md': MD, 'pdf/a.py': 'print()' })
        expect(notices).toMatchObject([{ code: 'layers_left_out' }])
      }
    }
    expect(notices[0]?.message).toMatch(/left out 3 layers .*card\.v1\+json, SKILL\.md, /)
  })

  test('company of a layer that only its bytes show as content', async () => {
    make({ layers: [card, { mediaType: 'application/vnd.example.unknown', bytes: skill('') }] })
    expect(Object.keys(await read())).toEqual(['SKILL.md', 'a.py'])
    make({
      layers: [
        { mediaType: IMAGE_LAYER, bytes: skill('') },
        { ...card, ...TITLED('card.json') },
      ],
    })
    expect(Object.keys(await read())).toEqual(['SKILL.md', 'a.py'])
    expect(notices).toMatchObject([{ message: expect.stringContaining('card.json') }])
  })

  test('company that is not there, is too large, or names another place: it is never asked for', async () => {
    plant(fake, 'r', 'v', { layers: [content, card] })
    const stored = fake.manifests.get('r:v')
    const manifest = JSON.parse(stored?.bytes.toString() ?? '') as { mediaType: string; layers: object[] }
    const digest = `sha256:${'1'.repeat(64)}`
    const urls = [`${fake.origin}/elsewhere`]
    manifest.layers[1] = { mediaType: card.mediaType, digest, size: 2 ** 40, urls }
    plantJson(fake, 'r', 'v', manifest)
    expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'pdf/a.py'])
    expect(fake.log.some(({ line }) => line.includes('elsewhere') || line.includes(digest))).toBe(false)
  })

  test('an empty descriptor is nothing to speak of', async () => {
    make({ layers: [content, { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') }] })
    expect(Object.keys(await read())).toEqual(['pdf/SKILL.md', 'pdf/a.py'])
    expect(notices).toEqual([])
  })
})

test('reads a zip, by its type, by its title, and by its bytes alone', async () => {
  const bytes = zip([{ name: 'SKILL.md', body: MD }])
  const forms = [
    { mediaType: 'application/zip', bytes },
    { mediaType: 'application/vnd.example.content.v1+zip', bytes },
    { mediaType: 'application/vnd.agentskills.skill.content.v1.zip', bytes },
    { mediaType: 'application/octet-stream', bytes, ...TITLED('pdf.skill') },
    { mediaType: 'application/octet-stream', bytes },
    { mediaType: CONTENT, bytes },
  ]
  for (const layer of forms) {
    make({ layers: [layer] })
    expect(await read()).toEqual({ 'SKILL.md': MD })
  }
})

describe('refuses', () => {
  test('two layers of content, since readers would differ', async () => {
    const two = (mediaType: string) => [
      { mediaType, bytes: skill('pdf/') },
      { mediaType, bytes: tgz(file('pdf/SKILL.md', 'evil')) },
    ]
    for (const mediaType of [CONTENT, 'application/vnd.example.unknown']) {
      make({ layers: two(mediaType) })
      await expect(read()).toThrowCode('artifact_invalid')
    }
  })

  test('a layer that is called content and is none, beside one that is', async () => {
    make({ layers: [{ mediaType: CONTENT, bytes: Buffer.from('no archive') }] })
    await expect(read()).toThrowCode('artifact_invalid')
    for (const mediaType of [CONTENT, IMAGE_LAYER]) {
      make({
        layers: [
          { mediaType: IMAGE_LAYER, bytes: skill('') },
          { mediaType, bytes: Buffer.from('no archive') },
        ],
      })
      await expect(read()).toThrowCode('artifact_invalid')
    }
  })

  test('an artifact whose files are not those of its integrity annotation', async () => {
    make({
      artifactType: 'application/vnd.agentskills.skill.v1',
      annotations: { 'dev.skillward.integrity': packedPdf().integrity },
      layers: [{ mediaType: 'application/vnd.agentskills.skill.content.v1.tar+gzip', bytes: skill('pdf/') }],
    })
    await expect(read()).toThrowCode('integrity_mismatch')
  })

  test('a layer that is neither a tar nor a file with a title', async () => {
    make({ layers: [{ mediaType: 'application/vnd.cncf.helm.config', bytes: Buffer.from('text') }] })
    await expect(read()).toThrowCode('artifact_invalid')
    make({ layers: [] })
    await expect(read()).toThrowCode('artifact_invalid')
  })

  test('a collection whose skills stand elsewhere, and says where', async () => {
    const absent = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 5,
    }
    const annotations = {
      'io.agentskills.skill.name': 'pdf',
      'io.agentskills.skill.ref': 'ghcr.io/o/pdf:1.0.0',
    }
    plantJson(fake, 'r', 'v', {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ ...absent, annotations }],
    } as never)
    await expect(read()).rejects.toMatchObject({
      code: 'artifact_invalid',
      hint: expect.stringContaining('oci://ghcr.io/o/pdf:1.0.0'),
    })
  })

  test('text that is no manifest, or two things at once', async () => {
    const good = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }
    const texts = [
      '',
      'null',
      '[]',
      '{"schemaVersion":1,"fsLayers":[]}',
      JSON.stringify({ ...good, layers: [] }),
      JSON.stringify({ ...good, mediaType: 'application/vnd.oci.image.manifest.v1+json' }),
      JSON.stringify({ ...good, manifests: [{ mediaType: 'x', digest: 'sha256:../../x', size: 1 }] }),
      JSON.stringify({
        ...good,
        manifests: [{ mediaType: 'x', digest: `sha256:${'0'.repeat(64)}`, size: -1 }],
      }),
      JSON.stringify({ ...good, annotations: { a: 1 } }),
    ]
    const reader = { manifest: async () => undefined, blob: async () => Buffer.alloc(0) }
    for (const text of texts) {
      await expect(unpackArtifact(Buffer.from(text), { reader, what: META.name }), text).toThrowCode(
        'artifact_invalid',
      )
    }
  })

  test('indexes inside indexes without end', async () => {
    let inner = plantJson(fake, 'r', undefined, {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [],
    } as never)
    for (let depth = 0; depth < 5; depth++) {
      inner = plantJson(fake, 'r', 'v', {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [inner],
      } as never)
    }
    await expect(read()).toThrowCode('artifact_invalid')
  })
})
