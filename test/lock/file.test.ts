import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadLockfile, loadProject, saveLockfile, saveProject } from '../../src/lock/file.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import { lockEntry, lockOf } from '../support/lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('gives undefined for files that are not there', () => {
  expect(loadLockfile(join(folder, 'skills.lock'))).toBeUndefined()
  expect(loadProject(join(folder, 'skills.json'))).toBeUndefined()
})

test('loads what it saved, and leaves equal files untouched', () => {
  const path = join(folder, 'skills.lock')
  const lock = lockOf({ pdf: lockEntry() })
  expect(saveLockfile(path, lock)).toBe(true)
  const before = statSync(path)
  expect(saveLockfile(path, loadLockfile(path) ?? lock)).toBe(false)
  expect(statSync(path).ino).toBe(before.ino)
  expect(loadLockfile(path)).toEqual(lock)
  expect(readdirSync(folder)).toEqual(['skills.lock'])
})

test('does not write a lock that it would refuse to read', async () => {
  const path = join(folder, 'skills.lock')
  await expect(() => saveLockfile(path, lockOf({ pdf: lockEntry({ integrity: 'h1:x' }) }))).toThrowCode(
    'lock_integrity',
  )
  expect(readdirSync(folder)).toEqual([])
})

test('saves a project in the style that stands', () => {
  const path = join(folder, 'skills.json')
  writeFileSync(path, '{\n    "skills": {}\n}\n')
  saveProject(path, { ...loadProject(path), skills: { a: './a' } })
  expect(readFileSync(path, 'utf8')).toBe('{\n    "skills": {\n        "a": "./a"\n    }\n}\n')
})

test('refuses a file past the limit without reading it', async () => {
  const path = join(folder, 'skills.lock')
  writeFileSync(path, '')
  truncateSync(path, LIMITS.lockBytes + 1)
  await expect(() => loadLockfile(path)).toThrowCode('limit_exceeded')
})

test('refuses a folder in place of the lock', async () => {
  await expect(() => loadLockfile(folder)).toThrowCode('fs_failed')
})
