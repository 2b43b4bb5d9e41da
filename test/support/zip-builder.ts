// Writes zip records by hand, so that tests can write what no tool would.
import { crc32, deflateRawSync } from 'node:zlib'

export interface RawZipEntry {
  readonly name: string | Buffer
  readonly body?: string | Buffer
  readonly store?: boolean
  /** Unix mode with the type bits. */
  readonly mode?: number
  readonly flags?: number
  readonly method?: number
  readonly crc?: number
  readonly size?: number
  readonly compressedSize?: number
  /** What the local header says instead. */
  readonly local?: {
    name?: string | Buffer
    size?: number
    compressedSize?: number
    crc?: number
    method?: number
    flags?: number
  }
  /** Sizes and checksum after the data, with or without its signature. */
  readonly descriptor?: 'signed' | 'plain'
  readonly extra?: Buffer
  /** Where the directory says that the local header is. */
  readonly offset?: number
  /** The data as it shall stand, instead of the compressed body. */
  readonly data?: Buffer
}

export interface ZipOptions {
  readonly comment?: string | Buffer
  /** The count in the end record. */
  readonly count?: number
  readonly before?: Buffer
  /** Between the entries and the directory. */
  readonly gap?: Buffer
  readonly after?: Buffer
  /** Adds a zip64 end record that says this. */
  readonly zip64?: { count?: number; offset?: number }
}

export function zip(entries: readonly RawZipEntry[], options: ZipOptions = {}): Buffer {
  const parts: Buffer[] = [options.before ?? Buffer.alloc(0)]
  const directory: Buffer[] = []
  const length = () => parts.reduce((total, part) => total + part.length, 0)
  for (const raw of entries) {
    const at = length()
    const all = fields(raw)
    const descriptor = raw.descriptor !== undefined
    const local = { ...all, ...(descriptor ? { crc: 0, size: 0, compressedSize: 0 } : {}), ...raw.local }
    parts.push(header(0x04034b50, local), Buffer.from(raw.local?.name ?? raw.name), all.data)
    if (descriptor) {
      const tail = Buffer.alloc(12)
      tail.writeUInt32LE(all.crc, 0)
      tail.writeUInt32LE(all.compressedSize, 4)
      tail.writeUInt32LE(all.size, 8)
      parts.push(raw.descriptor === 'signed' ? Buffer.concat([Buffer.from('PK\x07\x08'), tail]) : tail)
    }
    directory.push(
      header(0x02014b50, all, raw.offset ?? at),
      Buffer.from(raw.name),
      raw.extra ?? Buffer.alloc(0),
    )
  }
  parts.push(options.gap ?? Buffer.alloc(0))
  const start = length()
  parts.push(...directory)
  const size = length() - start
  if (options.zip64)
    parts.push(zip64(options.zip64.count ?? entries.length, size, options.zip64.offset ?? start, length()))
  const comment = Buffer.from(options.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE((options.count ?? entries.length) & 0xffff, 8)
  end.writeUInt16LE((options.count ?? entries.length) & 0xffff, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(start, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, end, comment, options.after ?? Buffer.alloc(0)])
}

interface Fields {
  readonly data: Buffer
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
  readonly nameLength: number
  readonly extraLength: number
  readonly mode: number
  readonly name?: string | Buffer
}

function fields(raw: RawZipEntry): Fields {
  const body = Buffer.from(raw.body ?? '')
  const data = raw.data ?? (raw.store ? body : deflateRawSync(body))
  return {
    data,
    flags: raw.flags ?? 0x800 | (raw.descriptor ? 8 : 0),
    method: raw.method ?? (raw.store ? 0 : 8),
    crc: raw.crc ?? crc32(body),
    size: raw.size ?? body.length,
    compressedSize: raw.compressedSize ?? data.length,
    nameLength: Buffer.from(raw.name).length,
    extraLength: raw.extra?.length ?? 0,
    mode: raw.mode ?? 0o100644,
  }
}

function header(signature: number, all: Fields, offset = 0): Buffer {
  const central = signature === 0x02014b50
  const block = Buffer.alloc(central ? 46 : 30)
  block.writeUInt32LE(signature, 0)
  let at = 4
  const u16 = (...values: number[]) => {
    for (const value of values) at = block.writeUInt16LE(value, at)
  }
  const u32 = (...values: number[]) => {
    for (const value of values) at = block.writeUInt32LE(value >>> 0, at)
  }
  if (central) u16(0x0314)
  u16(20, all.flags, all.method, 0, 0x21)
  u32(all.crc, all.compressedSize, all.size)
  u16(central ? all.nameLength : Buffer.from(all.name ?? 'x'.repeat(all.nameLength)).length)
  u16(central ? all.extraLength : 0)
  if (central) {
    u16(0, 0, 0)
    u32(all.mode * 0x10000, offset)
  }
  return block
}

function zip64(count: number, size: number, start: number, at: number): Buffer {
  const block = Buffer.alloc(76)
  block.writeUInt32LE(0x06064b50, 0)
  block.writeBigUInt64LE(44n, 4)
  block.writeBigUInt64LE(BigInt(count), 24)
  block.writeBigUInt64LE(BigInt(count), 32)
  block.writeBigUInt64LE(BigInt(size), 40)
  block.writeBigUInt64LE(BigInt(start), 48)
  block.writeUInt32LE(0x07064b50, 56)
  block.writeBigUInt64LE(BigInt(at), 64)
  block.writeUInt32LE(1, 72)
  return block
}
