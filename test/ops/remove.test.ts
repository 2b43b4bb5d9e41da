import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { remove } from '../../src/ops/remove.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

async function projectWithTwo(): Promise<TestIo> {
  const io = testIo()
  const files = { 'one/SKILL.md': skillMd('one'), 'two/SKILL.md': skillMd('two') }
  const source = parseSpec(writeTree(join(io.root, 'source'), files))
  await add({ sources: [source], all: true, agents: ['claude-code'] }, io)
  return io
}

it('removes links, copy and entries, and leaves the rest', async () => {
  const io = await projectWithTwo()
  expect((await remove({ names: ['one'] }, io)).removed).toEqual(['one'])
  const tree = readTreeText(io.project)
  expect(Object.keys(tree)).toEqual([
    '.agents/skills/two/SKILL.md',
    '.claude/skills/two',
    'skills.json',
    'skills.lock',
  ])
  expect(Object.keys(JSON.parse(tree['skills.lock'] ?? '').skills)).toEqual(['two'])
  expect(Object.keys(JSON.parse(tree['skills.json'] ?? '').skills)).toEqual(['two'])
})

it('removes all, and leaves no folder behind', async () => {
  const io = await projectWithTwo()
  await remove({ names: [], all: true }, io)
  expect(Object.keys(readTreeText(io.project))).toEqual(['skills.json', 'skills.lock'])
})

it('keeps an edited copy unless forced, and writes nothing in a dry run', async () => {
  const io = await projectWithTwo()
  writeFileSync(join(io.project, '.agents/skills/one/SKILL.md'), 'mine')
  const before = readTreeText(io.project)
  await expect(remove({ names: ['one'] }, io)).toThrowCode('local_edits')
  expect((await remove({ names: ['two'], dryRun: true }, io)).removed).toEqual(['two'])
  expect(readTreeText(io.project)).toEqual(before)
  expect((await remove({ names: ['one'], force: true }, io)).removed).toEqual(['one'])
})

it('wants names or --all', async () => {
  const io = await projectWithTwo()
  await expect(remove({ names: [] }, io)).toThrowCode('usage')
  await expect(remove({ names: ['tow'] }, io)).toThrowCode('skill_not_found')
})
