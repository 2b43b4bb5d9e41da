// Sixteen processes in one project: every entry arrives, and one skill is fetched once.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { times } from '../support/fault-counts.ts'
import { disagreements, visibleSkills } from '../support/invariants.ts'
import { makeRepo, publishBare } from '../support/git-repo.ts'
import { startGitServer } from '../support/git-server.ts'
import { runProgram } from '../support/program.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

const COUNT = 16

function fresh(): { root: string; options: { cwd: string; home: string } } {
  const root = mkdtempSync(join(tmpdir(), 'skillward-parallel-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  writeTree(root, { 'home/.keep': '', 'project/.keep': '' })
  return { root, options: { cwd: join(root, 'project'), home: join(root, 'home') } }
}

it('keeps every entry when sixteen processes add different skills', async () => {
  for (let round = 0; round < times(2, 20); round++) {
    const { root, options } = fresh()
    const names = Array.from({ length: COUNT }, (_, index) => `skill-${index}`)
    for (const name of names) writeTree(join(root, 'source', name), { 'SKILL.md': skillMd(name) })
    const ends = await Promise.all(
      names.map((name) => runProgram(['add', join(root, 'source', name)], options)),
    )
    expect(ends.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(names.map(() => ''))
    expect([...visibleSkills(options.cwd).keys()].sort()).toEqual(names.toSorted())
    expect(disagreements(options.cwd)).toEqual([])
    expect(readdirSync(join(options.cwd, '.agents')).filter((name) => name !== '.skillward')).toEqual([
      'skills',
    ])
  }
})

it('fetches once when sixteen processes add the same skill', async () => {
  const { root, options } = fresh()
  const repo = makeRepo({ 'skills/one/SKILL.md': skillMd('one') }, join(root, 'work'))
  publishBare(repo, join(root, 'served'), 'acme/skills.git')
  const server = await startGitServer({ root: join(root, 'served') })
  onTestFinished(() => server.close())
  const url = `${server.url}/acme/skills.git`
  const alone = { cwd: writeTree(join(root, 'alone'), { '.keep': '' }), home: join(root, 'alone-home') }
  writeTree(alone.home, { '.keep': '' })
  expect((await runProgram(['add', url], alone)).code).toBe(0)
  const needed = server.count()
  server.reset()
  const ends = await Promise.all(Array.from({ length: COUNT }, () => runProgram(['add', url], options)))
  expect(ends.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(ends.map(() => ''))
  expect(server.count()).toBe(needed)
  expect(disagreements(options.cwd)).toEqual([])
})
