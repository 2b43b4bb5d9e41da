// kill -9 at random instants of add, update and remove: nothing half-written is ever visible, and the next command heals.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { times } from '../support/fault-counts.ts'
import { disagreements, visibleSkills } from '../support/invariants.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

const NAMES = ['one', 'two', 'three']

function filesOf(name: string, version: number): Record<string, string> {
  const data = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`data/${index}.txt`, `${name} ${version} ${'x'.repeat(2000)}`]),
  )
  return { 'SKILL.md': skillMd(name, `Version ${version}`), ...data }
}

function digestOf(name: string, version: number): string {
  return digestOfFiles(
    Object.entries(filesOf(name, version)).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  )
}

it('shows no half-written skill and leaves nothing that the next command does not heal', async () => {
  const root = mkdtempSync(join(tmpdir(), 'skillward-kill-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const project = writeTree(join(root, 'project'), {
    'skills.json': '{"skills":{},"agents":["claude-code"]}',
  })
  const source = join(root, 'source')
  const options = { cwd: project, home: join(root, 'home') }
  writeTree(root, { 'home/.keep': '' })
  const known = new Set(NAMES.flatMap((name) => [digestOf(name, 0), digestOf(name, 1)]))
  const publish = (version: number): void => {
    for (const name of NAMES) writeTree(join(source, name), filesOf(name, version))
  }
  publish(0)
  const began = performance.now()
  expect((await runProgram(['add', source, '--all'], options)).code).toBe(0)
  const span = performance.now() - began

  let killed = 0
  for (let round = 0; killed < times(24, 500); round++) {
    publish(round % 2)
    const name = NAMES[round % NAMES.length] ?? ''
    const locked = visibleSkills(project).has(name)
    const verbs = locked
      ? [['update'], ['remove', name], ['add', source, '--all']]
      : [['add', source, '--skill', name]]
    const args = verbs[Math.floor(Math.random() * verbs.length)] ?? []
    const { child, ended } = startProgram(args, options)
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * span * 1.1)
    const { signal, code, stderr } = await ended
    clearTimeout(timer)
    if (signal === 'SIGKILL') killed += 1
    else expect({ args, code, stderr }).toMatchObject({ code: 0 })
    for (const [visible, digest] of visibleSkills(project)) {
      expect(known, `${visible} is half-written after ${args.join(' ')}`).toContain(digest)
    }
    expect((await runProgram(['install'], options)).code).toBe(0)
    expect(readdirSync(join(project, '.agents')).filter((name) => name !== '.skillward')).toEqual(['skills'])
    // Without a skill there is no link, and so no folder for links.
    const own = ['.agents', '.claude', 'skills.json', 'skills.lock']
    expect(readdirSync(project).filter((name) => !own.includes(name))).toEqual([])
    expect(disagreements(project), `after ${args.join(' ')}`).toEqual([])
  }
  expect((await runProgram(['add', source, '--all'], options)).code).toBe(0)
  expect((await runProgram(['verify'], options)).code).toBe(0)
})
