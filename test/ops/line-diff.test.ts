import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { lineDiff } from '../../src/ops/line-diff.ts'

const diff = (before: string, after: string): string | undefined =>
  lineDiff(Buffer.from(before), Buffer.from(after))

test('shows what changed with three lines around it', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`)
  const text = (all: readonly string[]): string => `${all.join('\n')}\n`
  expect(diff(text(lines), text(lines.with(9, 'other')))).toBe(
    '@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+other\n line 11\n line 12\n line 13\n',
  )
})

test('makes patches that the patch program applies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diff-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 25 })
    .map((all) => all.map((one) => `${one}\n`).join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after && before !== '' && after !== '')
      writeFileSync(join(folder, 'file'), before)
      const patch = `--- file\n+++ file\n${diff(before, after)}`
      const { status, stderr } = spawnSync('git', ['apply', '--unidiff-zero', '-'], {
        cwd: folder,
        input: patch,
      })
      expect({ patch, status, stderr: stderr.toString() }).toMatchObject({ status: 0 })
      expect(spawnSync('cat', ['file'], { cwd: folder }).stdout.toString()).toBe(after)
    }),
    { numRuns: 25 },
  )
})

test('says where a last line has no end', () => {
  expect(diff('a\n', 'a')).toBe('@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n')
  expect(diff('', 'a\n')).toBe('@@ -0,0 +1,1 @@\n+a\n')
  expect(diff('a\n', '')).toBe('@@ -1,1 +0,0 @@\n-a\n')
})

test.each([
  ['a NUL', 'a\0b', 'a'],
  ['other bytes than text', Buffer.from([0xff, 0xfe]), 'a'],
  ['too many lines', 'a\n'.repeat(20_001), 'a'],
  [
    'texts with nothing in common',
    Array.from({ length: 3000 }, (_, i) => `a${i}\n`).join(''),
    Array.from({ length: 3000 }, (_, i) => `b${i}\n`).join(''),
  ],
])('does not compare %s', (_what, before, after) => {
  expect(lineDiff(Buffer.from(before), Buffer.from(after))).toBeUndefined()
})
