import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { init } from '../../src/ops/init.ts'
import { validate } from '../../src/ops/validate.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

it('starts a skill that is valid, asks for nothing, and installs', async () => {
  const io = testIo()
  const description = 'Says "hi": use it when greeting — or # anything'
  const { kind, path, files } = await init({ name: 'release-notes', description }, io)
  expect({ kind, path, files }).toEqual({
    kind: 'skill',
    path: join(io.project, 'release-notes'),
    files: ['SKILL.md', 'skill.toml'],
  })
  const { skills } = await validate({ paths: ['release-notes'] }, io)
  expect(skills).toMatchObject([{ name: 'release-notes', diagnostics: [], request: { lines: [] } }])
  const added = await add({ sources: [parseSpec('./release-notes')] }, io)
  expect(added.skills).toMatchObject([{ name: 'release-notes', version: '0.1.0', diagnostics: [] }])
})

it.each(['SKILL.md', 'skill.md', 'skill.toml'])('never overwrites a %s', async (file) => {
  const io = testIo()
  writeTree(join(io.project, 'mine'), { [file]: 'mine', 'notes.txt': 'mine' })
  const before = readTreeText(io.root)
  await expect(init({ name: 'mine' }, io)).toThrowCode('skill_exists')
  expect(readTreeText(io.root)).toEqual(before)
})

it('adds what is missing to a folder that holds other files', async () => {
  const io = testIo()
  writeTree(join(io.project, 'mine'), { 'scripts/run.py': 'print(1)' })
  await init({ name: 'mine' }, io)
  expect(Object.keys(readTreeText(join(io.project, 'mine')))).toEqual([
    'SKILL.md',
    'scripts/run.py',
    'skill.toml',
  ])
})

it.each(['../x', '/tmp/x', 'A b', 'a--b', '-a', 'x'.repeat(65), ''])(
  'refuses the name "%s"',
  async (name) => {
    const io = testIo()
    await expect(init({ name }, io)).toThrowCode('name_invalid')
    expect(readTreeText(io.root)).toEqual({})
  },
)

it('proposes a name that would do', async () => {
  const error = await init({ name: 'Föö Bar!' }, testIo()).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'name_invalid',
    hint: expect.stringContaining('such as fo-o-bar') as string,
  })
})

it('writes a skills.json with the agents, which add takes up, and never a second one', async () => {
  const io = testIo()
  await init({ project: true, agents: ['codex', 'claude-code', 'codex'] }, io)
  expect(JSON.parse(readFileSync(join(io.project, 'skills.json'), 'utf8'))).toEqual({
    skills: {},
    agents: ['codex', 'claude-code'],
  })
  await expect(init({ project: true }, io)).toThrowCode('fs_failed')
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  expect((await add({ sources: [source] }, io)).agents).toEqual(['codex', 'claude-code'])
})

it('knows agents before it writes anything', async () => {
  const io = testIo()
  await expect(init({ project: true, agents: ['claudecode'] }, io)).toThrowCode('agent_unknown')
  expect(readTreeText(io.root)).toEqual({})
  writeFileSync(join(io.project, 'skills.json'), 'mine')
  await expect(init({ project: true }, io)).toThrowCode('fs_failed')
  expect(readFileSync(join(io.project, 'skills.json'), 'utf8')).toBe('mine')
})
