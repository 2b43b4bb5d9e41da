import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { holdsModes, isWrongMode, mendedMode, mendMode } from '../../src/platform/file-modes.ts'

const UMASKS = [0o000, 0o002, 0o022, 0o027, 0o077]

describe('permission bits', () => {
  it.each(UMASKS)('that the umask %o leaves of a new file are right', (umask) => {
    expect(isWrongMode(0o644 & ~umask, false)).toBe(false)
    expect(isWrongMode(0o755 & ~umask, true)).toBe(false)
  })

  it('of a read-only checkout are right', () => {
    expect([isWrongMode(0o444, false), isWrongMode(0o555, true)]).toEqual([false, false])
  })

  it.each([
    ['a lost x', 0o644, true],
    ['x for others only', 0o655, true],
    ['an x too many', 0o755, false],
    ['an x of others', 0o645, false],
    ['set-uid', 0o4755, true],
    ['set-gid', 0o2644, false],
    ['sticky', 0o1644, false],
    ['a file that anybody may write', 0o666, false],
    ['a script that anybody may write', 0o777, true],
  ])('with %s are wrong, and are mended without giving anybody more to read', (_what, mode, executable) => {
    expect(isWrongMode(mode, executable)).toBe(true)
    const mended = mendedMode(mode, executable)
    expect(isWrongMode(mended, executable)).toBe(false)
    expect(mended & 0o444 & ~mode).toBe(0)
  })

  it('of a secretive umask stay secret', () => {
    expect(mendedMode(0o600, true)).toBe(0o700)
    expect(mendedMode(0o640, true)).toBe(0o750)
  })
})

test.skipIf(process.platform === 'win32')('mending follows no link', () => {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const [file, link] = [join(root, 'file'), join(root, 'link')]
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o600)
  symlinkSync(file, link)
  expect(() => mendMode(link, true)).toThrow()
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(holdsModes(root)).toBe(true)
  expect(holdsModes(join(root, 'missing'))).toBe(process.platform !== 'linux')
})
