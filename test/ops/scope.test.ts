import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findScope } from '../../src/ops/scope.ts'
import { readSettings } from '../../src/platform/env.ts'

function house(...folders: string[]): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'skillward-test-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
  return root
}

const rootFrom = (root: string, cwd: string): string =>
  findScope(readSettings({ HOME: join(root, 'home') }, join(root, cwd)), undefined).root

it('works in the nearest folder upwards that has a skills.json or a skills.lock', () => {
  const root = house('home/a/b/c')
  writeFileSync(join(root, 'home/a/skills.json'), '{}')
  expect(rootFrom(root, 'home/a/b/c')).toBe(join(root, 'home/a'))
  writeFileSync(join(root, 'home/a/b/skills.lock'), '{}')
  expect(rootFrom(root, 'home/a/b/c')).toBe(join(root, 'home/a/b'))
})

it('never takes a project beyond the root of the repository or the home directory', () => {
  const root = house('home/repo/.git', 'home/repo/inner', 'home/loose')
  writeFileSync(join(root, 'skills.json'), '{}')
  expect(rootFrom(root, 'home/loose')).toBe(join(root, 'home/loose'))
  writeFileSync(join(root, 'home/skills.json'), '{}')
  expect(rootFrom(root, 'home/repo/inner')).toBe(join(root, 'home/repo/inner'))
  expect(rootFrom(root, 'home/loose')).toBe(join(root, 'home'))
})

it('keeps the files of the global scope in the config directory and its skills in the home directory', () => {
  const root = house('home')
  const scope = findScope(readSettings({ HOME: join(root, 'home') }, root), true)
  expect(scope).toMatchObject({
    kind: 'global',
    root: join(root, 'home'),
    projectFile: join(root, 'home/.config/skillward/skills.json'),
    lockFile: join(root, 'home/.config/skillward/skills.lock'),
    skillsDir: join(root, 'home/.agents/skills'),
    stateIsInside: false,
  })
})

it('keeps the state of a project outside it, one for each real folder', () => {
  const root = house('home', 'one', 'two')
  symlinkSync('one', join(root, 'link'))
  const state = (cwd: string, home = 'home'): ReturnType<typeof findScope> =>
    findScope(readSettings({ HOME: join(root, home) }, join(root, cwd)), undefined)
  expect(dirname(state('one').stateDir)).toBe(join(root, 'home/.local/share/skillward/work'))
  expect(state('link').stateDir).toBe(state('one').stateDir)
  expect(state('two').stateDir).not.toBe(state('one').stateDir)
  expect([state('one').stateIsInside, state('one', 'one/.cache').stateIsInside]).toEqual([false, true])
})

it('has no global scope without a home, but a project', async () => {
  const root = house()
  const settings = readSettings({ SKILLWARD_HOME: join(root, 'own') }, root)
  await expect(() => findScope(settings, true)).toThrowCode('home_missing')
  expect(findScope(settings, false).root).toBe(root)
})
