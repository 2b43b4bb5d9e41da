// A second look at the raw headers of a tar, beside the parser: refuses whatever readers of tar understand differently,
// so that nobody sees other files in it than we do. Yields sizes and types, never names or content.
import { invalid, tooLarge, unsafe, type ArchiveLimits } from './archive-entry.ts'

const BLOCK = 512
const BACKSLASH = 0x5c
/** Bytes of one extended header or long name. */
const META_BYTES = 1024 * 1024

/** What a header says of the entry it opens; metadata headers are consumed. */
export interface RawHeader {
  readonly type: 'file' | 'folder' | 'link'
  readonly size: number
}

/** Types that are refused by name rather than as unknown. */
const REFUSED: Record<string, string> = {
  '1': 'is a hard link',
  '3': 'is a character device',
  '4': 'is a block device',
  '6': 'is a FIFO',
  '7': 'is a contiguous file',
  D: 'is a dump folder',
  M: 'continues another volume',
  S: 'is a sparse file',
}

/** True when a header begins there whose checksum holds. */
export function isTarHeader(tar: Buffer, offset: number): boolean {
  if (offset + BLOCK > tar.length) return false
  let sum = 8 * 0x20
  for (let i = offset; i < offset + 148; i++) sum += tar[i] ?? 0
  if (sum === 8 * 0x20) return false
  for (let i = offset + 156; i < offset + BLOCK; i++) sum += tar[i] ?? 0
  return octal(tar, offset + 148, 8) === sum
}

/** What is known of the next entry from the metadata headers before it. */
interface Pending {
  /** Kinds of metadata headers seen: `x`, `L`, `K`. */
  readonly types: Set<string>
  size: number | undefined
}

/**
 * The headers of the entries in order.
 * @throws archive_invalid for a damaged or ambiguous tar: bad checksum, size that is not plain octal, mixed or repeated
 *   metadata headers, a body where none belongs, a missing end mark, anything after the end mark
 * @throws archive_unsafe for an entry that is no file, folder or symbolic link
 * @throws limit_exceeded
 */
export function checkTarHeaders(tar: Buffer, limits: ArchiveLimits): RawHeader[] {
  const headers: RawHeader[] = []
  let pending: Pending | undefined
  let offset = 0
  while (!isZero(tar, offset, offset + BLOCK)) {
    if (offset + BLOCK > tar.length) throw invalid('ends in the middle of an entry')
    if (!isTarHeader(tar, offset)) throw invalid('has a header with a wrong checksum')
    const type = String.fromCharCode(tar[offset + 156] ?? 0)
    checkMagic(tar, offset)
    const size = octal(tar, offset + 124, 12)
    if (size === undefined) throw invalid('has an entry whose size is not a plain number')
    const body = offset + BLOCK
    offset = body + Math.ceil(size / BLOCK) * BLOCK
    if (offset > tar.length) throw invalid('ends in the middle of an entry')
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      pending = readMeta(type, tar.subarray(body, body + size), pending)
      continue
    }
    headers.push(entryHeader(tar, body - BLOCK, size))
    if (pending?.size !== undefined && pending.size !== size) throw invalid('has an entry with two sizes')
    if (headers.length > limits.entries)
      throw tooLarge(`has more than ${limits.entries} entries`, limits.entries)
    pending = undefined
  }
  if (pending) throw invalid('ends after an extended header')
  if (tar.length - offset < 2 * BLOCK) throw invalid('ends before its end mark')
  if (!isZero(tar, offset, tar.length)) throw invalid('goes on after its end mark')
  return headers
}

/**
 * Counts headers in a tar that comes in chunks, before anybody holds it whole. Judges nothing else.
 * @throws limit_exceeded
 */
export function headerCounter(limits: ArchiveLimits): (chunk: Buffer) => void {
  let count = 0
  let skip = 0
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = Math.min(skip, bytes.length)
    skip -= at
    while (skip === 0 && at + BLOCK <= bytes.length) {
      if (bytes[at] !== 0) count += 1
      // Metadata headers count here too, so twice the entries may be in order.
      if (count > 2 * limits.entries)
        throw tooLarge(`has more than ${limits.entries} entries`, limits.entries)
      const body = Math.ceil((octal(bytes, at + 124, 12) ?? 0) / BLOCK) * BLOCK
      at += BLOCK
      skip = Math.max(0, at + body - bytes.length)
      at = Math.min(at + body, bytes.length)
    }
    rest = skip > 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at))
  }
}

function entryHeader(tar: Buffer, header: number, size: number): RawHeader {
  const name = () => tar.toString('utf8', header, header + 100).replace(/\0[^]*$/, '')
  const code = String.fromCharCode(tar[header + 156] ?? 0)
  const named = tar.subarray(header, header + 100).includes(BACKSLASH)
  if (named || tar.subarray(header + 157, header + 257).includes(BACKSLASH)) {
    throw unsafe(name(), 'has a backslash in its name or target')
  }
  const type =
    code === '0' || code === '\0' ? 'file' : code === '5' ? 'folder' : code === '2' ? 'link' : undefined
  if (type === undefined) throw unsafe(name(), REFUSED[code] ?? 'has an unknown type')
  if (type !== 'file' && size !== 0) throw invalid(`has a ${type} with content`)
  return { type, size }
}

