import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { git, makeRepo } from '../support/git-repo.ts'
import { runCli } from '../support/run-cli.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'

const RUN = '.agents/skills/one/scripts/run.sh'
const TEXT = '.agents/skills/one/SKILL.md'

/** A project with a skill that has a script; copied for Claude Code on request. */
async function project({ copy = false } = {}): Promise<TestIo> {
  const io = testIo()
  writeTree(io.project, { 'local/SKILL.md': skillMd('one'), 'local/scripts/run.sh': '#!/bin/sh\ntrue\n' })
  const sources = [parseSpec('./local')]
  await add({ sources, agents: ['claude-code'], copy, grant: 'requested' }, io)
  return io
}

const modeOf = (io: TestIo, path: string): string =>
  (statSync(join(io.project, path)).mode & 0o7777).toString(8)
const set = (io: TestIo, path: string, mode: number): void => chmodSync(join(io.project, path), mode)

async function findings(io: TestIo): Promise<unknown[]> {
  const { ok, skills } = await verify({ names: [] }, io)
  const found = skills.flatMap(({ files, links }) => [...files, ...links])
  expect(ok).toBe(found.length === 0)
  return found
}

describe.skipIf(process.platform === 'win32')('permission bits', () => {
  it.each([
    ['a lost x', RUN, 0o644],
    ['an x too many', TEXT, 0o755],
    ['set-uid', RUN, 0o4755],
    ['a file that anybody may write', TEXT, 0o666],
  ])('%s is drift for verify, and mended by install and ci', async (_what, path, mode) => {
    const io = await project()
    const right = modeOf(io, path)
    const lock = readFileSync(join(io.project, 'skills.lock'), 'utf8')
    for (const frozen of [true, false]) {
      set(io, path, mode)
      const expected = path === RUN ? '0755' : '0644'
      const file = path.slice('.agents/skills/one/'.length)
      const found = { path: file, change: 'mode', mode: mode.toString(8).padStart(4, '0'), expected }
      expect(await findings(io)).toEqual([found])
      const dry = await install({ frozen, dryRun: true }, io)
      expect([dry.skills[0]?.status, modeOf(io, path)]).toEqual(['mended', mode.toString(8)])
      expect((await install({ frozen, offline: true }, io)).skills[0]?.status).toBe('mended')
      expect(modeOf(io, path)).toBe(right)
      expect(await findings(io)).toEqual([])
      expect((await install({ frozen }, io)).skills[0]?.status).toBe('unchanged')
    }
    expect(readFileSync(join(io.project, 'skills.lock'), 'utf8')).toBe(lock)
  })

  it('that a narrower or wider umask gives are no finding', async () => {
    const io = await project()
    for (const [run, text] of [
      [0o700, 0o600],
      [0o775, 0o664],
      [0o555, 0o444],
    ] as const) {
      set(io, RUN, run)
      set(io, TEXT, text)
      expect(await findings(io)).toEqual([])
      expect((await install({ frozen: true }, io)).skills[0]?.status).toBe('unchanged')
      expect([modeOf(io, RUN), modeOf(io, TEXT)]).toEqual([run.toString(8), text.toString(8)])
    }
  })

  it('that git lost in a commit are mended', async () => {
    const io = await project()
    makeRepo({ note: '' }, io.project)
    git(io.project, ['add', '--all'])
    git(io.project, ['update-index', '--chmod=-x', RUN])
    git(io.project, ['commit', '--quiet', '--message', 'skills'])
    git(io.root, ['clone', '--quiet', io.project, 'clone'])
    const clone = ioAt(io.root, undefined, 'clone')
    const isMode = (one: unknown): boolean => JSON.stringify(one).includes('"mode":"06')
    expect((await findings(clone)).filter(isMode)).toHaveLength(1)
    await install({ frozen: true }, clone)
    expect(await findings(clone)).toEqual([])
  })

  it("of copies in agents' folders are mended too", async () => {
    const io = await project({ copy: true })
    const copy = '.claude/skills/one/scripts/run.sh'
    set(io, copy, 0o644)
    expect(await findings(io)).toEqual([{ path: '.claude/skills/one', problem: 'modified' }])
    await install({ frozen: true }, io)
    expect(modeOf(io, copy)).toBe(modeOf(io, RUN))
    expect(await findings(io)).toEqual([])
  })

  it('are set right by add and by a forced change of an edit as well', async () => {
    const io = await project()
    set(io, RUN, 0o644)
    await add({ sources: [parseSpec('./local')], grant: 'requested' }, io)
    expect(await findings(io)).toEqual([])
  })

  it('are told in words', async () => {
    const io = await project()
    set(io, RUN, 0o4755)
    const at = { cwd: io.project, env: { HOME: io.home, PATH: process.env.PATH ?? '' } }
    const told = await runCli(['verify'], at)
    expect(told.stdout).toMatch(/mode +scripts\/run\.sh +4755, not 0755/)
    expect(told.exit).toBe(4)
    expect((await runCli(['ci'], at)).stdout).toMatch(/~ +one +permission bits/)
  })
})
