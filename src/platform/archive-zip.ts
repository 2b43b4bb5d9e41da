// Lists the entries of a zip from memory: yauzl reads the directory, zlib inflates, and every byte has to belong to one entry.
// Never trusts one header alone: the local header, the directory and the data have to agree, or the archive is refused.
import { crc32, inflateRawSync, type ZlibOptions } from 'node:zlib'
import type { Entry, LocalFileHeader, ZipFile } from 'yauzl'
import { invalid, mebibytes, tooLarge, unpackedCap, unsafe } from './archive-entry.ts'
import type { ArchiveLimits, ListedEntry } from './archive-entry.ts'
import { LIMITS } from './limits.ts'

/**
 * The entries of a zip in the order of its directory, with the content of files.
 * @throws archive_invalid, archive_unsafe, limit_exceeded
 */
export async function listZip(zip: Buffer, limits: ArchiveLimits): Promise<ListedEntry[]> {
  const yauzl = await import('yauzl')
  // Names stay bytes here: yauzl would judge them by fewer rules and replace backslashes.
  const file = await yauzl
    .fromBufferPromise(zip, { decodeStrings: false, strictFileNames: true, validateEntrySizes: true })
    .catch((error: unknown) => {
      throw invalid('is damaged or incomplete: its zip directory is missing or malformed', { cause: error })
    })
  const found = await readDirectory(file, zip, limits)
  checkLayout(found.spans, zip, found.start, found.end)
  const entries: ListedEntry[] = []
  const separator = isOfWindows(found.spans) ? '\\' : '/'
  for (const span of found.spans) {
    const name = yauzl.getFileNameLowLevel(
      span.entry.generalPurposeBitFlag,
      raw(span.entry),
      span.entry.extraFields,
      true,
    )
    entries.push(listed(span, entryName(span.entry, name).replaceAll(separator, '/'), zip))
  }
  return entries
}

/**
 * True for what PowerShell 5 and older .NET write: made on Windows, and every separator is a backslash. One slash in it,
 * or another system, and a backslash is a part of a name, which no archive of a skill needs.
 */
function isOfWindows(spans: readonly Span[]): boolean {
  const names = spans.map(({ entry }) => raw(entry))
  return (
    names.some((name) => name.includes(0x5c)) &&
    !names.some((name) => name.includes(0x2f)) &&
    spans.every(({ entry }) => MADE_ON_WINDOWS.has(entry.versionMadeBy >>> 8))
  )
}

/** FAT, NTFS and VFAT of the zip specification, 4.4.2. */
const MADE_ON_WINDOWS: ReadonlySet<number> = new Set([0, 10, 14])

/** An entry and the bytes it takes: its local header, its data, and what follows up to `end`. */
interface Span {
  readonly entry: Entry
  readonly start: number
  readonly dataStart: number
  readonly dataEnd: number
}

async function readDirectory(
  file: ZipFile,
  zip: Buffer,
  limits: ArchiveLimits,
): Promise<{ spans: Span[]; start: number; end: number }> {
  // The declared type of the cursor is wrong; it is the offset where the directory begins.
  const cursor = () => Number(file.readEntryCursor)
  const start = cursor()
  if (file.entryCount > limits.entries)
    throw tooLarge(`has more than ${limits.entries} entries`, limits.entries)
  const cap = unpackedCap(zip.length, limits)
  const spans: Span[] = []
  let total = 0
  try {
    for await (const entry of file.eachEntry()) {
      total += entry.uncompressedSize
      if (total > cap) throw tooLarge(`unpacks to more than ${mebibytes(cap)}`, cap)
      if (entry.isEncrypted()) throw encrypted()
      const local = await readLocal(file, entry)
      checkLocal(entry, local)
      const dataEnd = local.fileDataStart + entry.compressedSize
      spans.push({ entry, start: entry.relativeOffsetOfLocalHeader, dataStart: local.fileDataStart, dataEnd })
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'SkillsError') throw error
    if (/encryption/.test(String(error))) throw encrypted()
    throw invalid('is damaged: its zip directory does not hold together', { cause: error })
  }
  return { spans, start, end: cursor() }
}

function encrypted(): Error {
  return invalid('is encrypted', {
    hint: 'a skill has no reason to hide its files; ask its author for an open archive',
  })
}

function readLocal(file: ZipFile, entry: Entry): Promise<LocalFileHeader> {
  return new Promise((resolve, reject) => {
    file.readLocalFileHeader(entry, {}, (error, header) => (error ? reject(error) : resolve(header)))
  })
}

/** `fileName` is declared as text but holds the bytes when strings are not decoded. */
function raw(entry: Entry): Buffer {
  return entry.fileNameRaw
}

/** Bit 3: sizes and checksum follow the data. */
const DESCRIPTOR = 0x08
/** Bit 11: the name is UTF-8. */
const UTF8 = 0x800

