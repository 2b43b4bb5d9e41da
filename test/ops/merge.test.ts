import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { grantCapabilities, revokeCapabilities } from '../../src/ops/capabilities.ts'
import { install, type InstallResult } from '../../src/ops/install.ts'
import { remove } from '../../src/ops/remove.ts'
import { update } from '../../src/ops/update.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { git, makeRepo, type TestRepo } from '../support/git-repo.ts'
import { skillMd, skillToml } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

interface Work {
  readonly io: TestIo
  readonly source: TestRepo
  /** Adds a skill of the source. */
  add(name: string): Promise<unknown>
  /** Does each on a branch of its own and merges the second into the first; gives git's exit status. */
  merge(ours: () => Promise<unknown>, theirs: () => Promise<unknown>): Promise<number>
}

const NAMES = ['aa', 'mm', 'nn', 'zz'] as const

/** A project in git with `mm` and `nn` of a source that has four skills. */
async function project(): Promise<Work> {
  const io = testIo()
  const files = Object.fromEntries(
    NAMES.flatMap((name) => [
      [`${name}/SKILL.md`, skillMd(name)],
      [`${name}/skill.toml`, skillToml(name, ['one.example', 'two.example'])],
    ]),
  )
  const source = makeRepo(files, join(io.root, 'source'))
  makeRepo({ '.gitignore': '.agents\n.claude\n' }, io.project)
  const addOne = (name: string): Promise<unknown> =>
    add(
      { sources: [parseSpec(`git+${source.url}#path:${name}`)], agents: ['claude-code'], grant: 'requested' },
      io,
    )
  for (const name of ['mm', 'nn']) await addOne(name)
  const commit = (): void => {
    git(io.project, ['add', '--all'])
    git(io.project, ['commit', '--quiet', '--allow-empty', '--message', 'skills'])
  }
  commit()
  return {
    io,
    source,
    add: addOne,
    async merge(ours, theirs) {
      for (const [branch, work] of [
        ['theirs', theirs],
        ['ours', ours],
      ] as const) {
        git(io.project, ['checkout', '--quiet', '-b', branch, 'main'])
        await install({ frozen: true }, io)
        await work()
        commit()
      }
      const env = {
        PATH: process.env.PATH,
        HOME: io.root,
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@b',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@b',
      }
      return spawnSync('git', ['merge', '--no-edit', 'theirs'], { cwd: io.project, env }).status ?? -1
    },
  }
}

async function namesOf({ io }: Work): Promise<string[]> {
  const { ok, skills } = await verify({ names: [] }, io)
  expect(ok).toBe(true)
  return skills.map(({ name }) => name)
}

const told = ({ resolved }: InstallResult): string[] => resolved.map(({ name, how }) => `${name} ${how}`)

