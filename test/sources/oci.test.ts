import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { ociClient } from '../../src/oci/client.ts'
import { readSettings } from '../../src/platform/env.ts'
import { saveCredential } from '../../src/registry/credentials.ts'
import { ociSource } from '../../src/sources/oci.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { OciResolution, OciSpec, SourceIo } from '../../src/sources/source.ts'
import { PASSWORD, startDockerRegistry, USER } from '../support/docker-registry.ts'
import { startFakeOci, type FakeOci } from '../support/fake-oci.ts'
import { need } from '../support/need.ts'
import { packedPdf, pdfFiles, plant, pushPacked } from '../support/oci-skill.ts'
import { file, tgz } from '../support/tar-builder.ts'

let home: string
let io: SourceIo
let fake: FakeOci
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'oci-source-'))
  const settings = readSettings({ HOME: home, PATH: process.env.PATH }, home)
  io = { settings, signal: new AbortController().signal, offline: false, root: home, report: () => {} }
  fake = await startFakeOci()
})
afterEach(async () => {
  await fake.close()
  rmSync(home, { recursive: true })
})

const spec = (more: Partial<OciSpec> = {}): OciSpec => ({
  kind: 'oci',
  registry: fake.host,
  repository: 'o/pdf',
  ...more,
})
const push = (extra?: Record<string, string>): Promise<void> =>
  pushPacked(ociClient({ registry: fake.host }), {
    repository: 'o/pdf',
    packed: packedPdf(extra),
    tags: ['1.2.0', 'latest'],
  })

async function integrityOf(resolution: OciResolution, options: SourceIo = io): Promise<string> {
  const tree = await ociSource.open(resolution, options)
  return digestOfFiles((await readSkill(tree, resolution)).files)
}

