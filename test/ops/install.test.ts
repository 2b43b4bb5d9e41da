import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

/** A project with one locked skill from `<root>/source`. */
async function projectWithOne(files: Record<string, string> = {}): Promise<TestIo> {
  const io = testIo()
  writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one'), ...files })
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant: 'requested' }, io)
  return io
}

/** Another checkout of the two files, on a machine with an empty store. */
function checkout(io: TestIo): TestIo {
  const { 'skills.json': project = '', 'skills.lock': lock = '' } = readTreeText(io.project)
  writeTree(join(io.root, 'elsewhere/project'), { 'skills.json': project, 'skills.lock': lock })
  writeTree(join(io.root, 'elsewhere/source'), readTreeText(join(io.root, 'source')))
  return ioAt(join(io.root, 'elsewhere'))
}

describe('install --frozen', () => {
  it('recreates the locked tree byte for byte on another machine', async () => {
    const io = await projectWithOne({ 'scripts/run.sh': '#!/bin/sh\necho hi\n' })
    const other = checkout(io)
    const result = await install({ frozen: true }, other)
    expect(result.skills.map(({ name, status }) => [name, status])).toEqual([['one', 'installed']])
    expect(readTreeText(other.project)).toEqual(readTreeText(io.project))
  })

  it('changes nothing when everything stands', async () => {
    const io = await projectWithOne()
    const before = readTreeText(io.project)
    const result = await install({ frozen: true, offline: true }, io)
    expect(result.skills.map(({ status }) => status)).toEqual(['unchanged'])
    expect(readTreeText(io.project)).toEqual(before)
  })

  it('refuses a lock that does not match skills.json', async () => {
    const io = await projectWithOne()
    const file = join(io.project, 'skills.json')
    const project = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...project, skills: { ...project.skills, two: './two' } }))
    await expect(install({ frozen: true }, io)).toThrowCode('lock_stale')
    writeFileSync(file, JSON.stringify({ ...project, skills: {} }))
    await expect(install({ frozen: true }, io)).toThrowCode('lock_stale')
    writeFileSync(file, JSON.stringify({ ...project, skills: { one: '../other' } }))
    await expect(install({ frozen: true }, io)).toThrowCode('lock_stale')
  })

  it('needs a lock and a project', async () => {
    const io = await projectWithOne()
    rmSync(join(io.project, 'skills.lock'))
    await expect(install({ frozen: true }, io)).toThrowCode('lock_missing')
    rmSync(join(io.project, 'skills.json'))
    await expect(install({ frozen: true }, io)).toThrowCode('project_missing')
  })

  it('refuses a lock without skills.json whose address is not where its spec leads', async () => {
    const io = await projectWithOne()
    const file = join(io.project, 'skills.lock')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"spec": "../source"', '"spec": "../other"'))
    rmSync(join(io.project, 'skills.json'))
    await expect(install({ frozen: true }, io)).toThrowCode('lock_stale')
  })

  it('refuses other content under a locked address', async () => {
    const other = checkout(await projectWithOne())
    writeFileSync(join(other.root, 'source/SKILL.md'), skillMd('one', 'Changed.'))
    await expect(install({ frozen: true }, other)).toThrowCode('integrity_mismatch')
    expect(Object.keys(readTreeText(other.project))).toEqual(['skills.json', 'skills.lock'])
  })

  it('restores from the store alone', async () => {
    const io = await projectWithOne()
    rmSync(join(io.project, '.agents'), { recursive: true })
    rmSync(join(io.root, 'source'), { recursive: true })
    await install({ frozen: true, offline: true }, io)
    expect(readFileSync(join(io.project, '.agents/skills/one/SKILL.md'), 'utf8')).toBe(skillMd('one'))
  })

  it('does not repair an edited copy silently', async () => {
    const io = await projectWithOne()
    const copy = join(io.project, '.agents/skills/one/SKILL.md')
    writeFileSync(copy, 'mine')
    await expect(install({ frozen: true }, io)).toThrowCode('local_edits')
    await install({ frozen: true, force: true }, io)
    expect(readFileSync(copy, 'utf8')).toBe(skillMd('one'))
  })

  it('refuses to work through a link that leads out of the project', async () => {
    const other = checkout(await projectWithOne())
    const { symlinkSync, mkdirSync } = await import('node:fs')
    mkdirSync(join(other.root, 'outside'))
    symlinkSync('../outside', join(other.project, '.agents'))
    await expect(install({ frozen: true }, other)).toThrowCode('link_unsafe')
    expect(readTreeText(join(other.root, 'outside'))).toEqual({})
  })
})

