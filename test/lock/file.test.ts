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
import { formatLockfile } from '../../src/lock/lockfile.ts'
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

test.each([
  [
    'a byte that is no text',
    (text: string) => Buffer.from(text.replace('./a', '\xff'), 'latin1'),
    'is not UTF-8',
  ],
  ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'), 'UTF-16'],
  [
    'half a character at the end',
    (text: string) => Buffer.concat([Buffer.from(text), Buffer.from([0xe2, 0x82])]),
    'UTF-8',
  ],
])('refuses %s in skills.lock and skills.json', (_what, encode, problem) => {
  const [lock, project] = [join(folder, 'skills.lock'), join(folder, 'skills.json')]
  writeFileSync(lock, encode(formatLockfile(lockOf({ pdf: lockEntry({ spec: './a' }) }))))
  writeFileSync(project, encode('{"skills":{"a":"./a"}}'))
  const refusal = (code: string): unknown =>
    expect.objectContaining({ code, message: expect.stringContaining(problem) as string })
  expect(() => loadLockfile(lock)).toThrow(refusal('lock_invalid'))
  expect(() => loadProject(project)).toThrow(refusal('project_invalid'))
})

test('refuses a folder in place of the lock', async () => {
  await expect(() => loadLockfile(folder)).toThrowCode('fs_failed')
})
