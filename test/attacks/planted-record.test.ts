import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { hashPlainFiles } from '../../src/store/tree.ts'
import { openStore } from '../../src/store/store.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

/** A project whose repository brings a record that claims what stands under the names was installed. */
async function planted(names: readonly string[]): Promise<TestIo> {
  const io = testIo()
  writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one') })
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant: 'requested' }, io)
  writeTree(io.project, {
    '.agents/skills/one/SKILL.md': 'edited',
    '.agents/skills/mine/SKILL.md': 'mine',
    '.claude/skills/mine/SKILL.md': 'mine',
  })
  const skills = Object.fromEntries(
    names.map((name) => [name, hashPlainFiles(join(io.project, '.agents/skills', name))?.integrity]),
  )
  writeTree(io.project, { '.agents/.skillward/placed.json': JSON.stringify({ version: 1, skills }) })
  return io
}

it('makes nothing go that nobody installed', async () => {
  const io = await planted(['mine'])
  await install({ force: true }, io)
  expect(readTreeText(io.project)).toMatchObject({
    '.agents/skills/mine/SKILL.md': 'mine',
    '.claude/skills/mine/SKILL.md': 'mine',
  })
})

it('loses no edit that it names: what is replaced is in the store', async () => {
  const io = await planted(['one'])
  const digest = hashPlainFiles(join(io.project, '.agents/skills/one'))?.integrity ?? ''
  const { skills } = await install({ frozen: true }, io)
  expect(skills).toMatchObject([{ name: 'one', status: 'replaced' }])
  const [file] = openStore(io.settings.dataDir).read(digest) ?? []
  expect(Buffer.from(file?.bytes ?? []).toString()).toBe('edited')
})

it('is not written through a link that leads out of the project', async () => {
  const io = await planted(['one'])
  const outside = join(io.root, 'outside')
  mkdirSync(outside)
  rmSync(join(io.project, '.agents/.skillward'), { recursive: true })
  symlinkSync(outside, join(io.project, '.agents/.skillward'))
  await install({ force: true }, io)
  expect(readTreeText(outside)).toEqual({})
})

it.each(['{', '[]', '{"version":1,"skills":{"../x":"h1:a","one":7}}', '{"version":2}', 'null'])(
  'says nothing when it is %s',
  async (text) => {
    const io = await planted([])
    writeTree(io.project, { '.agents/.skillward/placed.json': text })
    await expect(install({ frozen: true }, io)).toThrowCode('local_edits')
    expect(existsSync(join(io.project, '.agents/skills/mine'))).toBe(true)
  },
)