describe('a merge of git', () => {
  it('is accepted where git made it cleanly: skills at both ends of the lock', async () => {
    const work = await project()
    expect(
      await work.merge(
        () => work.add('aa'),
        () => work.add('zz'),
      ),
    ).toBeGreaterThanOrEqual(0)
    const file = join(work.io.project, 'skills.json')
    if (readFileSync(file, 'utf8').includes('<<<<<<<')) await install({ resolve: true }, work.io)
    await install({ frozen: true }, work.io)
    expect(await namesOf(work)).toEqual(['aa', 'mm', 'nn', 'zz'])
  })

  it('in which both added a skill is resolved with both', async () => {
    const work = await project()
    expect(
      await work.merge(
        () => work.add('zz'),
        () => work.add('aa'),
      ),
    ).not.toBe(0)
    for (const frozen of [true, false])
      await expect(install({ frozen }, work.io)).toThrowCode('project_conflict')
    await expect(install({ frozen: true, resolve: true }, work.io)).toThrowCode('usage')
    await install({ resolve: true }, work.io)
    expect(await namesOf(work)).toEqual(['aa', 'mm', 'nn', 'zz'])
    expect((await install({ frozen: true, resolve: false }, work.io)).resolved).toEqual([])
  })

  it('in which one added and one removed a skill follows both', async () => {
    const work = await project()
    const removing = (): Promise<unknown> => remove({ names: ['nn'] }, work.io)
    expect(await work.merge(() => work.add('zz'), removing)).not.toBe(0)
    const dry = await install({ resolve: true, dryRun: true }, work.io)
    expect(dry.skills.map(({ name }) => name)).toEqual(['mm', 'zz'])
    await install({ resolve: true }, work.io)
    expect(await namesOf(work)).toEqual(['mm', 'zz'])
  })

  it('in which both moved the same skill on resolves it anew', async () => {
    const work = await project()
    const moving = (body: string) => async (): Promise<unknown> => {
      work.source.commit({ 'mm/SKILL.md': skillMd('mm', body) })
      return update({ names: ['mm'] }, work.io)
    }
    expect(await work.merge(moving('Second.'), moving('First.'))).not.toBe(0)
    await expect(install({}, work.io)).toThrowCode('lock_conflict')
    expect(told(await install({ resolve: true }, work.io))).toEqual(['mm anew'])
    expect(await namesOf(work)).toEqual(['mm', 'nn'])
  })

  it('in which both gave other grants keeps the narrower, and asks for no more', async () => {
    const work = await project()
    const granting = (host: string) => async (): Promise<unknown> => {
      await revokeCapabilities({ names: ['mm'] }, work.io)
      const file = join(work.io.root, 'grant.json')
      writeFileSync(file, JSON.stringify({ network: { hosts: [host] } }))
      return grantCapabilities({ names: ['mm'], grant: { file } }, work.io)
    }
    expect(await work.merge(granting('one.example'), granting('two.example'))).not.toBe(0)
    expect(told(await install({ resolve: true }, work.io))).toEqual(['mm narrowed'])
    const lock = JSON.parse(readFileSync(join(work.io.project, 'skills.lock'), 'utf8')) as {
      skills: Record<string, { capabilities: unknown; requested: unknown }>
    }
    expect(lock.skills.mm).toMatchObject({
      capabilities: {},
      requested: { network: { hosts: ['one.example', 'two.example'] } },
    })
  })

  it('in which both added the same skill has it once', async () => {
    const work = await project()
    await work.merge(
      () => work.add('zz'),
      () => work.add('zz'),
    )
    await install({ frozen: true }, work.io)
    expect(await namesOf(work)).toEqual(['mm', 'nn', 'zz'])
  })

  it('in which both ask for the same skill elsewhere is refused by name, and nothing is changed', async () => {
    const work = await project()
    const asking = (ref: string) => async (): Promise<unknown> => {
      work.source.git('branch', ref)
      return add(
        { sources: [parseSpec(`git+${work.source.url}#${ref}&path:zz`)], agents: [], grant: 'requested' },
        work.io,
      )
    }
    await work.merge(asking('one'), asking('two'))
    const before = execFileSync('git', ['diff'], { cwd: work.io.project }).toString()
    const error = await install({ resolve: true }, work.io).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'project_conflict', details: { field: 'skills.zz' } })
    expect(execFileSync('git', ['diff'], { cwd: work.io.project }).toString()).toBe(before)
  })

  it('is resolved by its markers alone where git knows nothing of it', async () => {
    const work = await project()
    const moving = (body: string) => async (): Promise<unknown> => {
      await work.add(body === 'First.' ? 'aa' : 'zz')
      work.source.commit({ 'mm/SKILL.md': skillMd('mm', body) })
      return update({ names: ['mm'] }, work.io)
    }
    await work.merge(moving('Second.'), moving('First.'))
    git(work.io.project, ['add', '--all'])
    expect(told(await install({ resolve: true }, work.io))).toContain('mm anew')
    expect(await namesOf(work)).toEqual(['aa', 'mm', 'nn', 'zz'])
  })
})
