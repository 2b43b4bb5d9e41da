import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOfFiles, treeDigest } from '../../src/integrity/tree.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import { digestTree, readTree } from '../../src/store/tree.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tree-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('reads and hashes the same tree, at sizes around those of its buffer', () => {
  for (const size of [0, 1, 262_143, 262_144, 262_145, 262_146, 1_000_000]) {
    writeFileSync(join(root, `f${size}`), Buffer.alloc(size, 'abc'))
  }
  const read = readTree(root)
  expect(read?.files.map((file) => file.bytes.length).toSorted((a, b) => a - b)).toEqual([
    0, 1, 262_143, 262_144, 262_145, 262_146, 1_000_000,
  ])
  expect(treeDigest(digestTree(root)?.files ?? [])).toBe(digestOfFiles(read?.files ?? []))
})

test('has the digest that sha256sum and sort give', () => {
  mkdirSync(join(root, 'a'))
  for (const path of ['a/b', 'a.b', 'B', 'ä', 'a-b']) writeFileSync(join(root, path), path)
  const recipe = `find . -type f -printf '%P\\n' | LC_ALL=C sort | tr '\\n' '\\0' | xargs -0 sha256sum | sha256sum`
  const hex = execFileSync('sh', ['-c', recipe], { cwd: root, encoding: 'utf8' }).slice(0, 64)
  expect(treeDigest(digestTree(root)?.files ?? [])).toBe(`h1:${Buffer.from(hex, 'hex').toString('base64')}`)
})

test('names links, pipes and names that are not UTF-8, and reads none of them', () => {
  writeFileSync(join(root, 'a'), 'a')
  symlinkSync('/etc/passwd', join(root, 'link'))
  symlinkSync('/etc', join(root, 'folder'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]), 'x')
  const tree = readTree(root)
  expect(tree?.files.map((file) => file.path)).toEqual(['a'])
  expect(tree?.strange).toEqual(['folder', 'link', 'pipe', '\ufffd\ufffd'])
})

test('gives undefined for a root that is missing, a file, or a link', () => {
  writeFileSync(join(root, 'a'), 'a')
  mkdirSync(join(root, 'd'))
  symlinkSync('d', join(root, 'l'))
  for (const name of ['none', 'a', 'a/b', 'l']) expect(readTree(join(root, name))).toBeUndefined()
  expect(readTree(join(root, 'd'))).toEqual({ files: [], strange: [] })
})

test('refuses more bytes or files than a skill may have, before it reads them', async () => {
  writeFileSync(join(root, 'big'), '')
  truncateSync(join(root, 'big'), LIMITS.skillBytes + 1)
  await expect(() => digestTree(root)).toThrowCode('limit_exceeded')
  rmSync(join(root, 'big'))
  for (let i = 0; i <= LIMITS.skillFiles; i++) writeFileSync(join(root, `f${i}`), '')
  await expect(() => digestTree(root)).toThrowCode('limit_exceeded')
})
