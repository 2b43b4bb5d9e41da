// Zips whose records contradict each other or their data.
import { describe, expect, it } from 'vitest'
import { deflateRawSync } from 'node:zlib'
import { readArchive } from '../../src/platform/archive.ts'
import { zip } from '../support/zip-builder.ts'

const body = 'some content that deflates '.repeat(20)
const a = { name: 'a', body }
const b = { name: 'b', body: 'second' }
const unicodePath = (name: string, crc: number) => {
  const extra = Buffer.alloc(9 + name.length)
  extra.writeUInt16LE(0x7075, 0)
  extra.writeUInt16LE(5 + name.length, 2)
  extra.writeUInt8(1, 4)
  extra.writeUInt32LE(crc, 5)
  extra.write(name, 9)
  return extra
}

describe('a zip that contradicts itself', () => {
  it.each<[string, Buffer]>([
    ['another name in the local header', zip([{ ...a, local: { name: 'z' } }, b])],
    ['another size in the local header', zip([{ ...a, local: { size: 1 } }])],
    ['another compressed size in the local header', zip([{ ...a, local: { compressedSize: 1 } }])],
    ['another checksum in the local header', zip([{ ...a, local: { crc: 1 } }])],
    ['another method in the local header', zip([{ ...a, local: { method: 0 } }])],
    ['an encryption flag in the local header only', zip([{ ...a, local: { flags: 0x801 } }])],
    ['a wrong checksum', zip([{ ...a, crc: 1 }])],
    ['a wrong checksum of stored data', zip([{ ...a, store: true, crc: 1 }])],
    ['a size that is too small', zip([{ ...a, size: 10 }])],
    ['a size that is too large', zip([{ ...a, size: 10_000 }])],
    ['a compressed size that cuts the data', zip([{ ...a, compressedSize: 5 }])],
    ['a compressed size that reaches into the next entry', zip([{ ...a, compressedSize: 80 }, b])],
    ['a compressed size beyond the file', zip([{ ...a, compressedSize: 1_000_000 }])],
    [
      'bytes after the compressed data',
      zip([{ ...a, data: Buffer.concat([deflateRawSync(body), Buffer.from('more')]) }]),
    ],
    ['data that is not compressed', zip([{ ...a, data: Buffer.from(body) }])],
    ['stored data of another size', zip([{ ...a, store: true, size: 3 }])],
    ['two entries on the same data', zip([a, { ...b, offset: 0 }])],
    ['an entry whose header lies inside another', zip([a, { ...b, offset: 10 }])],
    ['an offset beyond the file', zip([{ ...a, offset: 1_000_000 }])],
    ['an entry that the directory does not list', zip([a, b], { count: 1 })],
    ['more entries than there are', zip([a], { count: 2 })],
    ['no entries in the directory', zip([a, b], { count: 0 })],
    ['bytes before the first entry', zip([a], { before: Buffer.from('PK\x03\x04padding') })],
    ['bytes before the directory', zip([a], { gap: Buffer.from('hidden') })],
    ['bytes after the end', zip([a], { after: Buffer.from('hidden') })],
    ['a second end record in the comment', zip([a], { comment: zip([b]).subarray(-22) })],
    ['a whole zip in the comment', zip([a], { comment: zip([b]) })],
    ['encryption', zip([{ ...a, flags: 0x801 }])],
    ['strong encryption', zip([{ ...a, flags: 0x841 }])],
    ['an unknown method', zip([{ ...a, method: 12 }])],
    ['a zip64 count that lies', zip([a], { zip64: { count: 5 } })],
    ['a huge zip64 offset', zip([a], { zip64: { offset: 2 ** 40 } })],
    ['a zip64 offset into the entries', zip([a, b], { zip64: { offset: 0 } })],
    ['a descriptor that does not follow', zip([{ ...a, flags: 0x808 }])],
    ['an extra field that is cut', zip([{ ...a, extra: Buffer.from([1, 0, 50, 0, 1]) }])],
  ])('is refused: %s', async (_, bytes) => {
    await expect(readArchive(bytes)).toThrowCode('archive_invalid')
  })

  it('is refused when a Unicode field gives a plain name a second one', async () => {
    const { crc32 } = await import('node:zlib')
    await expect(readArchive(zip([{ ...a, flags: 0, extra: unicodePath('evil', crc32('a')) }]))).toThrowCode(
      'archive_unsafe',
    )
  })

  it('is refused with too many entries before they are read', async () => {
    await expect(readArchive(zip([a], { zip64: { count: 2 ** 40 } }))).toThrowCode('limit_exceeded')
  })
})
