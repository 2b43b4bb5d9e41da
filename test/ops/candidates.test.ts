import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

it('refuses a skill whose skill.toml cannot be used, and names the file', async () => {
  const io = testIo()
  const files = { 'SKILL.md': skillMd('one'), 'skill.toml': '[skill]\nname = "two"\nversion = "1.0.0"\n' }
  const source = parseSpec(writeTree(join(io.root, 'one'), files))
  const error = await add({ sources: [source] }, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'manifest_invalid',
    details: { file: 'skill.toml', rule: 'name_mismatch' },
  })
  expect(readTreeText(io.project)).toEqual({})
})

it('refuses a name with --as that could not be a folder everywhere', async () => {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  for (const as of ['../one', 'a/b', 'CON', '__proto__', '']) {
    await expect(add({ sources: [source], as }, io)).toThrowCode('name_invalid')
  }
  expect(readTreeText(io.project)).toEqual({})
})
