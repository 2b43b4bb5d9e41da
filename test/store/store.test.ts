import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOfFiles, type SkillFile } from '../../src/integrity/tree.ts'
import { openStore } from '../../src/store/store.ts'
import { verifyFetched } from '../../src/trust/verify.ts'
import { asVerified } from '../support/verified.ts'
import { runParallel } from '../support/processes.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'store-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const filesOf = (texts: Readonly<Record<string, string>>): SkillFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, bytes: Buffer.from(text) }))
const content = (texts: Readonly<Record<string, string>>) => {
  return verifyFetched({ resolution: { kind: 'path', path: './x' }, files: filesOf(texts) })
}
const PDF = content({
  'SKILL.md': '# pdf',
  'scripts/run.sh': '#!/bin/sh\n',
  'scripts/a/b/c.txt': '',
  'ä.md': 'x',
})
const temporaries = () => readdirSync(join(dataDir, 'store', 'tmp'))

test('gives back what it was given, sorted by path', () => {
  const store = openStore(dataDir)
  store.put(PDF)
  const read = store.read(PDF.integrity)
  expect(read?.map((file) => [file.path, Buffer.from(file.bytes).toString()])).toEqual([
    ['SKILL.md', '# pdf'],
    ['scripts/a/b/c.txt', ''],
    ['scripts/run.sh', '#!/bin/sh\n'],
    ['ä.md', 'x'],
  ])
  expect(store.list()).toEqual([PDF.integrity])
  expect(temporaries()).toEqual([])
})

test('has nothing and writes nothing until something is put', () => {
  const store = openStore(dataDir)
  expect(store.read(PDF.integrity)).toBeUndefined()
  expect(store.list()).toEqual([])
  expect(store.prune(new Set())).toEqual({ removed: 0, leftovers: 0, bytes: 0 })
  expect(readdirSync(dataDir)).toEqual([])
})

test('gives a large file whole', () => {
  const bytes = Buffer.alloc(3_000_001, 'x')
  const files = [{ path: 'SKILL.md', bytes }]
  const store = openStore(dataDir)
  store.put(asVerified({ integrity: digestOfFiles(files), files }))
  expect(bytes.equals(store.read(digestOfFiles(files))?.[0]?.bytes ?? new Uint8Array())).toBe(true)
})

test('files are read-only, and scripts executable', () => {
  openStore(dataDir).put(PDF)
  const entry = join(dataDir, 'store', 'h1', ...entryOf(dataDir))
  expect(statSync(join(entry, 'SKILL.md')).mode & 0o777).toBe(0o444)
  expect(statSync(join(entry, 'scripts/run.sh')).mode & 0o777).toBe(0o555)
})

test('an entry that is there is kept as it is', () => {
  const store = openStore(dataDir)
  store.put(PDF)
  const entry = join(dataDir, 'store', 'h1', ...entryOf(dataDir))
  const before = statSync(entry)
  store.put(PDF)
  expect(statSync(entry)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
})

test('a damaged entry is replaced by the next put', () => {
  const store = openStore(dataDir)
  store.put(PDF)
  const skill = join(dataDir, 'store', 'h1', ...entryOf(dataDir), 'SKILL.md')
  chmodSync(skill, 0o644)
  writeFileSync(skill, '# pdg')
  store.put(PDF)
  expect(store.read(PDF.integrity)).toHaveLength(4)
})

test('refuses content that does not have its digest, and leaves no trace', async () => {
  const store = openStore(dataDir)
  await expect(() => store.put({ ...PDF, files: PDF.files.slice(1) })).toThrowCode('integrity_mismatch')
  expect(readdirSync(dataDir)).toEqual([])
})

test.each(['h1:', 'sha256:00', '../../x', 'h1:../../../x', ''])(
  'refuses %j as a digest',
  async (integrity) => {
    const store = openStore(dataDir)
    await expect(() => store.read(integrity)).toThrowCode('integrity_mismatch')
    await expect(() => store.put(asVerified({ integrity, files: [] }))).toThrowCode('integrity_mismatch')
  },
)

test('prune keeps what it is told to keep', () => {
  const store = openStore(dataDir)
  const other = content({ 'SKILL.md': '12345' })
  store.put(PDF)
  store.put(other)
  expect(store.prune(new Set([PDF.integrity]), { dryRun: true })).toEqual({
    removed: 1,
    leftovers: 0,
    bytes: 5,
  })
  expect(store.list()).toHaveLength(2)
  expect(store.prune(new Set([PDF.integrity]))).toEqual({ removed: 1, leftovers: 0, bytes: 5 })
  expect(store.list()).toEqual([PDF.integrity])
  expect(temporaries()).toEqual([])
})

test('what a killed process left is removed by the next put and by prune', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const leave = () =>
    mkdirSync(join(dataDir, 'store', 'tmp', `.skillward-${dead}-0123456789ab.tmp`, 'x'), { recursive: true })
  leave()
  const living = `.skillward-${process.pid}-0123456789ab.tmp`
  mkdirSync(join(dataDir, 'store', 'tmp', living))
  openStore(dataDir).put(PDF)
  expect(temporaries()).toEqual([living])
  leave()
  expect(openStore(dataDir).prune(new Set([PDF.integrity]))).toMatchObject({ removed: 0, leftovers: 1 })
  expect(temporaries()).toEqual([living])
})

test('a failed write leaves no temporary and no entry', async () => {
  const store = openStore(dataDir)
  mkdirSync(join(dataDir, 'store', 'h1'), { recursive: true })
  const prefix = Buffer.from(PDF.integrity.slice(3), 'base64').toString('base64url').slice(0, 2)
  writeFileSync(join(dataDir, 'store', 'h1', prefix), 'in the way')
  await expect(() => store.put(PDF)).toThrowCode('fs_failed')
  rmSync(join(dataDir, 'store', 'h1', prefix))
  expect(openStore(dataDir).list()).toEqual([])
  expect(readdirSync(join(dataDir, 'store'))).toEqual(['h1'])
})

test('readEach reads an entry when it is asked for', () => {
  const store = openStore(dataDir)
  store.put(PDF)
  const absent = content({ 'SKILL.md': 'absent' }).integrity
  const seen = [...store.readEach([PDF.integrity, absent])]
  expect(seen.map(({ files }) => files?.length)).toEqual([4, undefined])
})

test('four processes that put the same skills at once all succeed', async () => {
  const script = `
    import { openStore } from '${new URL('../../src/store/store.ts', import.meta.url).pathname}'
    import { digestOfFiles } from '${new URL('../../src/integrity/tree.ts', import.meta.url).pathname}'
    const store = openStore(process.argv[2])
    for (let i = 0; i < 50; i++) {
      const files = Array.from({ length: 5 }, (_, f) => ({ path: 'd/f' + f, bytes: Buffer.from('skill ' + i + f) }))
      store.put({ integrity: digestOfFiles(files), files })
      if (store.read(digestOfFiles(files))?.length !== 5) throw new Error('not stored')
    }`
  await runParallel(4, script, [dataDir])
  expect(openStore(dataDir).list()).toHaveLength(50)
  expect(temporaries()).toEqual([])
})

function entryOf(root: string): [string, string] {
  const prefix = readdirSync(join(root, 'store', 'h1'))[0] ?? ''
  expect(existsSync(join(root, 'store', 'h1', prefix))).toBe(true)
  return [prefix, readdirSync(join(root, 'store', 'h1', prefix))[0] ?? '']
}
