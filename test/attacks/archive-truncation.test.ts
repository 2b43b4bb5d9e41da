// Archives that were cut: whatever is missing, nothing of the rest is used.
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { file, folder, pax, symlink, tar, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const parts = [
  pax({ comment: 'c' }, 'g'),
  folder('s'),
  file('s/SKILL.md', 'hello '.repeat(200)),
  pax({ path: 's/ä' }),
  file('x', 'y'.repeat(1024)),
  symlink('s/l', 'SKILL.md'),
  file('s/zeros', Buffer.alloc(2000)),
]
const entries = [
  { name: 's/SKILL.md', body: 'hello '.repeat(200) },
  { name: 's/a', body: 'x', store: true },
  { name: 's/b', body: 'b', descriptor: 'signed' as const },
]

describe('a truncated archive', () => {
  it.each([
    ['tar', tar(...parts)],
    ['tar.gz', tgz(...parts)],
    ['zip', zip(entries)],
    ['zip with a comment', zip(entries, { comment: 'comment' })],
  ])('is refused wherever it was cut: %s', async (_, bytes) => {
    expect((await readArchive(bytes)).length).toBeGreaterThan(1)
    for (let percent = 0; percent < 100; percent += 5) {
      await expect(readArchive(bytes.subarray(0, Math.floor((bytes.length * percent) / 100)))).toThrowCode(
        'archive_invalid',
      )
    }
    for (const missing of [1, 2, 8, 21, 22, 100, 511, 512, 1023]) {
      await expect(readArchive(bytes.subarray(0, Math.max(0, bytes.length - missing)))).toThrowCode(
        'archive_invalid',
      )
    }
  })

  it('is refused when its beginning is missing', async () => {
    for (const bytes of [tar(...parts), tgz(...parts), zip(entries)]) {
      for (const missing of [1, 2, 4, 10, 100]) {
        await expect(readArchive(bytes.subarray(missing))).toThrowCode('archive_invalid')
      }
    }
  })
})
