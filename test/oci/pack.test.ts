import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { packSkill } from '../../src/oci/pack.ts'
import { META, packedPdf, pdfFiles } from '../support/oci-skill.ts'
import { skillFiles } from '../support/skill-files.ts'

test('gives the same bytes for the same files and words, in whatever order they come', () => {
  const once = packSkill(pdfFiles(), { ...META, metadata: { b: '2', a: '1' } })
  const again = packSkill(pdfFiles().toReversed(), { metadata: { a: '1', b: '2' }, ...META })
  expect(again).toEqual(once)
  expect(once.manifestDigest).toBe(sha256Digest(once.manifest))
})

test('writes the form of the draft', () => {
  const created = new Date('2026-01-02T03:04:05.678Z')
  const packed = packSkill(pdfFiles(), {
    ...META,
    license: 'Apache-2.0',
    source: 'https://github.com/a/b',
    created,
  })
  const [layer] = packed.layers
  expect(JSON.parse(packed.manifest.toString())).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.agentskills.skill.v1',
    config: {
      mediaType: 'application/vnd.agentskills.skill.config.v1+json',
      digest: packed.config.digest,
      size: packed.config.bytes.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.agentskills.skill.content.v1.tar+gzip',
        digest: layer?.digest,
        size: layer?.bytes.length,
        annotations: { 'org.opencontainers.image.title': 'pdf-1.2.0.tar.gz' },
      },
    ],
    annotations: {
      'dev.skillward.integrity': digestOfFiles(pdfFiles()),
      'io.agentskills.skill.name': 'pdf',
      'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
      'org.opencontainers.image.description': 'Work with PDF files',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.source': 'https://github.com/a/b',
      'org.opencontainers.image.title': 'pdf',
      'org.opencontainers.image.version': '1.2.0',
    },
  })
  expect(JSON.parse(packed.config.bytes.toString())).toEqual({
    schemaVersion: '1',
    name: 'pdf',
    version: '1.2.0',
    description: 'Work with PDF files',
    license: 'Apache-2.0',
  })
})

test('names no time and no system in its layer', () => {
  const layer = packedPdf().layers[0]?.bytes ?? Buffer.alloc(0)
  expect([...layer.subarray(4, 10)]).toEqual([0, 0, 0, 0, 2, 0xff])
  const tar = gunzipSync(layer)
  for (let at = 0; tar[at] !== 0;) {
    expect(tar.toString('latin1', at + 108, at + 124)).toBe('0000000\x000000000\0')
    expect(tar.toString('latin1', at + 136, at + 148)).toBe('00000000000\0')
    at += 512 + Math.ceil(Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512
  }
})

test('writes a tar that we and tar itself read alike, long and foreign names included', async () => {
  const long = `${'folder-with-a-long-name/'.repeat(8)}file.md`
  const files = pdfFiles({
    [long]: 'long',
    'ünï/ćødé.md': 'x',
    empty: '',
    [`${'a'.repeat(96)}.md`]: 'hundred',
  })
  const layer = packSkill(files, META).layers[0]?.bytes ?? Buffer.alloc(0)
  const entries = await readArchive(layer)
  const read = entries.map(({ path, bytes }) => ({ path: path.replace(/^pdf\//, ''), bytes }))
  expect(digestOfFiles(read)).toBe(digestOfFiles(files))
  const folder = mkdtempSync(join(tmpdir(), 'pack-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'layer.tgz'), layer)
  execFileSync('tar', ['-xzf', 'layer.tgz', '--warning=no-timestamp'], { cwd: folder })
  const unpacked = files.map(({ path }) => ({ path, bytes: readFileSync(join(folder, 'pdf', path)) }))
  expect(digestOfFiles(unpacked)).toBe(digestOfFiles(files))
  expect(statSync(join(folder, 'pdf/scripts/run.sh')).mode & 0o111).toBe(0o111)
  expect(statSync(join(folder, 'pdf/SKILL.md')).mode & 0o111).toBe(0)
})

test('packs nothing that is no skill', async () => {
  await expect(() => packSkill(skillFiles({ 'README.md': 'x' }), META)).toThrowCode('manifest_invalid')
  await expect(() => packSkill(pdfFiles({ '../x': 'x' }), META)).toThrowCode('path_unsafe')
  await expect(() => packSkill(pdfFiles({ 'skill.md': 'x' }), META)).toThrowCode('path_unsafe')
  await expect(() => packSkill(pdfFiles({ '.git/config': 'x' }), META)).toThrowCode('path_unsafe')
  for (const name of ['', 'PDF', '-a', 'a/b', '../a', 'a'.repeat(65)]) {
    await expect(() => packSkill(pdfFiles(), { ...META, name })).toThrowCode('name_invalid')
  }
})
