// Tars that two readers understand differently: a scanner sees one file, an unpacker writes another.
// CVE-2026-53655, GHSA-gvwx-54wh-qm9j, GHSA-w8wr-v893-vjvp, GHSA-8x88-c5mf-7j5w.
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { entry, file, folder, gnuLong, pax, record, symlink, tar, tgz } from '../support/tar-builder.ts'

const inner = tar(file('evil'))
const join = (...parts: (Buffer | string)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))

describe('a tar that readers understand differently', () => {
  it.each<[string, Buffer]>([
    [
      'a PAX size before a GNU long name',
      tar(pax({ size: '512' }), gnuLong('L', 'name'), file('a', inner.subarray(0, 512))),
    ],
    ['a GNU long name before PAX', tar(gnuLong('L', 'name'), pax({ path: 'other' }), file('a'))],
    ['two long names', tar(gnuLong('L', 'one'), gnuLong('L', 'two'), file('a'))],
    ['two PAX headers', tar(pax({ path: 'one' }), pax({ path: 'two' }), file('a'))],
    ['two paths in one PAX header', tar(pax(join(record('path', 'one'), record('path', 'two'))), file('a'))],
    ['a PAX size that is not the size', tar(pax({ size: '0' }), file('a', inner))],
    ['a larger PAX size', tar(pax({ size: '1024' }), file('a', 'x'.repeat(512)), file('b', 'y'))],
    ['a negative PAX size', tar(pax({ size: '-1' }), file('a'))],
    ['a fractional PAX size', tar(pax({ size: '1.0' }), file('a'))],
    ['a hexadecimal PAX size', tar(pax({ size: '0x1' }), file('a'))],
    ['a NUL in a PAX path', tar(pax({ path: 'ok\0evil' }), file('a'))],
    ['a NUL in a PAX link target', tar(file('a'), pax({ linkpath: 'a\0/etc/passwd' }), symlink('l', 'a'))],
    ['an empty PAX path', tar(pax({ path: '' }), file('a'))],
    ['a record hidden behind a line feed', tar(pax({ comment: 'x\n13 path=evil' }), file('a'))],
    [
      'a record hidden in a binary attribute',
      tar(pax({ 'SCHILY.xattr.x': Buffer.from('\xff\n13 path=evil', 'latin1') }), file('a')),
    ],
    ['a PAX length that is too long', tar(pax(Buffer.from('99 path=evil\n')), file('a'))],
    ['a PAX length that is too short', tar(pax(Buffer.from('5 path=evil\n')), file('a'))],
    ['a PAX record without its line feed', tar(pax(Buffer.from('11 path=abc')), file('a'))],
    ['a PAX length of zero', tar(pax(Buffer.from('0 path=evil\n')), file('a'))],
    ['a negative PAX length', tar(pax(Buffer.from('-1 path=evil\n')), file('a'))],
    ['a PAX record without a key', tar(pax(Buffer.from('6 =ab\n')), file('a'))],
    ['a sparse file of PAX', tar(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'evil' }), file('a'))],
    ['a global path', tar(pax({ path: 'evil' }, 'g'), file('a'))],
    ['a global link target', tar(pax({ linkpath: 'evil' }, 'g'), file('a'), symlink('l', 'a'))],
    ['a global size', tar(pax({ size: '0' }, 'g'), file('a'))],
    [
      'a global header between PAX and its entry',
      tar(pax({ path: 'b' }), pax({ comment: 'x' }, 'g'), file('a')),
    ],
    ['a PAX header that nothing follows', tar(file('a'), pax({ path: 'b' }))],
    ['a long name without its NUL', tar(gnuLong('L', 'name', ''), file('a'))],
    ['a long name with two NULs', tar(gnuLong('L', 'na\0me'), file('a'))],
    ['an empty long name', tar(entry({ name: 'x', type: 'L', body: '' }), file('a'))],
    [
      'a long name of negative size',
      tar(entry({ name: 'x', type: 'L', size: Buffer.from([0xff, ...Array(11).fill(0xfe)]) }), file('a')),
    ],
    [
      'a negative size',
      tar(entry({ name: 'a', size: Buffer.from([0xff, ...Array(11).fill(0xff)]) }), file('b')),
    ],
    ['a minus sign', tar(entry({ name: 'a', size: '-0000000001\0' }), file('b'))],
    [
      'a size in base 256',
      tar(entry({ name: 'a', size: Buffer.from([0x80, ...Array(10).fill(0), 1]), body: 'x' })),
    ],
    ['a size of no digits', tar(entry({ name: 'a', size: '\0'.repeat(12) }))],
    ['a size with letters', tar(entry({ name: 'a', size: '00000000x01\0', body: 'x' }))],
    ['a size with digits after its end', tar(entry({ name: 'a', size: '1\x000000000000\0', body: 'x' }))],
    ['a folder with content', tar(entry({ name: 'd', type: '5', body: inner.subarray(0, 512) }), file('a'))],
    [
      'a file that ends in a slash and has content',
      tar(entry({ name: 'd/', body: inner.subarray(0, 512) }), file('a')),
    ],
    [
      'a link with content',
      tar(file('a'), entry({ name: 'l', type: '2', link: 'a', body: inner.subarray(0, 512) })),
    ],
    ['a file with a link target', tar(entry({ name: 'a', link: 'b', body: 'x' }))],
    ['an entry without a name', tar(entry({ name: '', body: 'x' }))],
    ['an unknown format', tar(entry({ name: 'a', prefix: 'b', magic: 'ustar\x0099' }))],
    ['a lone zero block', tar(file('a'), Buffer.alloc(512), file('b'))],
    ['a second archive after the end mark', join(tar(file('a')), inner)],
    ['text after the end mark', join(tar(file('a')), 'x')],
    ['no end mark', file('a')],
    ['half an end mark', join(file('a'), Buffer.alloc(512))],
    ['a wrong checksum in the middle', tar(file('a'), entry({ name: 'b', checksumError: 1 }), file('c'))],
    ['a wrong checksum at the end', tar(file('a'), entry({ name: 'b', checksumError: -1 }))],
  ])('is refused: %s', async (_, bytes) => {
    await expect(readArchive(bytes)).toThrowCode('archive_invalid')
  })

  it('is refused gzipped as well, and a wrong first checksum makes it no tar', async () => {
    await expect(readArchive(tgz(file('a'), Buffer.alloc(512), file('b')))).toThrowCode('archive_invalid')
    await expect(readArchive(tar(entry({ name: 'a', checksumError: 8 })))).toThrowCode('archive_invalid')
  })

  it('does not include numbers as names, old headers without a format, and folders written as files', async () => {
    const paths = async (bytes: Buffer) => (await readArchive(bytes)).map((found) => found.path)
    expect(await paths(tar(pax({ path: '12345' }), file('a')))).toEqual(['12345'])
    expect(await paths(tar(entry({ name: 'old', type: '\0', body: 'x', magic: '\0'.repeat(8) })))).toEqual([
      'old',
    ])
    expect(await paths(tar(entry({ name: 'd/' }), folder('e'), file('d/a')))).toEqual(['d/a'])
  })
})
