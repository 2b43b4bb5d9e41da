// Writes a tar whose bytes follow from its files alone: sorted, no times, no owners, POSIX headers (PAX where names need it).
// Reading is platform/archive.ts. Never writes links or special files.
import { Buffer } from 'node:buffer'
import { modeOf, sortByPath, type SkillFile } from '../integrity/tree.ts'

const BLOCK = 512
const NAME_BYTES = 100

/** The tar of the files below `root/` (`''` for none), each folder before what it holds. */
export function writeTar(root: string, files: readonly SkillFile[]): Buffer {
  const parts: Buffer[] = []
  const folders = new Set<string>()
  const placed = files.map(({ path, bytes }) => ({ path: root === '' ? path : `${root}/${path}`, bytes }))
  for (const { path, bytes } of sortByPath(placed)) {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash + 1)
      if (folders.has(folder)) continue
      folders.add(folder)
      parts.push(...header({ name: folder, type: '5', mode: 0o755, size: 0 }))
    }
    parts.push(
      ...header({ name: path, type: '0', mode: modeOf(bytes), size: bytes.length }),
      Buffer.from(bytes),
    )
    parts.push(padding(bytes.length))
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

interface Header {
  readonly name: string
  readonly type: '0' | '5' | 'x'
  readonly mode: number
  readonly size: number
}

/** The header block, after a PAX header where the name is too long or not ASCII. */
function header({ name, type, mode, size }: Header): Buffer[] {
  const plain = /^[\u0020-\u007e]+$/.test(name) && name.length <= NAME_BYTES
  if (plain) return [block({ name, type, mode, size })]
  const record = paxRecord('path', name)
  // Readers that know no PAX see this name; it only has to be harmless and the same every time.
  const short = Buffer.from(name.replace(/[^\u0020-\u007e]/g, '_'))
    .subarray(0, NAME_BYTES)
    .toString()
  return [
    block({ name: 'PaxHeader', type: 'x', mode: 0o644, size: record.length }),
    record,
    padding(record.length),
    block({ name: short, type, mode, size }),
  ]
}

function block({ name, type, mode, size }: Header): Buffer {
  const bytes = Buffer.alloc(BLOCK)
  bytes.write(name, 0, NAME_BYTES, 'latin1')
  bytes.write(octal(mode, 8), 100, 'latin1')
  bytes.write(octal(0, 8), 108, 'latin1')
  bytes.write(octal(0, 8), 116, 'latin1')
  bytes.write(octal(size, 12), 124, 'latin1')
  bytes.write(octal(0, 12), 136, 'latin1')
  bytes.fill(0x20, 148, 156)
  bytes.write(type, 156, 'latin1')
  bytes.write('ustar\x0000', 257, 'latin1')
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes + 1
  while (bytes + String(length).length !== length) length = bytes + String(length).length
  return Buffer.from(`${length}${rest}`)
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}
