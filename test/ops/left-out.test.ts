import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { browse } from '../../src/ops/browse.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 3000\n`

function source(io: TestIo, files: Record<string, string>) {
  return parseSpec(writeTree(join(io.root, 'source'), files))
}

const added = (io: TestIo): string[] => Object.keys(readTreeText(join(io.project, '.agents/skills')))

it('adds the others with --all, and names each skill that it leaves out', async () => {
  const io = testIo({ chooseAgents: async () => [] })
  const spec = source(io, {
    'good/SKILL.md': skillMd('good'),
    'lfs/SKILL.md': skillMd('lfs'),
    'lfs/m.bin': POINTER,
    'link/SKILL.md': skillMd('link'),
    'upper/Skill.md': skillMd('upper'),
    'toml/SKILL.md': skillMd('toml'),
    'toml/skill.toml': 'not = [toml',
    '技/SKILL.md': skillMd('技'),
    'templates/t/SKILL.md': skillMd('t'),
  })
  symlinkSync('/etc/passwd', join(io.root, 'source/link/secret'))
  await add({ sources: [spec], all: true }, io)
  expect(added(io)).toEqual(['good/SKILL.md'])
  const told = io.notices.map(({ code }) => code).toSorted()
  expect(told).toEqual([
    'git_lfs_pointer',
    'link_unsafe',
    'manifest_invalid',
    'material_folder',
    'name_invalid',
    'skill_md_case',
  ])
})

it('says why, when a skill that is left out is asked for by name or folder', async () => {
  const io = testIo()
  const files = {
    'good/SKILL.md': skillMd('good'),
    'lfs/SKILL.md': skillMd('lfs'),
    'lfs/m.bin': POINTER,
    'templates/t/SKILL.md': skillMd('t'),
    'upper/Skill.md': skillMd('upper'),
  }
  const sources = [source(io, files)]
  const ask = (name: string) => expect(add({ sources, skills: [name] }, io))
  await ask('lfs').toThrowCode('git_lfs_pointer')
  await ask('t').toThrowCode('skill_not_found')
  await ask('upper').toThrowCode('manifest_invalid')
  const error: unknown = await add({ sources, skills: ['templates/t/'] }, io).catch(
    (caught: unknown) => caught,
  )
  expect(error).toMatchObject({ hint: expect.stringContaining('--subdir templates/t') as string })
  await add({ sources: [{ ...parseSpec(join(io.root, 'source')), subdir: 'templates/t' }], agents: [] }, io)
  expect(added(io)).toEqual(['t/SKILL.md'])
})

it('lists what add would refuse by its names or links as left out, and changes nothing', async () => {
  const io = testIo()
  const spec = source(io, { 'a/SKILL.md': skillMd('a'), 'a/con': 'x', 'b/SKILL.md': skillMd('b') })
  const { skills, leftOut } = await browse({ source: spec }, io)
  expect(skills.map(({ name }) => name)).toEqual(['b'])
  expect(leftOut).toMatchObject([{ path: 'a', code: 'path_unsafe' }])
  expect(readTreeText(io.project)).toEqual({})
})

it('adds a skill whose name can be no folder under a name of the user', async () => {
  const io = testIo({ chooseAgents: async () => [] })
  const spec = source(io, { '技能/SKILL.md': skillMd('技能') })
  await expect(add({ sources: [spec], all: true }, io)).toThrowCode('name_invalid')
  await add({ sources: [spec], skills: ['技能'], as: 'jineng' }, io)
  expect(added(io)).toEqual(['jineng/SKILL.md'])
})

it('finds a name however it is composed', async () => {
  const io = testIo({ chooseAgents: async () => [] })
  const spec = source(io, {
    [`${'café'.normalize('NFD')}/SKILL.md`]: skillMd('café'.normalize('NFD')),
    'y/SKILL.md': skillMd('y'),
  })
  await add({ sources: [spec], skills: ['café'.normalize('NFC')], as: 'cafe' }, io)
  expect(added(io)).toEqual(['cafe/SKILL.md'])
})

it('names every name that two skills share, whatever its case', async () => {
  const io = testIo()
  const spec = source(io, {
    'a/one/SKILL.md': skillMd('one', 'A.'),
    'b/one/SKILL.md': skillMd('one', 'B.'),
    'c/one/SKILL.md': skillMd('One', 'C.'),
    'a/two/SKILL.md': skillMd('two', 'A.'),
    'b/two/SKILL.md': skillMd('two', 'B.'),
    'c/three/SKILL.md': skillMd('three', 'C.'),
  })
  const error: unknown = await add({ sources: [spec], all: true }, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'skill_ambiguous',
    details: { names: ['one', 'two'], folders: ['a/one', 'b/one', 'c/one', 'a/two', 'b/two'] },
  })
})

it('is still a page to read where a repository has hundreds of parts', async () => {
  const io = testIo({ chooseAgents: async () => [] })
  const parts = Array.from({ length: 300 }, (_, i) => [`s/p${i}/SKILL.md`, skillMd(`p${i}`)] as const)
  const sources = [source(io, { 's/SKILL.md': skillMd('s'), ...Object.fromEntries(parts) })]
  await add({ sources, all: true, grant: 'requested' }, io)
  expect(io.notices).toHaveLength(1)
  expect(io.notices[0]?.message).toMatch(/skipped 300 .*p0.* and 292 more/)
})
