// Files as a .zip, stored, with the same bytes on every machine: sorted, UTF-8 names, the first moment that ZIP knows.
import { modeOf, sortByPath, type SkillFile } from '../../src/integrity/tree.ts'
import { crc32 } from 'node:zlib'

const UTF8_NAMES = 0x0800
/** 1980-01-01. */
const DATE = 0x0021

/** The files at the root of the archive. ZIP64 is not written: a skill is far below 4 GiB. */
export function writeZip(files: readonly SkillFile[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { path, bytes } of sortByPath(files)) {
    const name = Buffer.from(path)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(UTF8_NAMES, 2)
    common.writeUInt16LE(DATE, 8)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(bytes.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const body = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, bytes])
    const attributes = Buffer.alloc(14)
    attributes.writeUInt32LE(((0o100000 | modeOf(bytes)) << 16) >>> 0, 6)
    attributes.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 3]), common, attributes, name)
    bodies.push(body)
    offset += body.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, central, Buffer.from('PK\u0005\u0006'), end])
}
