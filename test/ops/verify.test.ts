import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { verify, type VerifyResult } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

const FILES = {
  'one/SKILL.md': skillMd('one'),
  'one/a.txt': 'a',
  'one/deep/b.txt': 'b',
  'two/SKILL.md': skillMd('two'),
}

async function projectWithTwo(): Promise<TestIo> {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'source'), FILES))
  await add({ sources: [source], all: true, agents: ['claude-code'] }, io)
  return io
}

const copyOf = (io: TestIo, path: string): string => join(io.project, '.agents/skills', path)

async function verified(io: TestIo, name: string): Promise<VerifyResult['skills'][number] | undefined> {
  const { skills, ok } = await verify({ names: [name] }, io)
  expect(ok).toBe(false)
  return skills[0]
}

describe('verify', () => {
  it('finds nothing in what was just installed, and says how much it looked at', async () => {
    const io = await projectWithTwo()
    const before = readTreeText(io.root)
    const result = await verify({ names: [] }, io)
    expect(result).toMatchObject({ scope: 'project', root: io.project, ok: true, claims: [], unknown: [] })
    expect(result.skills.map(({ name, status }) => [name, status])).toEqual([
      ['one', 'ok'],
      ['two', 'ok'],
    ])
    const bytes = Object.values(FILES).reduce((sum, text) => sum + text.length, 0)
    expect(result.counts).toEqual({ skills: 2, files: 4, bytes })
    expect(readTreeText(io.root)).toEqual(before)
  })

  it('names every file that was changed, added or taken away', async () => {
    const io = await projectWithTwo()
    writeFileSync(copyOf(io, 'one/SKILL.md'), `${skillMd('one')} `)
    writeFileSync(copyOf(io, 'one/deep/new.txt'), '')
    rmSync(copyOf(io, 'one/a.txt'))
    const before = readTreeText(io.root)
    expect(await verified(io, 'one')).toMatchObject({
      status: 'modified',
      files: [
        { path: 'SKILL.md', change: 'changed' },
        { path: 'a.txt', change: 'missing' },
        { path: 'deep/new.txt', change: 'added' },
      ],
      links: [],
    })
    expect(readTreeText(io.root)).toEqual(before)
    expect((await verify({ names: ['two'] }, io)).ok).toBe(true)
  })

  it('notices one changed byte also where the store no longer knows what stood there', async () => {
    const io = await projectWithTwo()
    rmSync(join(io.settings.dataDir, 'store'), { recursive: true })
    expect((await verify({ names: [] }, io)).ok).toBe(true)
    writeFileSync(copyOf(io, 'two/SKILL.md'), skillMd('two').replace('Do it', 'Do IT'))
    expect(await verified(io, 'two')).toMatchObject({
      status: 'modified',
      files: [{ path: 'SKILL.md', change: 'unknown' }],
    })
  })

  it('tells a skill that is missing from one that was never locked', async () => {
    const io = await projectWithTwo()
    rmSync(copyOf(io, 'one'), { recursive: true })
    const project = JSON.parse(readTreeText(io.project)['skills.json'] ?? '') as { skills: object }
    const skills = { ...project.skills, three: './three' }
    writeFileSync(join(io.project, 'skills.json'), JSON.stringify({ ...project, skills }))
    expect(await verified(io, 'one')).toMatchObject({ status: 'missing', files: [] })
    expect(await verified(io, 'three')).toMatchObject({ status: 'unlocked', integrity: '' })
  })

  it('takes a link in the place of the copy for a change, wherever it leads', async () => {
    const io = await projectWithTwo()
    rmSync(copyOf(io, 'one'), { recursive: true })
    symlinkSync(join(io.root, 'source/one'), copyOf(io, 'one'))
    expect(await verified(io, 'one')).toMatchObject({
      status: 'modified',
      files: [{ path: '.', change: 'unknown' }],
    })
  })

  it('names links that are gone or lead elsewhere', async () => {
    const io = await projectWithTwo()
    for (const name of ['one', 'two']) rmSync(join(io.project, '.claude/skills', name))
    symlinkSync('../../.agents/skills/one', join(io.project, '.claude/skills/two'))
    expect(await verified(io, 'one')).toMatchObject({
      status: 'ok',
      links: [{ path: '.claude/skills/one', problem: 'missing' }],
    })
    expect(await verified(io, 'two')).toMatchObject({
      status: 'ok',
      links: [{ path: '.claude/skills/two', problem: 'elsewhere' }],
    })
  })

  it('lists folders that are not locked, and takes them for no drift', async () => {
    const io = await projectWithTwo()
    mkdirSync(copyOf(io, 'mine'))
    expect(await verify({ names: [] }, io)).toMatchObject({ ok: true, unknown: ['mine'] })
  })

  it('wants a project and names that are in it', async () => {
    const io = await projectWithTwo()
    const error = await verify({ names: ['oen'] }, io).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'skill_not_found', hint: 'did you mean "one"?' })
    await expect(verify({ names: [] }, testIo())).toThrowCode('project_missing')
  })
})
