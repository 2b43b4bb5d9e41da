import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { disagreements, visibleSkills } from '../support/invariants.ts'
import { type Ended, runProgram, startProgram } from '../support/program.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

const COUNT = 300
const names = Array.from({ length: COUNT }, (_, index) => `skill-${index}`)

let root: string
let home: string
let first: string
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'skillward-copy-'))
  home = join(root, 'home')
  first = join(root, 'first')
  mkdirSync(home)
  const files = names.map((name) => [`source/${name}/SKILL.md`, skillMd(name, `The skill ${name}`)])
  writeTree(root, Object.fromEntries(files))
  writeTree(first, { 'skills.json': '{"skills":{},"agents":["claude-code"]}' })
  const ended = await runProgram(['add', '../source', '--all', '--grant', 'requested'], { cwd: first, home })
  expect(ended).toMatchObject({ code: 0 })
}, 120_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The project as after a clone, beside the first so that relative sources are the same. */
function clone(name: string): string {
  const folder = join(root, name)
  mkdirSync(folder)
  for (const file of ['skills.json', 'skills.lock']) copyFileSync(join(first, file), join(folder, file))
  return folder
}

const ci = (cwd: string): Promise<Ended> => runProgram(['ci'], { cwd, home })

describe('an installation of many skills', () => {
  it('stages every skill of a full store once, whichever thread takes it', async () => {
    const project = clone('whole')
    expect(await ci(project)).toMatchObject({ code: 0 })
    expect(visibleSkills(project).size).toBe(COUNT)
    expect(disagreements(project)).toEqual([])
  })

  it('fetches what the store lacks, and says nothing of listeners or threads', async () => {
    const project = clone('lacking')
    rmSync(join(home, '.local/share/skillward/store'), { recursive: true })
    const { code, stderr } = await ci(project)
    expect({ code, warned: /Warning/.test(stderr) }).toEqual({ code: 0, warned: false })
    expect(disagreements(project)).toEqual([])
  })

  it('is refused as a whole for one changed byte of the store, and leaves no copy', async () => {
    const project = clone('damaged')
    const entries = join(home, '.local/share/skillward/store/h1')
    const digests = readdirSync(entries).flatMap((prefix) =>
      readdirSync(join(entries, prefix)).map((name) => join(entries, prefix, name)),
    )
    for (const entry of digests) {
      rmSync(join(entry, 'SKILL.md'))
      writeFileSync(join(entry, 'SKILL.md'), 'changed')
    }
    const ended = await ci(project)
    expect(ended.stderr).toContain('store_corrupt')
    expect(ended.code).not.toBe(0)
    expect(visibleSkills(project).size).toBe(0)
    for (const entry of digests) rmSync(entry, { recursive: true, force: true })
    expect(await ci(project)).toMatchObject({ code: 0 })
  })

  it('heals after kill -9 at any moment', async () => {
    for (let round = 0; round < 6; round++) {
      const project = clone(`killed-${round}`)
      const { child, ended } = startProgram(['ci'], { cwd: project, home })
      const timer = setTimeout(() => child.kill('SIGKILL'), 60 + round * 40)
      await ended
      clearTimeout(timer)
      const whole = visibleSkills(join(root, 'whole'))
      for (const [name, digest] of visibleSkills(project)) expect(digest).toBe(whole.get(name))
      expect(await ci(project)).toMatchObject({ code: 0 })
      expect(disagreements(project)).toEqual([])
      expect(readdirSync(join(project, '.agents')).filter((name) => name !== '.skillward')).toEqual([
        'skills',
      ])
    }
  })
})
