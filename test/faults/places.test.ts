// Homes and projects that cannot be written, a full disk, no HOME, a strict umask: a typed error, nothing half done.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { disagreements } from '../support/invariants.ts'
import { type Ended, PROGRAM, runProgram } from '../support/program.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

const isRoot = process.getuid?.() === 0

function fresh(): { root: string; project: string; home: string; source: string } {
  const root = mkdtempSync(join(tmpdir(), 'skillward-places-'))
  onTestFinished(() => {
    spawnSync('chmod', ['-R', 'u+rwX', root])
    rmSync(root, { recursive: true, force: true })
  })
  chmodSync(root, 0o755)
  writeTree(root, { 'home/.keep': '', 'project/.keep': '', 'source/SKILL.md': skillMd('one') })
  for (const folder of ['home', 'project']) chmodSync(join(root, folder), 0o777)
  return { root, project: join(root, 'project'), home: join(root, 'home'), source: join(root, 'source') }
}

function errorOf({ stdout }: Ended): string | undefined {
  return (JSON.parse(stdout) as { error?: { code?: string } }).error?.code
}

it('refuses a project that cannot be written, with the place named', async () => {
  const { project, home, source } = fresh()
  chmodSync(project, 0o555)
  const ended = await runProgram(['add', source, '--json'], { cwd: project, home, bound: true })
  expect([ended.code, errorOf(ended)]).toEqual([1, 'permission_denied'])
  expect(Object.keys(readTreeText(project))).toEqual(['.keep'])
})

it('refuses a home that cannot be written, and leaves the project as it was', async () => {
  const { project, home, source } = fresh()
  chmodSync(home, 0o555)
  const ended = await runProgram(['add', source, '--json'], { cwd: project, home, bound: true })
  expect([ended.code, errorOf(ended)]).toEqual([1, 'permission_denied'])
  expect(Object.keys(readTreeText(project))).toEqual(['.keep'])
})

it('reads a project and a home that cannot be written', async () => {
  const { project, home, source } = fresh()
  expect((await runProgram(['add', source], { cwd: project, home, bound: true })).code).toBe(0)
  for (const folder of [project, home]) spawnSync('chmod', ['-R', 'a-w', folder])
  for (const verb of ['list', 'verify', 'ci']) {
    const ended = await runProgram([verb], { cwd: project, home, bound: true })
    expect({ verb, code: ended.code, stderr: ended.stderr }).toMatchObject({ verb, code: 0 })
  }
})

it('says what is missing when there is no home', async () => {
  const { project, source } = fresh()
  const ended = await runProgram(['add', source, '--json'], {
    cwd: project,
    home: '',
    env: { HOME: undefined },
  })
  expect([ended.code, errorOf(ended)]).toEqual([1, 'home_missing'])
  expect(Object.keys(readTreeText(project))).toEqual(['.keep'])
})

it('works under a umask that lets nobody else read', async () => {
  const { project, home, source } = fresh()
  const command = `umask 077; exec "${process.execPath}" "${PROGRAM}" add "${source}" -a claude-code`
  const ended = spawnSync('sh', ['-c', command], {
    cwd: project,
    env: { HOME: home, PATH: process.env.PATH, CI: '1' },
  })
  expect(ended.status).toBe(0)
  expect(disagreements(project)).toEqual([])
  expect(statSync(join(project, 'skills.lock')).mode & 0o077).toBe(0)
  expect((await runProgram(['verify'], { cwd: project, home })).code).toBe(0)
})

function mountSmall(folder: string): boolean {
  const mounted =
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=777', 'tmpfs', folder]).status === 0
  if (mounted) onTestFinished(() => void spawnSync('umount', ['-l', folder]))
  return mounted
}

it.runIf(isRoot)('stops on a full disk with the old state in place', async (context) => {
  const { root, project, home, source } = fresh()
  if (!mountSmall(project)) context.skip('no tmpfs can be mounted here')
  expect((await runProgram(['add', source], { cwd: project, home })).code).toBe(0)
  const before = readTreeText(project)
  const big = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`big/${index}.txt`, 'x'.repeat(8000)]),
  )
  writeTree(root, { ...big, 'big/SKILL.md': skillMd('big') })
  const ended = await runProgram(['add', join(root, 'big'), '--json'], { cwd: project, home })
  expect([ended.code, errorOf(ended)]).toEqual([1, 'disk_full'])
  expect((await runProgram(['list'], { cwd: project, home })).code).toBe(0)
  expect((await runProgram(['remove', 'one', '--dry-run'], { cwd: project, home })).code).toBe(0)
  expect(disagreements(project)).toEqual([])
  expect(Object.keys(readTreeText(project))).toEqual(Object.keys(before))
})
