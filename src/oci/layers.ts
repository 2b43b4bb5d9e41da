// The layers of one artifact as one list of entries: tar layers over each other as image layers are, raw files by title.
// Never guesses where two readers could differ; what cannot be read for sure is refused.
import * as zlib from 'node:zlib'
import type { Buffer } from 'node:buffer'
import { SkillsError } from '../errors/error.ts'
import { readArchive, type ArchiveEntry } from '../platform/archive.ts'
import { LIMITS } from '../platform/limits.ts'
import { pathCollision, pathProblem } from '../platform/path-name.ts'
import { displayShort } from '../platform/text.ts'
import { artifactInvalid, type Descriptor } from './manifest.ts'
import { TITLE } from './media-types.ts'

/** A layer and its bytes. */
export interface Layer {
  readonly descriptor: Descriptor
  readonly bytes: Buffer
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
/** More than any image builder writes. */
const TAR_LAYERS = 200
const TAR_TYPE = /[.+]tar(?:[.+](?:gzip|gz|zstd))?$/i
const ARCHIVE_NAME = /\.(?:tar\.gz|tgz|tar)$/i

/**
 * @param what for messages: `ghcr.io/o/r:1.0.0`
 * @throws artifact_invalid, and the codes of `readArchive`
 */
export async function readLayers(layers: readonly Layer[], what: string): Promise<ArchiveEntry[]> {
  const files = new Map<string, ArchiveEntry>()
  let bytes = 0
  let tars = 0
  const titled: ArchiveEntry[] = []
  const add = (entries: readonly ArchiveEntry[]): void => {
    stack(files, entries, what)
    bytes += entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
    if (files.size <= LIMITS.entries && bytes <= LIMITS.unpackedBytes) return
    throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} unpacks to too many files or bytes`, {
      details: { files: files.size, bytes, limit: LIMITS.unpackedBytes },
    })
  }
  for (const layer of layers) {
    const content = await readLayer(layer, what)
    if (!Array.isArray(content)) titled.push(content)
    else {
      tars += 1
      if (tars > TAR_LAYERS) throw artifactInvalid(what, `it has more than ${TAR_LAYERS} tar layers`)
      add(content)
    }
  }
  // Files by title have no order among themselves.
  if (titled.length > 0) add(titled)
  const pair = pathCollision(files.keys())
  if (pair) {
    const [first, second] = pair.map((path) => displayShort(path, 200))
    throw artifactInvalid(what, `two of its names are one on some systems: ${first} and ${second}`)
  }
  return [...files.values()]
}

/** The entries of a tar, or the one file of a layer with a title. */
async function readLayer({ descriptor, bytes }: Layer, what: string): Promise<ArchiveEntry[] | ArchiveEntry> {
  const title = descriptor.annotations[TITLE]
  const plain = plainBytes(bytes, what)
  const saysTar = TAR_TYPE.test(descriptor.mediaType) || (title !== undefined && ARCHIVE_NAME.test(title))
  const isTar = looksLikeTar(plain)
  // Old tools call every file a tar, and some call a tar anything; the bytes decide, but a file with a title that is
  // not called a tar is a file even if it is an archive.
  if (isTar && (saysTar || title === undefined)) {
    return isEmptyTar(plain) ? [] : readArchive(plain, { name: title ?? descriptor.mediaType })
  }
  if (title === undefined) {
    throw artifactInvalid(
      what,
      `a layer of type ${displayShort(descriptor.mediaType, 100)} is no tar and has no title`,
    )
  }
  return titledFile(title, bytes, what)
}

function titledFile(title: string, bytes: Buffer, what: string): ArchiveEntry {
  const path = title.replace(/^(?:\.\/)+/, '')
  const problem = pathProblem(path)
  if (problem !== undefined) throw artifactInvalid(what, `the title "${displayShort(title, 200)}" ${problem}`)
  return { path, kind: 'file', bytes }
}

/** Bytes without zstd; gzip is left to the reader of archives. */
function plainBytes(bytes: Buffer, what: string): Buffer {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== 0xfd2fb528) return bytes
  // Node has it from 22.15.
  const { zstdDecompressSync } = zlib as unknown as {
    zstdDecompressSync?: (bytes: Buffer, options: object) => Buffer
  }
  if (!zstdDecompressSync) {
    throw artifactInvalid(
      what,
      'it is compressed with zstd, which this Node cannot read',
      'use Node 22.15 or later',
    )
  }
  const most = Math.min(LIMITS.unpackedBytes, Math.max(LIMITS.ratioFloor, bytes.length * LIMITS.unpackRatio))
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: most })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} unpacks to more than ${most} bytes`)
    }
    throw artifactInvalid(what, 'its zstd data is damaged')
  }
}

function looksLikeTar(bytes: Buffer): boolean {
  if (bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) return true
  return bytes.toString('latin1', 257, 262) === 'ustar' || isEmptyTar(bytes)
}

/** The end mark alone, plain or compressed: what tools write for "nothing". */
function isEmptyTar(bytes: Buffer): boolean {
  if (bytes.length > 16 * 1024) return false
  let plain = bytes
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      plain = zlib.gunzipSync(bytes, { maxOutputLength: 64 * 1024 })
    } catch {
      return false
    }
  }
  return plain.length >= 1024 && plain.length % 512 === 0 && plain.every((byte) => byte === 0)
}

/**
 * Lays the entries of a layer over what is there, as image layers have it: a whiteout removes a name, an opaque one all
 * that lay in its folder, and a file stands in for whatever had its name or is in the way of its folder.
 */
function stack(files: Map<string, ArchiveEntry>, entries: readonly ArchiveEntry[], what: string): void {
  const gone = new Set<string>()
  const emptied = new Set<string>()
  const placed = new Map<string, ArchiveEntry>()
  const folders = new Set<string>()
  for (const entry of entries) {
    const [folder, name] = splitPath(entry.path)
    if (name === OPAQUE) emptied.add(folder)
    else if (name.startsWith(WHITEOUT)) gone.add(join(folder, name.slice(WHITEOUT.length)))
    else if (placed.has(entry.path))
      throw artifactInvalid(what, `it holds ${displayShort(entry.path, 200)} twice`)
    else placed.set(entry.path, entry)
    for (let above = folder; above !== '' && !folders.has(above); above = splitPath(above)[0])
      folders.add(above)
  }
  for (const path of files.keys()) {
    let removed = gone.has(path) || folders.has(path)
    for (let at = path; at !== '' && !removed;) {
      at = splitPath(at)[0]
      removed = emptied.has(at) || (at !== '' && (gone.has(at) || placed.has(at)))
    }
    if (removed) files.delete(path)
  }
  for (const [path, entry] of placed) files.set(path, entry)
}

function splitPath(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
