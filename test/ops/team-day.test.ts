import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install, type InstallResult } from '../../src/ops/install.ts'
import { prune } from '../../src/ops/prune.ts'
import { remove } from '../../src/ops/remove.ts'
import { update } from '../../src/ops/update.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { git, makeRepo, type TestRepo } from '../support/git-repo.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'

interface Team {
  readonly source: TestRepo
  readonly ann: TestIo
  /** Commits what Ann has and pulls it into the checkout. */
  pull(io: TestIo): void
  /** A checkout of a colleague with a home of his own. */
  join(name: string): TestIo
}

/** Ann's project with `one` and `two`, in a repository that ignores or holds `.agents` and `.claude`. */
async function team({ commits = false, copy = false } = {}): Promise<Team> {
  const ann = testIo()
  const files = { 'one/SKILL.md': skillMd('one'), 'two/SKILL.md': skillMd('two') }
  const source = makeRepo(files, join(ann.root, 'source'))
  const request = { sources: [parseSpec(`git+${source.url}`)], all: true, agents: ['claude-code'], copy }
  makeRepo(commits ? { note: '' } : { '.gitignore': '.agents\n.claude\n' }, ann.project)
  await add({ ...request, grant: 'requested' }, ann)
  const commit = (): void => {
    git(ann.project, ['add', '--all'])
    git(ann.project, ['commit', '--quiet', '--allow-empty', '--message', 'skills'])
  }
  commit()
  return {
    source,
    ann,
    pull(io) {
      commit()
      git(io.project, ['pull', '--quiet', '--ff-only'])
    },
    join(name) {
      const root = join(ann.root, name)
      mkdirSync(root)
      git(root, ['clone', '--quiet', ann.project, 'project'])
      return ioAt(root)
    },
  }
}

const changed = ({ skills }: InstallResult): string[] =>
  skills.filter(({ status }) => status !== 'unchanged').map(({ name, status }) => `${name} ${status}`)
const inCi = (io: TestIo): TestIo => ({ ...io, settings: { ...io.settings, ci: true } })
const isRight = async (io: TestIo): Promise<boolean> => (await verify({ names: [] }, io)).ok

/** Ann moves `one` on. */
async function moveOn({ source, ann }: Team): Promise<void> {
  source.commit({ 'one/SKILL.md': skillMd('one', 'Do it better.') })
  await update({ names: [] }, ann)
}

describe('a pulled lock', () => {
  it.each([true, false])('is installed without a question, frozen: %s', async (frozen) => {
    const work = await team()
    const bob = work.join('bob')
    await install({ frozen: true }, bob)
    await moveOn(work)
    work.pull(bob)
    expect(changed(await install({ frozen }, bob))).toEqual(['one replaced'])
    expect(await isRight(bob)).toBe(true)
  })

  it('is installed back and forth between commits', async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    await moveOn(work)
    work.pull(bob)
    for (const commit of ['HEAD', 'HEAD~1', 'main', 'HEAD~1']) {
      git(bob.project, ['checkout', '--quiet', commit])
      await install({ frozen: true }, bob)
      expect(await isRight(bob)).toBe(true)
    }
  })

  it("is installed where copies stand in the agents' folders", async () => {
    const work = await team({ copy: true })
    const bob = work.join('bob')
    await install({}, bob)
    await moveOn(work)
    work.pull(bob)
    await install({ frozen: true }, bob)
    expect(readFileSync(join(bob.project, '.claude/skills/one/SKILL.md'), 'utf8')).toContain('better')
    expect(await isRight(bob)).toBe(true)
  })

  it('is installed by a machine that kept the copies and lost its home, and what goes is kept', async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({ frozen: true }, bob)
    await moveOn(work)
    work.pull(bob)
    rmSync(bob.home, { recursive: true })
    expect(changed(await install({ frozen: true }, bob))).toEqual(['one replaced'])
    git(bob.project, ['checkout', '--quiet', 'HEAD~1'])
    rmSync(join(work.ann.root, 'source'), { recursive: true })
    await install({ frozen: true, offline: true }, bob)
    expect(await isRight(bob)).toBe(true)
  })

  it('does not take an edit for an older version', async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    writeFileSync(join(bob.project, '.agents/skills/one/SKILL.md'), 'mine')
    await moveOn(work)
    work.pull(bob)
    const error = await install({ frozen: true }, bob).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'local_edits',
      message: '.agents/skills/one was edited since it was installed',
    })
    expect(readFileSync(join(bob.project, '.agents/skills/one/SKILL.md'), 'utf8')).toBe('mine')
    await install({ frozen: true, force: true }, bob)
    expect(await isRight(bob)).toBe(true)
  })

  it('says of a folder that nobody installed that it is other content, not an edit', async () => {
    const work = await team()
    const bob = work.join('bob')
    writeTree(bob.project, { '.agents/skills/one/SKILL.md': 'mine' })
    const error = await install({ frozen: true }, bob).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'local_edits',
      message: expect.stringContaining('holds other content') as string,
    })
  })

  it('replaces copies that git checked out with CRLF line ends, and says why', async () => {
    const work = await team({ commits: true })
    const root = join(work.ann.root, 'win')
    const env = { PATH: process.env.PATH, HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
    const flags = ['--quiet', '-c', 'core.autocrlf=true']
    mkdirSync(root)
    execFileSync('git', ['clone', ...flags, work.ann.project, join(root, 'project')], { env })
    const win = ioAt(root)
    const [lock, project] = ['skills.lock', 'skills.json'].map((path) =>
      readFileSync(join(win.project, path), 'utf8'),
    )
    expect(lock).toContain('\r\n')
    expect(changed(await install({ frozen: true }, win))).toEqual(['one replaced', 'two replaced'])
    expect(win.notices[0]).toMatchObject({
      code: 'line_ends',
      hint: expect.stringContaining('.gitattributes') as string,
    })
    expect(changed(await install({}, win))).toEqual([])
    expect(readTreeText(win.project)).toMatchObject({ 'skills.lock': lock, 'skills.json': project })
    expect(await isRight(win)).toBe(true)
  })
})

