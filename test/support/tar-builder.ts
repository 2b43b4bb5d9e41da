// Writes tar headers by hand, so that tests can write what no tool would.
import { gzipSync } from 'node:zlib'

export interface RawEntry {
  readonly name: string | Buffer
  /** The type flag; `0` (file) unless told. */
  readonly type?: string
  readonly body?: string | Buffer
  readonly link?: string | Buffer
  readonly prefix?: string
  readonly mode?: number
  /** The twelve bytes of the size field, when it shall lie. */
  readonly size?: string | Buffer
  readonly magic?: string
  /** Added to the right checksum. */
  readonly checksumError?: number
}

/** One header block and its body, padded. */
export function entry(raw: RawEntry): Buffer {
  const body = Buffer.from(raw.body ?? '')
  const header = Buffer.alloc(512)
  const put = (value: string | Buffer, at: number, max: number) => Buffer.from(value).copy(header, at, 0, max)
  put(raw.name, 0, 100)
  put(`${(raw.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100, 8)
  put('0000000\0', 108, 8)
  put('0000000\0', 116, 8)
  put(raw.size ?? `${body.length.toString(8).padStart(11, '0')}\0`, 124, 12)
  put('00000000000\0', 136, 12)
  put(raw.type ?? '0', 156, 1)
  put(raw.link ?? '', 157, 100)
  put(raw.magic ?? 'ustar\x0000', 257, 8)
  put(raw.prefix ?? '', 345, 155)
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0) + (raw.checksumError ?? 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

export const file = (name: string | Buffer, body: string | Buffer = 'x'): Buffer => entry({ name, body })
export const folder = (name: string): Buffer => entry({ name, type: '5', mode: 0o755 })
export const symlink = (name: string, link: string): Buffer => entry({ name, type: '2', link })
export const hardlink = (name: string, link: string): Buffer => entry({ name, type: '1', link })

/** One PAX record with the right length. */
export function record(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

/** A PAX header (`x`), or a global one (`g`), of the records. */
export function pax(records: Record<string, string | Buffer> | Buffer, type: 'x' | 'g' = 'x'): Buffer {
  const body = Buffer.isBuffer(records)
    ? records
    : Buffer.concat(Object.entries(records).map(([key, value]) => record(key, value)))
  return entry({ name: type === 'g' ? 'pax_global_header' : 'PaxHeader/x', type, body })
}

/** A GNU long name (`L`) or long link target (`K`). */
export function gnuLong(type: 'L' | 'K', text: string, end = '\0'): Buffer {
  return entry({ name: '././@LongLink', type, body: text + end, magic: 'ustar  \0' })
}

/** The parts and the end mark. */
export function tar(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

export function tgz(...parts: readonly Buffer[]): Buffer {
  return gzipSync(tar(...parts))
}
