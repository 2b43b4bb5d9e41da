// Lists the entries of a tar, plain or gzipped, from memory: node-tar parses, archive-tar-headers.ts looks over its shoulder.
// Never unpacks to disk, never repairs: any warning of the parser and any disagreement refuses the whole archive.
import { gunzipSync, createGunzip, type ZlibOptions } from 'node:zlib'
import { isSkillsError } from '../errors/error.ts'
import {
  invalid,
  mebibytes,
  tooLarge,
  unpackedCap,
  type ArchiveLimits,
  type ListedEntry,
} from './archive-entry.ts'
import { checkTarHeaders, headerCounter, isTarHeader } from './archive-tar-headers.ts'

/**
 * Bounded gunzip. Concatenated members are one stream, as gzip has it; anything after the last member is refused.
 * @throws archive_invalid for damaged or truncated data and trailing bytes; limit_exceeded for a bomb
 */
export async function gunzipBounded(gz: Buffer, limits: ArchiveLimits): Promise<Buffer> {
  const cap = unpackedCap(gz.length, limits)
  // The trailer's length is right for every gzip file of one member, so it can size the buffer.
  const hint = gz.length >= 18 ? gz.readUInt32LE(gz.length - 4) : 0
  const first = hint > Math.min(cap, LARGE) ? undefined : tryGunzip(gz, hint)
  if (first) return first
  // Large, or several members, or a trailer that lies: count without keeping before anything is kept.
  return tryGunzip(gz, await countGunzip(gz, cap, limits)) ?? Buffer.alloc(0)
}

/** Unpacked size from which the entries are counted before they are kept. */
const LARGE = 64 * 1024 * 1024

function tooMuch(cap: number): Error {
  return tooLarge(`unpacks to more than ${mebibytes(cap)}`, cap)
}

/** Undefined when the output is larger than `size`. */
function tryGunzip(gz: Buffer, size: number): Buffer | undefined {
  try {
    const limit = Math.max(size, 1)
    // `info` is in Node's documentation but not in its types; the result then tells how much input was used.
    const options = { info: true, maxOutputLength: limit, chunkSize: Math.max(limit, 64) } as ZlibOptions
    const { buffer, engine } = gunzipSync(gz, options) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    if (engine.bytesWritten !== gz.length) throw invalid('has bytes after its gzip data')
    return buffer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw damaged(error)
  }
}

/** The unpacked size of all gzip members. */
async function countGunzip(gz: Buffer, cap: number, limits: ArchiveLimits): Promise<number> {
  const count = headerCounter(limits)
  const unzip = createGunzip({ chunkSize: 256 * 1024 })
  let size = 0
  try {
    unzip.end(gz)
    for await (const chunk of unzip) {
      size += (chunk as Buffer).length
      if (size > cap) throw tooMuch(cap)
      count(chunk as Buffer)
    }
  } catch (error) {
    throw damaged(error)
  } finally {
    unzip.destroy()
  }
  return size
}

function damaged(error: unknown): Error {
  return isSkillsError(error)
    ? error
    : invalid('is damaged or incomplete: its gzip data ends or breaks off', { cause: error })
}

/**
 * The entries of a tar in order, with the content of files.
 * @throws archive_invalid, archive_unsafe, limit_exceeded
 */
export async function listTar(tar: Buffer, limits: ArchiveLimits): Promise<ListedEntry[]> {
  if (tar.length > limits.unpackedBytes) {
    throw tooLarge(`unpacks to more than ${mebibytes(limits.unpackedBytes)}`, limits.unpackedBytes)
  }
  if (!isTarHeader(tar, 0)) throw invalid('holds no tar')
  const headers = checkTarHeaders(tar, limits)
  const { Parser } = await (tarModule ??= import('tar'))
  const entries: ListedEntry[] = []
  let problem: unknown
  const parser = new Parser({
    strict: true,
    zstd: false,
    maxMetaEntrySize: 2 * 1024 * 1024,
    onReadEntry: (entry) => {
      const header = headers[entries.length]
      const kind = KINDS[entry.type]
      if (header?.type === 'file' ? !kind || kind === 'link' : kind !== header?.type) problem ??= 'type'
      if (entry.size !== header?.size) problem ??= 'size'
      const chunks: Buffer[] = []
      const listed = { path: entry.path, kind: kind ?? ('file' as const), bytes: NOTHING as Buffer }
      entries.push(entry.type === 'SymbolicLink' ? { ...listed, target: entry.linkpath ?? '' } : listed)
      entry.on('data', (chunk: Buffer) => chunks.push(chunk))
      entry.on('end', () => {
        listed.bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
      })
    },
  })
  parser.on('ignoredEntry', () => (problem ??= 'ignored entry'))
  parser.on('error', (error: unknown) => (problem ??= error))
  try {
    parser.end(tar)
  } catch (error) {
    problem ??= error
  }
  if (problem !== undefined || entries.length !== headers.length) {
    throw invalid('is malformed: readers of tar would not agree on what it holds', { cause: problem })
  }
  return entries
}

const NOTHING = Buffer.alloc(0)

/** Asked for once: resolving the name again costs as much as a small archive. */
let tarModule: Promise<typeof import('tar')> | undefined

/** node-tar's names of the types that may pass. */
const KINDS: Record<string, ListedEntry['kind']> = {
  File: 'file',
  OldFile: 'file',
  Directory: 'folder',
  SymbolicLink: 'link',
}