describe('the OCI source', () => {
  test('binds a tag to the digest of the manifest, and gives the same files as any other road', async () => {
    await push()
    const resolution = await ociSource.resolve(spec({ tag: '1.2.0' }), io)
    expect(resolution).toEqual({ ...spec({ tag: '1.2.0' }), digest: packedPdf().manifestDigest })
    expect(await integrityOf(resolution)).toBe(digestOfFiles(pdfFiles()))
    expect((await ociSource.resolve(spec(), io)).tag).toBe('latest')
  })

  test('asks the network once: what is in the cache needs none', async () => {
    await push()
    const resolution = await ociSource.resolve(spec(), io)
    await integrityOf(resolution)
    fake.log.length = 0
    expect(await integrityOf(resolution, { ...io, offline: true })).toBe(digestOfFiles(pdfFiles()))
    expect(fake.log).toEqual([])
    await expect(ociSource.resolve(spec(), { ...io, offline: true })).toThrowCode('offline')
    const other = { ...resolution, digest: `sha256:${'0'.repeat(64)}` }
    await expect(integrityOf(other, { ...io, offline: true })).toThrowCode('offline')
  })

  test('fetches again what was damaged in the cache', async () => {
    await push()
    const resolution = await ociSource.resolve(spec(), io)
    await integrityOf(resolution)
    const cache = join(io.settings.cacheDir, 'archives')
    for (const name of readdirSync(cache)) writeFileSync(join(cache, name), 'damaged')
    expect(await integrityOf(resolution)).toBe(digestOfFiles(pdfFiles()))
  })

  test('sees with one request that a tag has moved, and never reads the new content for the old address', async () => {
    await push()
    const before = await ociSource.resolve(spec({ tag: '1.2.0' }), io)
    fake.log.length = 0
    expect(await ociSource.newest(spec({ tag: '1.2.0' }), before, io)).toEqual(before)
    expect(fake.log.map(({ line }) => line)).toEqual(['HEAD /v2/o/pdf/manifests/1.2.0'])
    await push({ 'evil.md': 'changed' })
    const after = await ociSource.newest(spec({ tag: '1.2.0' }), before, io)
    expect(after).not.toEqual(before)
    rmSync(io.settings.cacheDir, { recursive: true })
    expect(await integrityOf(before)).toBe(digestOfFiles(pdfFiles()))
  })

  test('has nothing newer for a digest, and needs no request to resolve it', async () => {
    await push()
    const pinned = spec({ digest: packedPdf().manifestDigest })
    fake.log.length = 0
    const resolution = await ociSource.resolve(pinned, io)
    expect(resolution).toEqual(pinned)
    expect(await ociSource.newest(pinned, resolution, io)).toBe('pinned')
    expect(fake.log).toEqual([])
    expect(await integrityOf(resolution)).toBe(digestOfFiles(pdfFiles()))
  })

  test('reads one of many skills of an artifact', async () => {
    const bytes = tgz(file('pdf/SKILL.md', 'pdf'), file('csv/SKILL.md', 'csv'))
    plant(fake, 'o/many', 'v', {
      layers: [{ mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip', bytes }],
    })
    const resolution = await ociSource.resolve(spec({ repository: 'o/many', tag: 'v', subdir: 'csv' }), io)
    const tree = await ociSource.open(resolution, io)
    expect(tree.entries.map(({ path }) => path)).toEqual(['pdf/SKILL.md', 'csv/SKILL.md'])
    const { files } = await readSkill(tree, resolution)
    expect(files.map(({ path, bytes: text }) => [path, Buffer.from(text).toString()])).toEqual([
      ['SKILL.md', 'csv'],
    ])
  })

  test('says what is not there', async () => {
    await expect(ociSource.resolve(spec({ tag: '9' }), io)).toThrowCode('source_not_found')
    await expect(ociSource.newest(spec({ tag: '9' }), { ...spec(), digest: '' }, io)).toThrowCode(
      'source_not_found',
    )
    const digest = `sha256:${'0'.repeat(64)}`
    await expect(ociSource.open({ ...spec(), digest }, io)).toThrowCode('source_not_found')
  })

  test('does not take a manifest from a registry that gives other bytes', async () => {
    await push()
    fake.options.corrupt = 'both'
    await expect(ociSource.resolve(spec(), io)).toThrowCode('integrity_mismatch')
    const resolution = { ...spec(), digest: packedPdf().manifestDigest } as OciResolution
    await expect(ociSource.open(resolution, io)).toThrowCode('integrity_mismatch')
  })

  test('sends the token of skills login to its registry, and to no other', async () => {
    await push()
    fake.options.auth = 'basic'
    fake.options.user = { name: 'me', password: 'token-of-mine' }
    saveCredential('http://127.0.0.1:1', { token: 'another', user: 'me' }, io.settings)
    await expect(ociSource.resolve(spec(), io)).toThrowCode('source_unauthorized')
    expect(fake.log.some(({ authorization }) => authorization !== undefined)).toBe(false)
    saveCredential(fake.origin, { token: 'token-of-mine', user: 'me' }, io.settings)
    expect((await ociSource.resolve(spec(), io)).digest).toBe(packedPdf().manifestDigest)
  })

  test.skipIf(need('oci'))(
    'logs in to a real registry as docker login has it, and restores from the lock',
    async () => {
      const registry = await startDockerRegistry({ auth: 'htpasswd' })
      try {
        const auth = Buffer.from(`${USER}:${PASSWORD}`).toString('base64')
        mkdirSync(join(home, '.docker'))
        writeFileSync(
          join(home, '.docker/config.json'),
          JSON.stringify({ auths: { [registry.host]: { auth } } }),
        )
        const credentials = async () => ({ kind: 'basic', username: USER, password: PASSWORD }) as const
        const packed = packedPdf()
        const client = ociClient({ registry: registry.host, credentials })
        await pushPacked(client, { repository: 'o/pdf', packed, tags: ['1.2.0'] })
        const resolution = await ociSource.resolve(spec({ registry: registry.host, tag: '1.2.0' }), io)
        expect(resolution.digest).toBe(packed.manifestDigest)
        rmSync(io.settings.cacheDir, { recursive: true })
        expect(await integrityOf(JSON.parse(JSON.stringify(resolution)) as OciResolution)).toBe(
          packed.integrity,
        )
      } finally {
        await registry.close()
      }
    },
  )
})
