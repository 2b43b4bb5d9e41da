// A repository that brings links in the places where skills go: nothing is written or removed through them.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { skillMd, readTreeText, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

it('refuses a file where the folder of the skills belongs', async () => {
  const io = testIo()
  writeTree(io.project, { '.agents/skills': 'a file' })
  writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one') })
  await expect(add({ sources: [parseSpec('../source')], agents: ['claude-code'] }, io)).toThrowCode(
    'fs_failed',
  )
  expect(readTreeText(io.project)).toEqual({ '.agents/skills': 'a file' })
})

function projectWithLink(path: string): { io: TestIo; outside: string } {
  const io = testIo()
  const outside = join(io.root, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'keep'), 'keep')
  mkdirSync(dirname(join(io.project, path)), { recursive: true })
  symlinkSync(outside, join(io.project, path))
  writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one') })
  return { io, outside }
}

it.each([
  ['.agents', 'link_unsafe'],
  ['.agents/skills', 'link_unsafe'],
  ['.agents/skills/one', 'local_edits'],
  ['.claude', 'link_conflict'],
  ['.claude/skills', 'link_conflict'],
  ['.claude/skills/one', 'link_conflict'],
] as const)('refuses a planted %s that leads out of the project', async (path, code) => {
  const { io, outside } = projectWithLink(path)
  await expect(add({ sources: [parseSpec('../source')], agents: ['claude-code'] }, io)).toThrowCode(code)
  expect(readTreeText(outside)).toEqual({ keep: 'keep' })
  expect(readTreeText(io.project)).toEqual({ [path]: `-> ${outside}` })
})

it('writes no record through a planted link in the place of its folder', async () => {
  const { io, outside } = projectWithLink('.agents/.skillward')
  await add({ sources: [parseSpec('../source')], agents: [] }, io)
  expect(readTreeText(outside)).toEqual({ keep: 'keep' })
})
