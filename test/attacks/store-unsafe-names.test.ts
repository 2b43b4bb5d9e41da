import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { openStore } from '../../src/store/store.ts'
import { asVerified } from '../support/verified.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'store-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const put = (...paths: string[]) => {
  const files = paths.map((path) => ({ path, bytes: Buffer.from('x') }))
  openStore(dataDir).put(asVerified({ integrity: digestOfFiles(files), files }))
}

test.each(['../x', '/tmp/x', 'a/../../x', 'a\\..\\x', 'a\0', '.git/config', 'CON', '', '.', 'a/'])(
  'refuses a file named %j though its digest fits, and writes nothing',
  async (path) => {
    await expect(() => put('SKILL.md', path)).toThrowCode('path_unsafe')
    expect(readdirSync(dataDir)).toEqual([])
  },
)

test.each([
  ['a', 'A'],
  ['a', 'a'],
  ['a', 'a/b'],
  ['ß', 'SS'],
])('refuses %j beside %j', async (one, other) => {
  await expect(() => put(one, other)).toThrowCode('path_unsafe')
  expect(readdirSync(dataDir)).toEqual([])
})
