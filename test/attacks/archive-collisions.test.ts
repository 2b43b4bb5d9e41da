// Two names that are one file on some system. CVE-2021-37701, CVE-2021-37712, CVE-2026-23950.
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { file, folder, pax, symlink, tar } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const PAIRS = [
  ['a', 'a'],
  ['SKILL.md', 'skill.md'],
  ['ß', 'SS'],
  ['ß', 'ss'],
  ['ẞ', 'ß'],
  ['ﬁ', 'FI'],
  ['ﬂ', 'fl'],
  ['ﬀ', 'FF'],
  ['ﬃ', 'FFI'],
  ['ﬄ', 'ffl'],
  ['ſ', 'S'],
  ['ﬅ', 'ST'],
  ['ŉ', 'ʼN'],
  ['ǰ', 'J\u030c'],
  ['é', 'e\u0301'],
  ['Å', '\u212b'],
  ['K', '\u212a'],
  ['ς', 'Σ'],
  ['ı', 'I'],
  ['１', '1'],
] as const

describe('two names that some system takes for one', () => {
  it.each(PAIRS)('are refused in both orders: %j and %j', async (a, b) => {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      await expect(readArchive(tar(file('t'), file(first), file(second)))).toThrowCode('archive_unsafe')
      await expect(readArchive(tar(file('t'), symlink(first, 't'), file(second)))).toThrowCode(
        'archive_unsafe',
      )
      await expect(readArchive(tar(file('t'), symlink(first, '.'), file(`${second}/x`)))).toThrowCode(
        'archive_unsafe',
      )
      await expect(
        readArchive(
          zip([
            { name: first, body: '1' },
            { name: second, body: '2' },
          ]),
        ),
      ).toThrowCode('archive_unsafe')
    }
  })

  it('are refused as a file and a folder, and as one folder spelled in two ways', async () => {
    await expect(readArchive(tar(file('a'), file('a/b')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(file('a/b'), file('A')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(folder('a'), file('a')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(file('Docs/a'), file('docs/b')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(folder('Docs'), folder('docs'), file('x')))).toThrowCode('archive_unsafe')
  })

  it('are refused when only ./ or an extended header tells them apart', async () => {
    await expect(readArchive(tar(file('a'), file('./a')))).toThrowCode('archive_unsafe')
    await expect(readArchive(tar(file('a'), pax({ path: 'a' }), file('b')))).toThrowCode('archive_unsafe')
  })

  it('do not include a folder that stands twice', async () => {
    expect(await readArchive(tar(folder('a'), folder('a/'), file('a/b'), folder('./a')))).toHaveLength(1)
  })
})
