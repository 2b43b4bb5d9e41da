import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { comparePaths } from '../../src/platform/order.ts'
import { sha256Hex } from '../../src/integrity/digest.ts'
import { digestOfFiles, isTreeDigest, modeOf, treeDigest } from '../../src/integrity/tree.ts'
import { holds } from '../support/property.ts'
import { writeTree } from '../support/skill-tree.ts'

it('is what find, sort and sha256sum compute', () => {
  const root = mkdtempSync(join(tmpdir(), 'skillward-tree-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const files = { 'SKILL.md': 'a', 'B/x': 'b', 'a/y z': 'c', 'é/日本': 'd', 𝒳: 'e', '\uffe0': 'f' }
  writeTree(root, files)
  const command = String.raw`find . -type f -printf '%P\n' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum | sha256sum`
  const hex = execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' }).slice(0, 64)
  const digest = digestOfFiles(
    Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })),
  )
  expect(digest).toBe(`h1:${Buffer.from(hex, 'hex').toString('base64')}`)
  expect(isTreeDigest(digest)).toBe(true)
})

it('has the value that Go dirhash gives for a known list', () => {
  // sha256 of "<hex of xyz>  abc\n<hex of def>  xyz/abc\n", computed with coreutils.
  const lines = [
    { path: 'xyz/abc', sha256: sha256Hex('def') },
    { path: 'abc', sha256: sha256Hex('xyz') },
  ]
  const text = `${sha256Hex('xyz')}  abc\n${sha256Hex('def')}  xyz/abc\n`
  expect(treeDigest(lines)).toBe(`h1:${Buffer.from(sha256Hex(text), 'hex').toString('base64')}`)
})

it('refuses a name with a newline', async () => {
  await expect(() => treeDigest([{ path: 'a\nb', sha256: '0' }])).toThrowCode('path_unsafe')
})

it('orders as the bytes of UTF-8 do', () => {
  holds(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
})

it('makes scripts executable and nothing else', () => {
  expect([modeOf(Buffer.from('#!/bin/sh')), modeOf(Buffer.from('# no')), modeOf(Buffer.alloc(0))]).toEqual([
    0o755, 0o644, 0o644,
  ])
})