describe('install', () => {
  it('locks what skills.json asks for and the lock lacks, with consent', async () => {
    const io = testIo()
    writeTree(io.root, {
      'source/SKILL.md': skillMd('one'),
      'source/skill.toml': skillToml('one', ['h.example.org']),
    })
    writeTree(io.project, { 'skills.json': '{"skills":{"one":"../source"},"agents":[]}' })
    await expect(install({}, io)).toThrowCode('consent_required')
    const result = await install({ grant: 'requested' }, io)
    expect(result.skills.map(({ name, status }) => [name, status])).toEqual([['one', 'locked']])
    expect((await install({}, io)).skills[0]?.status).toBe('unchanged')
  })

  it('takes away what skills.json no longer asks for', async () => {
    const io = await projectWithOne()
    const file = join(io.project, 'skills.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), skills: {} }))
    expect((await install({ removeAll: true }, io)).removed).toEqual(['one'])
    expect(Object.keys(readTreeText(io.project))).toEqual(['skills.json', 'skills.lock'])
  })
})

describe('a skills.json that asks for no skill any more', () => {
  const emptied = async (ask?: Parameters<typeof ioAt>[1]): Promise<TestIo> => {
    const io = await projectWithOne()
    writeFileSync(join(io.project, 'skills.json'), '{"agents":["claude-code"]}')
    return ioAt(io.root, ask)
  }

  it('removes nothing without a word, and everything with one', async () => {
    const silent = await emptied()
    const before = readTreeText(silent.project)
    const error = await install({}, silent).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'removal_unconfirmed',
      hint: expect.stringContaining('--remove-all') as string,
    })
    const questions: string[] = []
    const refusing = ioAt(silent.root, { confirm: async (question) => (questions.push(question), false) })
    await expect(install({}, refusing)).toThrowCode('removal_unconfirmed')
    expect(questions).toEqual([expect.stringContaining('Remove the one skill of skills.lock?')])
    expect(readTreeText(silent.project)).toEqual(before)
    expect((await install({}, ioAt(silent.root, { confirm: async () => true }))).removed).toEqual(['one'])
  })

  it('is told in a dry run, which asks nothing', async () => {
    expect((await install({ dryRun: true }, await emptied())).removed).toEqual(['one'])
  })
})

it('names skills.json for an agent in it that is not known, and changes nothing', async () => {
  const io = await projectWithOne()
  const file = join(io.project, 'skills.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('claude-code', 'claude-cod'))
  rmSync(join(io.project, '.agents'), { recursive: true })
  const before = readTreeText(io.project)
  const error = await install({}, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'project_invalid',
    hint: expect.stringContaining('did you mean claude-code?') as string,
    details: { file, field: 'agents' },
  })
  expect(readTreeText(io.project)).toEqual(before)
})

describe('a dry run refuses what the real run refuses', () => {
  const links = [
    ['.agents', 'link_unsafe'],
    ['.agents/skills', 'link_unsafe'],
    ['.claude', 'link_conflict'],
    ['.claude/skills', 'link_conflict'],
  ] as const
  it.each(links)('%s as a link out of the project', async (folder, code) => {
    const io = await projectWithOne()
    mkdirSync(join(io.root, 'victim'))
    rmSync(join(io.project, folder), { recursive: true })
    symlinkSync(join(io.root, 'victim'), join(io.project, folder))
    const again = { sources: [parseSpec('../source')], grant: 'requested' as const, force: true }
    for (const dryRun of [true, false]) {
      await expect(install({ frozen: true, dryRun }, io)).toThrowCode(code)
      await expect(install({ dryRun }, io)).toThrowCode(code)
      await expect(add({ ...again, dryRun }, io)).toThrowCode(code)
    }
    expect(readTreeText(join(io.root, 'victim'))).toEqual({})
  })
})

it.each([true, false])('install tells all edited copies at once (dry run: %s)', async (dryRun) => {
  const io = testIo()
  const names = ['one', 'three', 'two']
  for (const name of names) writeTree(join(io.root, 'many', name), { 'SKILL.md': skillMd(name) })
  await add({ sources: [parseSpec('../many')], all: true, grant: 'requested' }, io)
  for (const name of ['one', 'two'])
    writeFileSync(join(io.project, '.agents/skills', name, 'SKILL.md'), skillMd(name, 'Edited.'))
  await expect(install({ frozen: true, dryRun }, io)).rejects.toMatchObject({
    code: 'local_edits',
    exit: 3,
    problems: [
      { skill: 'one', code: 'local_edits' },
      { skill: 'two', code: 'local_edits' },
    ],
  })
})

describe('install in a dry run', () => {
  it('tells what stands from what would be installed, and writes nothing', async () => {
    const io = await projectWithOne()
    const statuses = async (frozen: boolean): Promise<unknown> =>
      (await install({ frozen, dryRun: true }, io)).skills.map(({ name, status }) => [name, status])
    expect(await statuses(true)).toEqual([['one', 'unchanged']])
    rmSync(join(io.project, '.agents'), { recursive: true })
    writeTree(join(io.project, 'two'), { 'SKILL.md': skillMd('two') })
    const file = join(io.project, 'skills.json')
    expect(await statuses(true)).toEqual([['one', 'installed']])
    const project = JSON.parse(readFileSync(file, 'utf8')) as { skills: object }
    writeFileSync(file, JSON.stringify({ ...project, skills: { ...project.skills, two: './two' } }))
    const before = readTreeText(io.project)
    expect(await statuses(false)).toEqual([
      ['one', 'installed'],
      ['two', 'locked'],
    ])
    expect(readTreeText(io.project)).toEqual(before)
  })

  it('knows what a lock without skills.json asks for', async () => {
    const io = await projectWithOne()
    rmSync(join(io.project, 'skills.json'))
    const { skills, removed } = await install({ frozen: true, dryRun: true }, io)
    expect([skills.map(({ status }) => status), removed]).toEqual([['unchanged'], []])
  })

  it('refuses what the real run would refuse, without a question', async () => {
    const io = await projectWithOne()
    writeFileSync(join(io.project, '.agents/skills/one/SKILL.md'), 'mine')
    const asking = ioAt(io.root, { confirm: () => Promise.reject(new Error('asked')) })
    await expect(install({ dryRun: true }, asking)).toThrowCode('local_edits')
    expect((await install({ dryRun: true, force: true }, asking)).skills[0]?.status).toBe('installed')
  })
})
