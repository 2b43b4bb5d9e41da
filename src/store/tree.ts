// A folder of plain files on disk, read or hashed in one pass. Follows no link, opens no device, holds no more than the
// limits of one skill; what is not a plain file is named, never read.
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { sha256Hex } from '../integrity/digest.ts'
import {
  type FileDigest,
  modeOf,
  type SkillFile,
  sortByPath,
  type TreeDigest,
  treeDigest,
} from '../integrity/tree.ts'
import { holdsModes, isWrongMode } from '../platform/file-modes.ts'
import { errnoOf, toFsError } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayText } from '../platform/text.ts'

/** Sorted by the bytes of the path. `strange` are links, devices and names that are not UTF-8. */
export interface DiskTree<T> {
  readonly files: readonly T[]
  readonly strange: readonly string[]
}

const OPEN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Every file below `root` in memory; undefined when there is no such folder or it is a link or file.
 * @throws limit_exceeded past the limits of one skill; permission_denied, fs_failed
 */
export function readTree(root: string): DiskTree<SkillFile> | undefined {
  return walk(root, (path, bytes) => ({ path, bytes: Buffer.from(bytes) }))
}

/** A file of which only the digest is kept. */
export interface HashedFile extends FileDigest {
  readonly size: number
  /** Its permission bits, and what they should be by its content. */
  readonly mode: number
  readonly expected: number
}

/** Like `readTree`, but keeps only the digests: one buffer serves all files, so memory stays flat. */
export function digestTree(root: string): DiskTree<HashedFile> | undefined {
  return walk(root, (path, bytes, fd) => ({
    path,
    sha256: sha256Hex(bytes),
    size: bytes.length,
    mode: fstatSync(fd).mode & 0o7777,
    expected: modeOf(bytes),
  }))
}

/** The files of a folder, or undefined when there is none, or it holds more than plain files or more than a skill may. */
export function readPlainFiles(root: string): readonly SkillFile[] | undefined {
  return plainOnly(() => readTree(root))
}

/** What a folder of plain files amounts to. */
export interface HashedFolder {
  readonly integrity: TreeDigest
  /** How many files, and their bytes in all. */
  readonly files: number
  readonly bytes: number
  /** Files whose permission bits are not what their content says, where the file system has any. */
  readonly modes: readonly WrongMode[]
}

export interface WrongMode {
  readonly path: string
  readonly mode: number
  /** 0o755 or 0o644. */
  readonly expected: number
}

/** Like `readPlainFiles`, without keeping the content. */
export function hashPlainFiles(root: string): HashedFolder | undefined {
  const files = plainOnly(() => digestTree(root))
  if (!files) return undefined
  return {
    integrity: treeDigest(files),
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    modes: wrongModes(root, files),
  }
}

function wrongModes(root: string, files: readonly HashedFile[]): readonly WrongMode[] {
  const wrong = files.filter(({ mode, expected }) => isWrongMode(mode, expected === 0o755))
  if (wrong.length === 0 || !holdsModes(root)) return []
  return wrong.map(({ path, mode, expected }) => ({ path, mode, expected }))
}

function plainOnly<T>(read: () => DiskTree<T> | undefined): readonly T[] | undefined {
  try {
    const tree = read()
    return tree && tree.strange.length === 0 ? tree.files : undefined
  } catch (error) {
    if (isSkillsError(error, 'limit_exceeded')) return undefined
    throw error
  }
}

/** `bytes` and the open file are only valid during the call. */
type Keep<T> = (path: string, bytes: Uint8Array, fd: number) => T

function walk<T extends { path: string }>(root: string, keep: Keep<T>): DiskTree<T> | undefined {
  const files: T[] = []
  const strange: string[] = []
  const pending = ['']
  let total = 0
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    const entries = entriesOf(root, prefix)
    if (!entries) {
      if (prefix === '') return undefined
      continue
    }
    for (const entry of entries) {
      const path = prefix + entry.name
      if (entry.isDirectory()) {
        pending.push(`${path}/`)
        continue
      }
      const read = (bytes: Uint8Array, fd: number): T => {
        total += bytes.length
        return keep(path, bytes, fd)
      }
      const file = entry.isFile() ? readFile(`${root}/${path}`, LIMITS.skillBytes - total, read) : undefined
      if (file) files.push(file)
      else strange.push(path)
    }
    checkCounts(files.length + strange.length + pending.length, prefix, root)
  }
  return { files: sortByPath(files), strange: strange.sort() }
}

function entriesOf(root: string, prefix: string): Dirent[] | undefined {
  const folder = prefix === '' ? root : `${root}/${prefix}`
  try {
    if (prefix === '' && !lstatSync(root).isDirectory()) return undefined
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined
    throw toFsError(error, folder)
  }
}

function checkCounts(count: number, prefix: string, root: string): void {
  if (count <= LIMITS.skillFiles && prefix.length <= LIMITS.pathBytes) return
  throw new SkillsError(
    'limit_exceeded',
    `More files or deeper folders than a skill may have: ${displayText(root)}`,
    {
      details: { file: root, limit: LIMITS.skillFiles },
    },
  )
}

let scratch = Buffer.allocUnsafe(256 * 1024)

/** What `use` makes of the content, in a buffer that the next call overwrites; undefined for what is no plain file (any more). */
function readFile<T>(
  path: string,
  maxBytes: number,
  use: (bytes: Uint8Array, fd: number) => T,
): T | undefined {
  let fd: number
  try {
    fd = openSync(path, OPEN)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ELOOP' || errno === 'ENOENT' || errno === 'ENXIO') return undefined
    throw toFsError(error, path)
  }
  try {
    return use(readAll(fd, path, maxBytes), fd)
  } catch (error) {
    throw toFsError(error, path)
  } finally {
    closeSync(fd)
  }
}

// One read gets a small file and proves its end by coming back short; fstat is only asked when it does not.
function readAll(fd: number, path: string, maxBytes: number): Uint8Array {
  let length = readSync(fd, scratch, 0, scratch.length, null)
  if (length === scratch.length) {
    const { size } = fstatSync(fd)
    checkBytes(size, maxBytes, path)
    if (size >= scratch.length) scratch = Buffer.concat([scratch], Math.min(size, maxBytes) + 1)
    for (let count = -1; count !== 0 && length < scratch.length; length += count) {
      count = readSync(fd, scratch, length, scratch.length - length, null)
    }
  }
  checkBytes(length, maxBytes, path)
  return scratch.subarray(0, length)
}

function checkBytes(size: number, maxBytes: number, path: string): void {
  if (size <= maxBytes) return
  throw new SkillsError(
    'limit_exceeded',
    `A skill has more than ${LIMITS.skillBytes} bytes with ${displayText(path)}`,
    {
      details: { file: path, limit: LIMITS.skillBytes },
    },
  )
}