describe('a skill that a colleague removed', () => {
  it.each([true, false])('goes with its links, frozen: %s', async (frozen) => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    await remove({ names: ['one'] }, work.ann)
    work.pull(bob)
    expect((await verify({ names: [] }, bob)).ok).toBe(false)
    expect((await install({ frozen, dryRun: true }, bob)).removed).toEqual(['one'])
    expect((await install({ frozen }, bob)).removed).toEqual(['one'])
    expect(Object.keys(readTreeText(bob.project)).filter((path) => path.includes('one'))).toEqual([])
    expect(await isRight(bob)).toBe(true)
    expect((await install({ frozen }, bob)).removed).toEqual([])
  })

  it('goes by name, too', async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    await remove({ names: ['one'] }, work.ann)
    work.pull(bob)
    expect((await remove({ names: ['one'] }, bob)).removed).toEqual(['one'])
    expect(existsSync(join(bob.project, '.agents/skills/one'))).toBe(false)
    expect(await isRight(bob)).toBe(true)
  })

  it('goes with prune, too', async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    await remove({ names: ['one'] }, work.ann)
    work.pull(bob)
    expect((await prune({ dryRun: true }, bob)).skills).toEqual(['one'])
    expect((await prune({}, bob)).skills).toEqual(['one'])
    expect(await isRight(bob)).toBe(true)
  })

  it('goes in CI that keeps the copies and begins with an empty home', async () => {
    const work = await team()
    const ci = inCi(work.join('ci'))
    await install({ frozen: true }, ci)
    await remove({ names: ['one'] }, work.ann)
    work.pull(ci)
    rmSync(ci.home, { recursive: true })
    expect((await install({ frozen: true }, ci)).removed).toEqual(['one'])
  })

  it('stays where it was edited, and verify tells of it', async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    const copy = join(bob.project, '.agents/skills/one/SKILL.md')
    writeFileSync(copy, 'mine')
    await remove({ names: ['one'] }, work.ann)
    work.pull(bob)
    expect((await install({ frozen: true }, bob)).removed).toEqual([])
    expect(readFileSync(copy, 'utf8')).toBe('mine')
    expect(await verify({ names: [] }, bob)).toMatchObject({
      ok: false,
      stale: [{ path: '.agents/skills/one', state: 'edited' }],
    })
  })

  it("leaves what nobody installed, in the shared folder and in an agent's", async () => {
    const work = await team()
    const bob = work.join('bob')
    await install({}, bob)
    writeTree(bob.project, { '.agents/skills/mine/SKILL.md': 'a', '.claude/skills/own/SKILL.md': 'b' })
    symlinkSync('../../.agents/skills/mine', join(bob.project, '.claude/skills/mine'))
    expect((await install({}, bob)).removed).toEqual([])
    expect(await verify({ names: [] }, bob)).toMatchObject({
      ok: true,
      unknown: ['mine', '.claude/skills/mine', '.claude/skills/own'],
    })
  })
})