function checkLocal(entry: Entry, local: LocalFileHeader): void {
  const flags = entry.generalPurposeBitFlag
  const disagrees =
    !local.fileName.equals(raw(entry)) ||
    local.compressionMethod !== entry.compressionMethod ||
    (local.generalPurposeBitFlag & (1 | DESCRIPTOR | UTF8)) !== (flags & (1 | DESCRIPTOR | UTF8)) ||
    !agrees(local.uncompressedSize, entry.uncompressedSize, flags) ||
    !agrees(local.compressedSize, entry.compressedSize, flags) ||
    (local.crc32 !== entry.crc32 && !((flags & DESCRIPTOR) !== 0 && local.crc32 === 0))
  if (disagrees) throw invalid('is damaged: a zip entry differs from the directory')
}

/** The local number may be absent because a descriptor follows, or because its zip64 field has it. */
function agrees(local: number, central: number, flags: number): boolean {
  return local === central || local === 0xffffffff || (local === 0 && (flags & DESCRIPTOR) !== 0)
}

/** Entries follow each other from the first byte to the directory, with data descriptors between them and nothing else. */
function checkLayout(spans: readonly Span[], zip: Buffer, directory: number, end: number): void {
  let at = 0
  const sorted = [...spans].sort((a, b) => a.start - b.start)
  for (const [index, span] of sorted.entries()) {
    if (span.start !== at) throw invalid('has overlapping entries, or data that belongs to no entry')
    at = sorted[index + 1]?.start ?? directory
    const gap = at - span.dataEnd
    const allowed = (span.entry.generalPurposeBitFlag & DESCRIPTOR) !== 0 ? [12, 16, 20, 24] : [0]
    if (!allowed.includes(gap)) throw invalid('has overlapping entries, or data that belongs to no entry')
  }
  if (at !== directory || end !== directoryEnd(zip)) {
    throw invalid('has a zip directory that is not where it should be')
  }
}

/** Where the directory has to end: at the end record, or at the zip64 record before it. */
function directoryEnd(zip: Buffer): number {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 20 || zip.readUInt32LE(end - 20) !== 0x07064b50) return end
  return Number(zip.readBigUInt64LE(end - 12))
}

/** UTF-8 where the bytes are UTF-8, also without the flag, as the Finder writes them. */
function entryName(entry: Entry, decoded: string): string {
  const bytes = raw(entry)
  const ascii = bytes.every((byte) => byte < 0x80)
  if (ascii && decoded !== bytes.toString('latin1')) throw unsafe(decoded, 'has two names')
  const unflagged = (entry.generalPurposeBitFlag & UTF8) === 0
  const replaced = entry.extraFields.some((field) => field.id === 0x7075)
  const text = bytes.toString('utf8')
  if (!unflagged && !Buffer.from(text).equals(bytes))
    throw unsafe(text, 'has a name that is not the UTF-8 it claims')
  return !ascii && unflagged && !replaced && !text.includes('\ufffd') ? text : decoded
}

function listed(span: Span, path: string, zip: Buffer): ListedEntry {
  const { entry } = span
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  const folder = path.endsWith('/')
  if (![0, 0o040000, 0o100000, 0o120000].includes(type)) throw unsafe(path, 'is a device, a FIFO or a socket')
  if ((type === 0o040000 && !folder) || (type === 0o120000 && folder)) throw unsafe(path, 'has two types')
  const bytes = inflate(span, zip, path)
  if (folder && bytes.length > 0) throw invalid('has a folder with content')
  if (type !== 0o120000) return { path, kind: folder ? 'folder' : 'file', bytes }
  if (bytes.length > LIMITS.pathBytes) throw unsafe(path, 'is a link with a target that is too long')
  return { path, kind: 'link', bytes: Buffer.alloc(0), target: bytes.toString('utf8') }
}

function inflate(span: Span, zip: Buffer, path: string): Buffer {
  const { entry } = span
  const data = zip.subarray(span.dataStart, span.dataEnd)
  const bytes = entry.compressionMethod === 0 ? data : inflateExactly(data, entry)
  if (bytes.length !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) {
    throw invalid(`is damaged: the content of an entry does not match its checksum or size`, {
      cause: new Error(path),
    })
  }
  return bytes
}

function inflateExactly(data: Buffer, entry: Entry): Buffer {
  if (entry.compressionMethod !== 8) {
    throw invalid(`uses the zip compression method ${entry.compressionMethod}, which is not supported`)
  }
  try {
    const limit = Math.max(entry.uncompressedSize, 1)
    const options = { info: true, maxOutputLength: limit, chunkSize: Math.max(limit, 64) } as ZlibOptions
    const { buffer, engine } = inflateRawSync(data, options) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    if (engine.bytesWritten !== data.length) throw new Error('bytes after the compressed data')
    return buffer
  } catch (error) {
    throw invalid('is damaged: the compressed data of an entry cannot be read', { cause: error })
  }
}
