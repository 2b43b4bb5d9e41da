// Entries that would be written outside of the root, on any system. CVE-2021-32804, CVE-2021-37713, CVE-2026-28453.
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { entry, file, folder, gnuLong, pax, tar, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const NAMES = [
  '../evil',
  '..',
  'a/../../evil',
  'a/..',
  './../evil',
  '././../evil',
  '/etc/passwd',
  '//etc/passwd',
  '///a',
  '/../a/target',
  'C:evil',
  'C:/evil',
  'c:../evil',
  'C:..\\evil',
  'C:\\evil',
  '\\evil',
  '..\\evil',
  '..\\..\\Temp\\evil.txt',
  '\\\\host\\share\\x',
  '\\\\?\\C:\\x',
  'a\\..\\..\\evil',
  'a//b',
  'a/./b',
  'a/../b',
  '.git/hooks/post-checkout',
  '.GIT/config',
  'a/.git',
  'git~1/x',
  '.g\u200bit/x',
  '.git./x',
  'CON',
  'nul.txt',
  'a/aux/b',
  'COM1',
  'a:b',
  'file::$DATA',
  'a.',
  'a ',
  'a?',
  'a*',
  'a|b',
  '\u202etxt.exe',
  'a\u001b[2J',
  'a\nb',
  'a\u0085b',
  `${'d/'.repeat(70)}f`,
  'n'.repeat(256),
  `${'0123456789/'.repeat(100)}f`,
]

describe('an archive entry that leaves the root or is unsafe on some system', () => {
  it.each(NAMES)('is refused with the whole archive: %j', async (name) => {
    const parts = [
      file('SKILL.md', 'harmless'),
      Buffer.byteLength(name) > 100 ? pax({ path: name }) : Buffer.alloc(0),
    ]
    await expect(readArchive(tgz(...parts, file(name)))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(...parts, file(name)))).toThrowCode('archive_unsafe')
    await expect(
      readArchive(
        zip([
          { name: 'SKILL.md', body: 'x' },
          { name, body: 'x' },
        ]),
      ),
    ).toThrowCode('archive_unsafe')
  })

  it.each(['../evil', '/evil', 'C:../evil', 'a/../../b', '.git/x'])(
    'is refused behind every way to name it: %j',
    async (name) => {
      const prefix = name.slice(0, name.lastIndexOf('/'))
      const base = name.slice(name.lastIndexOf('/') + 1)
      for (const archive of [
        tar(pax({ path: name }), file('ok')),
        tar(gnuLong('L', name), entry({ name: 'ok', magic: 'ustar  \0' })),
        tar(entry({ name: base, prefix: prefix === '' ? '/' : prefix })),
        tar(folder(name), file('ok')),
        tar(folder(`${name}/`), file('ok')),
        tar(entry({ name, type: '\0' })),
        tar(entry({ name: Buffer.concat([Buffer.from(name), Buffer.from('\0ok')]) })),
        zip([{ name: `${name}/` }, { name: 'ok', body: 'x' }]),
      ]) {
        await expect(readArchive(archive)).toThrowCode('archive_unsafe')
      }
    },
  )

  it('is refused when its name is not UTF-8', async () => {
    await expect(readArchive(tar(file(Buffer.from([0x61, 0xff, 0x62]))))).toThrowCode('archive_unsafe')
    await expect(readArchive(zip([{ name: Buffer.from([0x61, 0xff]), body: 'x' }]))).toThrowCode(
      'archive_unsafe',
    )
  })

  it('shows the name without letting it act on the terminal', async () => {
    await expect(readArchive(tar(file('\u001b[2J\u202e')))).rejects.toThrow(/\\u\{1b\}\[2J\\u\{202e\}/)
  })
})
