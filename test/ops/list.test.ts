import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { list } from '../../src/ops/list.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

it('lists what is locked with version, grant and place, in the order of the names', async () => {
  const io = testIo()
  const files = {
    'zeta/SKILL.md': skillMd('zeta'),
    'alpha/SKILL.md': skillMd('alpha'),
    'alpha/skill.toml': skillToml('alpha', ['api.example.org'], '2.1.0'),
  }
  const source = parseSpec(writeTree(join(io.project, 'source'), files))
  await add({ sources: [source], all: true, agents: ['codex'], grant: 'requested' }, io)
  const { skills, agents, root } = await list({}, io)
  expect({ agents, root }).toEqual({ agents: ['codex'], root: io.project })
  expect(skills.map(({ name }) => name)).toEqual(['alpha', 'zeta'])
  expect(skills[0]).toMatchObject({
    version: '2.1.0',
    capabilities: { network: { hosts: ['api.example.org'] } },
    signer: 'unsigned',
    installed: true,
    path: '.agents/skills/alpha',
  })
  expect(skills[1]).not.toHaveProperty('version')
})

it('says which are not installed, from the lock alone', async () => {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  await add({ sources: [source] }, io)
  for (const path of [join(io.project, '.agents'), join(io.root, 'one'), io.settings.dataDir]) {
    rmSync(path, { recursive: true })
  }
  expect((await list({}, io)).skills.map(({ name, installed }) => [name, installed])).toEqual([
    ['one', false],
  ])
})

it('keeps the project and the user apart', async () => {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  await add({ sources: [source], global: true }, io)
  expect((await list({}, io)).skills).toEqual([])
  expect(await list({ global: true }, io)).toMatchObject({ scope: 'global', root: io.home, skills: [{}] })
})

it('has nothing to list where there is no project, and writes nothing', async () => {
  const io = testIo()
  expect(await list({}, io)).toEqual({ scope: 'project', root: io.project, agents: [], skills: [] })
  expect(readTreeText(io.root)).toEqual({})
})

it.each([
  ['skill_md_missing', () => {}],
  ['skill_md_empty', (file: string) => writeFileSync(file, '')],
  ['skill_md_broken', (file: string) => writeFileSync(file, Buffer.alloc(40))],
  ['skill_md_broken', (file: string) => symlinkSync('/dev/null', file)],
  ['skill_md_broken', (file: string) => mkdirSync(file)],
  ['ok', (file: string) => writeFileSync(file, `\uFEFF${skillMd('one')}`)],
])('shows a skill whose SKILL.md is gone or destroyed as what it is: %s', async (status, destroy) => {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  await add({ sources: [source] }, io)
  expect((await list({}, io)).skills).toMatchObject([{ status: 'ok' }])
  const file = join(io.project, '.agents/skills/one/SKILL.md')
  rmSync(file)
  destroy(file)
  expect((await list({}, io)).skills).toMatchObject([{ installed: true, status }])
})

it('shows a file in the place of a skill as one without SKILL.md', async () => {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  await add({ sources: [source] }, io)
  const place = join(io.project, '.agents/skills/one')
  rmSync(place, { recursive: true })
  writeFileSync(place, 'text')
  expect((await list({}, io)).skills).toMatchObject([{ installed: true, status: 'skill_md_missing' }])
})
