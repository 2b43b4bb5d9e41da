// Sixteen processes in one project: every entry arrives, and one skill is fetched once.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { times } from '../support/fault-counts.ts'
import { disagreements, visibleSkills } from '../support/invariants.ts'
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
    expect(readdirSync(join(options.cwd, '.agents'))).toEqual(['skills'])
  }
})
