import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import { openStore } from '../../src/store/store.ts'
import { asVerified } from '../support/verified.ts'

const files = [
  { path: 'SKILL.md', bytes: Buffer.from('# a') },
  { path: 'scripts/a.sh', bytes: Buffer.from('#!/bin/sh\n') },
]
const integrity = digestOfFiles(files)

let dataDir: string
let entry: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'store-'))
  openStore(dataDir).put(asVerified({ integrity, files }))
  const name = Buffer.from(integrity.slice(3), 'base64').toString('base64url')
  entry = join(dataDir, 'store', 'h1', name.slice(0, 2), name)
  chmodSync(join(entry, 'SKILL.md'), 0o644)
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const changes: Readonly<Record<string, () => void>> = {
  'one byte is changed': () => writeFileSync(join(entry, 'SKILL.md'), '# b'),
  'one byte is cut off': () => truncateSync(join(entry, 'SKILL.md'), 2),
  'a file is empty, as after a power cut': () => truncateSync(join(entry, 'SKILL.md'), 0),
  'a file is added': () => writeFileSync(join(entry, 'evil.sh'), '#!/bin/sh\n'),
  'a file is gone': () => rmSync(join(entry, 'SKILL.md')),
  'all files are gone': () => {
    rmSync(join(entry, 'SKILL.md'))
    rmSync(join(entry, 'scripts'), { recursive: true })
  },
  'a file is a link to the same bytes': () => {
    writeFileSync(join(dataDir, 'same'), '# a')
    rmSync(join(entry, 'SKILL.md'))
    symlinkSync(join(dataDir, 'same'), join(entry, 'SKILL.md'))
  },
  'a link is planted beside': () => symlinkSync('/etc/passwd', join(entry, 'passwd')),
  'a link to a folder is planted': () => symlinkSync('/etc', join(entry, 'etc')),
  'the entry is a link': () => {
    rmSync(entry, { recursive: true })
    symlinkSync('/etc', entry)
  },
  'the entry is a file': () => {
    rmSync(entry, { recursive: true })
    writeFileSync(entry, 'x')
  },
  'a file is endless': () => truncateSync(join(entry, 'SKILL.md'), LIMITS.skillBytes * 8),
}

test.each(Object.keys(changes))(
  'is noticed on the next read, moved aside and can be put again when %s',
  async (name) => {
    changes[name]?.()
    const store = openStore(dataDir)
    await expect(() => store.read(integrity)).toThrowCode('store_corrupt')
    expect(existsSync(entry)).toBe(false)
    expect(store.read(integrity)).toBeUndefined()
    store.put(asVerified({ integrity, files }))
    expect(store.read(integrity)).toEqual(files)
  },
)

test.each(Object.keys(changes))('is noticed by put, which replaces the entry, when %s', (name) => {
  changes[name]?.()
  const store = openStore(dataDir)
  store.put(asVerified({ integrity, files }))
  expect(store.read(integrity)).toEqual(files)
})

test('changed modes do not change what the content does', () => {
  chmodSync(join(entry, 'SKILL.md'), 0o777)
  expect(openStore(dataDir).read(integrity)).toEqual(files)
})

test('a folder that another name leads to is not taken for an entry', () => {
  const shelf = join(dataDir, 'store', 'h1')
  writeFileSync(join(shelf, 'junk'), '')
  writeFileSync(join(shelf, readdirSync(shelf)[0] ?? '', 'junk'), '')
  expect(openStore(dataDir).list()).toEqual([integrity])
})
