// Reads an archive to a list in memory: detect by magic bytes, list, judge. The whole archive, or nothing of it.
// Never writes a file, never believes a name or a content type, never leaves out a bad entry to keep the rest.
import { isSkillsError } from '../errors/error.ts'
import { invalid, mebibytes, tooLarge, unsafe } from './archive-entry.ts'
import type { ArchiveEntry, ArchiveLimits, ListedEntry } from './archive-entry.ts'
import { isTarHeader } from './archive-tar-headers.ts'
import { gunzipBounded, listTar } from './archive-tar.ts'
import { listZip } from './archive-zip.ts'
import { LIMITS } from './limits.ts'
import { assertLinksStay } from './links.ts'
import { pathCollision, pathProblem } from './path-name.ts'
import { displayShort } from './text.ts'

export type { ArchiveEntry } from './archive-entry.ts'

export interface ReadArchiveOptions {
  /** File name or content type, for messages only. */
  readonly name?: string
  readonly contentType?: string
  readonly limits?: Partial<ArchiveLimits>
}

/**
 * The files and links of a .tar.gz, .tar or .zip, in the order of the archive; a leading `./` is taken off the paths.
 * Every path is safe on every system, no two collide, and every link stays inside (it may lead nowhere).
 * @throws archive_invalid for anything that is not a well-formed archive that all readers understand alike
 * @throws archive_unsafe for a hard link, device, unsafe or colliding path, or a link that leaves the archive
 * @throws limit_exceeded for bombs
 */
export async function readArchive(
  bytes: Uint8Array,
  options: ReadArchiveOptions = {},
): Promise<ArchiveEntry[]> {
  const limits: ArchiveLimits = { ...LIMITS, ...options.limits }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length > limits.archiveBytes) {
    throw tooLarge(`is larger than ${mebibytes(limits.archiveBytes)}`, limits.archiveBytes)
  }
  return judge(await list(buffer, limits, options))
}

async function list(
  bytes: Buffer,
  limits: ArchiveLimits,
  options: ReadArchiveOptions,
): Promise<ListedEntry[]> {
  const magic = bytes.toString('latin1', 0, 4)
  if (magic.startsWith('\x1f\x8b')) return listTar(await gunzipBounded(bytes, limits), limits)
  // A tar may begin with any name, so its checksum is asked before the magic of others.
  if (isTarHeader(bytes, 0)) return listTar(bytes, limits)
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') return listZip(bytes, limits)
  throw unknown(bytes, options)
}

/** Formats that people mistake for the supported ones. */
const OTHERS: readonly (readonly [magic: RegExp, name: string])[] = [
  [/^BZh/, 'a bzip2 archive'],
  [/^\xfd7zXZ\0/, 'an xz archive'],
  [/^\x28\xb5\x2f\xfd/, 'a zstd archive'],
  [/^7z\xbc\xaf/, 'a 7z archive'],
  [/^Rar!/, 'a RAR archive'],
]

function unknown(bytes: Buffer, options: ReadArchiveOptions): Error {
  const start = bytes.toString('latin1', 0, 512)
  const what = options.name === undefined ? '' : ` "${displayShort(options.name, 100)}"`
  if (bytes.length === 0) return invalid(`${what} is empty`.trimStart())
  if (/^\s*(?:\ufeff|\xef\xbb\xbf)?\s*</.test(start)) {
    return invalid('is a web page, not an archive', {
      hint: 'the address may need a login, or name a page instead of a file; open it in a browser to see',
    })
  }
  const other = OTHERS.find(([magic]) => magic.test(start))
  const said =
    options.contentType === undefined
      ? ''
      : ` (the server called it ${displayShort(options.contentType, 60)})`
  return invalid(`is ${other ? other[1] : 'neither tar nor gzip nor zip'}${said}`, {
    hint: 'pack the skill as .tar.gz or .zip',
  })
}

/** Judges the list as one: every name, then all names together, then where links lead. */
function judge(listed: readonly ListedEntry[]): ArchiveEntry[] {
  const entries: ArchiveEntry[] = []
  const paths: string[] = []
  for (const entry of listed) {
    const path = plainPath(entry)
    if (path === '') continue
    const problem = pathProblem(path)
    if (problem !== undefined) throw unsafe(entry.path, problem)
    paths.push(entry.kind === 'folder' ? `${path}/` : path)
    if (entry.kind === 'file') entries.push({ path, kind: 'file', bytes: entry.bytes })
    if (entry.kind === 'link')
      entries.push({ path, kind: 'link', bytes: entry.bytes, target: entry.target ?? '' })
  }
  const pair = pathCollision(paths)
  if (pair) {
    const [first, second] = pair
    const same =
      first === second ? 'stands there twice' : `is the same as "${displayShort(first, 200)}" on some systems`
    throw unsafe(second, same)
  }
  if (entries.length === 0) throw invalid('holds no files')
  try {
    assertLinksStay(entries)
  } catch (error) {
    if (!isSkillsError(error, 'link_unsafe')) throw error
    throw unsafe(String(error.details.path), `is a link that ${String(error.details.problem)}`)
  }
  return entries
}

/** Without leading `./` and, for a folder, without the slash at its end; empty for the root itself. */
function plainPath(entry: ListedEntry): string {
  let path = entry.path
  while (path.startsWith('./')) path = path.slice(2)
  if (entry.kind !== 'folder') return path
  if (path.endsWith('/')) path = path.slice(0, -1)
  return path === '.' ? '' : path
}
