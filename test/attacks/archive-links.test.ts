// Links that lead out of the archive, at once or through another link. CVE-2021-32803, CVE-2026-23745, -24842, -26960,
// -29786, -31802, and hard links of every kind.
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { file, folder, gnuLong, hardlink, pax, symlink, tar } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

describe('a link of an archive', () => {
  it.each([
    '/etc/passwd',
    '//x',
    '..',
    '../secret',
    '../../secret',
    './../x',
    'a/../../x',
    'C:../../../target.txt',
    'c:..\\..\\..\\foo',
    'C:x',
    'C:/x',
    '\\x',
    '..\\x',
    '\\\\host\\share',
    'a\\b',
  ])('is refused when it leads to %j', async (target) => {
    await expect(readArchive(tar(file('a'), symlink('l', target)))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(file('a'), pax({ linkpath: target }), symlink('l', 'a')))).toThrowCode(
      'archive_unsafe',
    )
    const zipped = zip([
      { name: 'a', body: 'x' },
      { name: 'l', body: target, mode: 0o120777 },
    ])
    await expect(readArchive(zipped)).toThrowCode('archive_unsafe')
  })

  it('is refused when a long GNU target or a nested folder hides the way out', async () => {
    await expect(
      readArchive(tar(file('a'), gnuLong('K', `${'./'.repeat(60)}../x`), symlink('l', 'a'))),
    ).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(folder('d'), symlink('d/e/l', '../../../x')))).toThrowCode('archive_unsafe')
  })

  it('is refused when it leaves through another link', async () => {
    const parts = [folder('a/b'), symlink('a/b/up', '../..'), symlink('a/b/escape', 'up/..')]
    await expect(readArchive(tar(...parts, file('a/f')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(...parts, hardlink('exploit', 'a/b/escape/exploited')))).toThrowCode(
      'archive_unsafe',
    )
    await expect(readArchive(tar(...parts, symlink('exploit', 'a/b/escape/exploited')))).toThrowCode(
      'archive_unsafe',
    )
  })

  it.each([
    ['an absolute target', '/etc/passwd'],
    ['a target from the extraction root', '../secret'],
    ['a drive-relative target', 'C:../target.txt'],
    ['a root before the dots', '/../a/target'],
    ['a target inside', 'a'],
    ['a target that comes later', 'z'],
    ['itself', 'sub/x'],
  ])('is refused when it is a hard link with %s', async (_, target) => {
    await expect(readArchive(tar(file('a'), hardlink('sub/x', target), file('z')))).toThrowCode(
      'archive_unsafe',
    )
  })

  it('is refused when another entry goes through it', async () => {
    await expect(readArchive(tar(file('e/x'), symlink('d', 'e'), file('d/f')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(file('e/x'), folder('d'), symlink('d', 'e'), file('d/f')))).toThrowCode(
      'archive_unsafe',
    )
    await expect(readArchive(tar(file('e/x'), symlink('ß', 'e'), file('SS/f')))).toThrowCode('archive_unsafe')
    const zipped = zip([
      { name: 'e/x' },
      { name: 'd', body: 'e', mode: 0o120777 },
      { name: 'd/f', body: 'x' },
    ])
    await expect(readArchive(zipped)).toThrowCode('archive_unsafe')
  })

  it('is refused when it has no target or a body', async () => {
    await expect(readArchive(tar(file('a'), symlink('l', '')))).toThrowCode('archive_invalid')
    const zipped = zip([
      { name: 'a', body: 'x' },
      { name: 'l', body: '', mode: 0o120777 },
    ])
    await expect(readArchive(zipped)).toThrowCode('archive_unsafe')
    const huge = zip([
      { name: 'a', body: 'x' },
      { name: 'l', body: './'.repeat(5000), mode: 0o120777 },
    ])
    await expect(readArchive(huge)).toThrowCode('archive_unsafe')
  })
})
