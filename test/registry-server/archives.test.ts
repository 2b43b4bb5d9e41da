import { expect, test } from 'vitest'
import { writeTarGz } from '../../registry-server/archives/tar-gz.ts'
import { npmPackage } from '../../registry-server/services/packages.ts'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { readArchive } from '../../src/platform/archive.ts'
import { skillFiles } from '../support/skill-files.ts'

const FILES = skillFiles({
  'SKILL.md': '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# Pdf\n',
  'scripts/run.sh': '#!/bin/sh\necho pdf\n',
  [`references/${'long-name-'.repeat(11)}é.md`]: 'x'.repeat(70_000),
})

// Published versions have these digests in indexes and locks of other tools: other bytes would break them all.
test('the archive and the package of a version are the bytes that were published, whatever machine makes them', async () => {
  const archive = writeTarGz(FILES, '')
  const about = { name: '@acme/pdf', version: '1.0.0', description: 'Reads PDF files.' }
  expect(sha256Digest(archive)).toBe(
    'sha256:99a90e6e43d89f6a9f2bcea810436ae60f859fe122c92c6fc1e6ed23ab8a5ede',
  )
  expect(sha256Digest(npmPackage(about, FILES))).toBe(
    'sha256:3d59b1028b8c58ad08f9726a84611ec6bcd103720c48a449a3c1d7689e3a3e9c',
  )
  const read = await readArchive(archive, { contentType: 'application/gzip' })
  expect(read.map(({ path }) => path).sort()).toEqual(FILES.map(({ path }) => path).sort())
})
