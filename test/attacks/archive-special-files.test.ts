// Entries that are no file, folder or symbolic link.
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { entry, file, tar } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

describe('an entry that is no file, folder or symbolic link', () => {
  it.each(['1', '3', '4', '6', '7', 'A', 'D', 'I', 'M', 'N', 'S', 'V', 'X', 'Z', '9', '\u0001'])(
    'is refused in a tar: type %j',
    async (type) => {
      await expect(
        readArchive(tar(file('a'), entry({ name: 'x', type, link: type === '1' ? 'a' : '' }))),
      ).toThrowCode('archive_unsafe')
    },
  )

  it.each([0o010644, 0o020644, 0o060644, 0o140644, 0o160644])(
    'is refused in a zip: mode %o',
    async (mode) => {
      await expect(
        readArchive(
          zip([
            { name: 'a', body: 'x' },
            { name: 'x', mode },
          ]),
        ),
      ).toThrowCode('archive_unsafe')
    },
  )

  it('is refused in a zip when its mode and its name do not agree', async () => {
    await expect(readArchive(zip([{ name: 'x', mode: 0o040755 }]))).toThrowCode('archive_unsafe')
    await expect(readArchive(zip([{ name: 'x/', mode: 0o120777 }]))).toThrowCode('archive_unsafe')
    await expect(readArchive(zip([{ name: 'x/', body: 'content', mode: 0o040755 }]))).toThrowCode(
      'archive_invalid',
    )
  })

  it('keeps nothing of setuid and other mode bits', async () => {
    const [only] = await readArchive(tar(entry({ name: 'a', body: 'x', mode: 0o6777 })))
    expect(Object.keys(only ?? {}).toSorted()).toEqual(['bytes', 'kind', 'path'])
  })
})
