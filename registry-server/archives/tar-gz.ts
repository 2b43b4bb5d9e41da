// Files as a .tar.gz with the same bytes on every machine and every version of zlib: stored, not compressed, since a
// published digest has to hold for ever.
import { modeOf, sortByPath, type SkillFile } from '../../src/integrity/tree.ts'
import { crc32 } from 'node:zlib'

const BLOCK = 512
const STORED_MAX = 0xffff

/** The files below `root` (`''` for none), sorted by path; no times, no owners. */
export function writeTarGz(files: readonly SkillFile[], root: string): Buffer {
  return gzipStored(writeTar(files, root))
}

function writeTar(files: readonly SkillFile[], root: string): Buffer {
  const parts: Buffer[] = []
  for (const { path, bytes } of sortByPath(files)) {
    const name = root === '' ? path : `${root}/${path}`
    if (Buffer.byteLength(name) > 100 || /[^\x20-\x7e]/.test(name)) {
      const record = paxRecord('path', name)
      parts.push(header({ name: 'PaxHeader', size: record.length, mode: 0o644, type: 'x' }), padded(record))
    }
    parts.push(
      header({ name: asciiName(name), size: bytes.length, mode: modeOf(bytes), type: '0' }),
      padded(bytes),
    )
  }
  parts.push(Buffer.alloc(2 * BLOCK))
  return Buffer.concat(parts)
}

/** What a reader without PAX sees of a long name. */
function asciiName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '_').slice(-100)
}

function header(entry: { name: string; size: number; mode: number; type: string }): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(entry.name, 0, 100, 'latin1')
  block.write(octal(entry.mode, 7), 100, 'latin1')
  block.write(octal(0, 7), 108, 'latin1')
  block.write(octal(0, 7), 116, 'latin1')
  block.write(octal(entry.size, 11), 124, 'latin1')
  block.write(octal(0, 11), 136, 'latin1')
  block.write('        ', 148, 'latin1')
  block.write(entry.type, 156, 'latin1')
  block.write('ustar\u000000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\u0000 `, 148, 'latin1')
  return block
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, '0')
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

/** `<length> key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`
  const size = Buffer.byteLength(rest)
  let length = size + String(size).length
  if (String(length).length !== String(size).length) length = size + String(length).length
  return Buffer.from(`${length}${rest}`)
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
