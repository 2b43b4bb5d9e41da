// Files as a .tar.gz with the same bytes on every machine and every version of zlib: stored, not compressed, since a
// published digest has to hold for ever.
import { crc32 } from 'node:zlib'
import type { SkillFile } from '../../src/integrity/tree.ts'
import { writeTar } from '../../src/oci/tar-writer.ts'

const STORED_MAX = 0xffff

/** The files below `root` (`''` for none), sorted by path; no times, no owners. */
export function writeTarGz(files: readonly SkillFile[], root: string): Buffer {
  return gzipStored(writeTar(root, files))
}

/** RFC 1952 around stored blocks of RFC 1951. */
function gzipStored(bytes: Buffer): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])]
  for (let at = 0; at < bytes.length || at === 0; at += STORED_MAX) {
    const chunk = bytes.subarray(at, at + STORED_MAX)
    const head = Buffer.alloc(5)
    head.writeUInt8(at + STORED_MAX >= bytes.length ? 1 : 0, 0)
    head.writeUInt16LE(chunk.length, 1)
    head.writeUInt16LE(chunk.length ^ STORED_MAX, 3)
    parts.push(head, chunk)
  }
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(crc32(bytes), 0)
  tail.writeUInt32LE(bytes.length % 2 ** 32, 4)
  return Buffer.concat([...parts, tail])
}