/** Readers disagree on the prefix field of a header that is neither POSIX nor GNU nor of the time before both. */
function checkMagic(tar: Buffer, header: number): void {
  const magic = tar.toString('latin1', header + 257, header + 265)
  if (magic !== 'ustar\x0000' && magic !== 'ustar  \0' && magic !== '\0'.repeat(8)) {
    throw invalid('has a header of an unknown tar format')
  }
}

/** A metadata header adds to what is known of the next entry; each kind once, PAX and GNU never together. */
function readMeta(type: string, body: Buffer, pending: Pending | undefined): Pending | undefined {
  if (body.length > META_BYTES) throw tooLarge('has an extended header of more than 1 MiB', META_BYTES)
  const clash = type === 'L' || type === 'K' ? pending?.types.has('x') || pending?.types.has(type) : pending
  if (clash) throw invalid('has extended headers in an ambiguous order')
  if (type === 'g') {
    if ([...paxRecords(body)].some(([key]) => DECIDING.has(key))) {
      throw invalid('has a global header that renames or resizes entries')
    }
    return undefined
  }
  const next = pending ?? { types: new Set(), size: undefined }
  next.types.add(type)
  if (type === 'x') {
    next.size = paxSize(body)
  } else if (body.length < 2 || body.indexOf(0) !== body.length - 1) {
    throw invalid('has a long name that is malformed')
  } else {
    refuseBackslash(body)
  }
  return next
}

/** Records that decide what an entry is called and holds. */
const DECIDING = new Set(['path', 'linkpath', 'size'])

/** The size that a PAX header gives, with every record that decides something checked. */
function paxSize(body: Buffer): number | undefined {
  const seen = new Map<string, Buffer>()
  for (const [key, value] of paxRecords(body)) {
    if (!DECIDING.has(key)) continue
    if (seen.has(key)) throw invalid(`has an extended header with two records "${key}"`)
    if (value.length === 0 || value.includes(0)) {
      throw invalid(`has an extended header with a malformed record "${key}"`)
    }
    refuseBackslash(value)
    seen.set(key, value)
  }
  const size = seen.get('size')?.toString('latin1')
  if (size === undefined) return undefined
  if (!/^\d{1,15}$/.test(size)) throw invalid('has an extended header with a malformed record "size"')
  return Number(size)
}

/** A parser may turn it into a slash, depending on the system. */
function refuseBackslash(text: Buffer): void {
  if (text.includes(BACKSLASH)) throw unsafe(text.toString(), 'has a backslash in its name or target')
}

/** The records `<length> <key>=<value>\n` of a PAX header, by their lengths. */
function* paxRecords(body: Buffer): Generator<[key: string, value: Buffer]> {
  for (let at = 0; at < body.length;) {
    const [, digits = '', key = ''] =
      /^([1-9]\d{0,9}) ([^=\n\0]+)=/.exec(body.toString('latin1', at, at + 512)) ?? []
    const end = at + Number(digits)
    if (key === '' || end > body.length || body[end - 1] !== 0x0a)
      throw invalid('has a malformed extended header')
    const value = body.subarray(at + digits.length + key.length + 2, end - 1)
    if (key.startsWith('GNU.sparse.')) throw invalid('has a sparse file')
    // A reader that goes by lines would take what follows a line feed for a record of its own.
    if (/\n\d+ /.test(value.toString('latin1'))) throw invalid('has an extended header with a hidden record')
    yield [key, value]
    at = end
  }
}

/** A number in octal digits, with spaces before and NUL or spaces after; undefined for anything else. */
function octal(tar: Buffer, offset: number, length: number): number | undefined {
  let value = 0
  let digits = 0
  let ended = false
  for (let i = offset; i < offset + length; i++) {
    const byte = tar[i] ?? 0
    if (byte === 0x20 && digits === 0) continue
    if (byte === 0 || byte === 0x20) ended = true
    else if (ended || byte < 0x30 || byte > 0x37) return undefined
    else {
      value = value * 8 + byte - 0x30
      digits += 1
    }
  }
  return digits > 0 ? value : undefined
}

const ZEROS = Buffer.alloc(64 * 1024)

/** True when all bytes of the range are zero; the range may reach past the end. */
function isZero(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start]) return false
  const stop = Math.min(end, bytes.length)
  for (let at = start; at < stop; at += ZEROS.length) {
    const until = Math.min(at + ZEROS.length, stop)
    if (bytes.compare(ZEROS, 0, until - at, at, until) !== 0) return false
  }
  return true
}
