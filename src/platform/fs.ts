// File primitives: a write is whole or absent, a read is bounded, a walk follows no link.
// Never changes a file in place, never leaves the folder it was given.
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import { LIMITS } from './limits.ts'
import { comparePaths } from './order.ts'
import { displayText } from './text.ts'

/** One entry of a folder tree; `path` is relative to its root, with `/`. */
export interface ListedFile {
  readonly path: string
  readonly kind: 'file' | 'link' | 'other'
  /** Bytes as lstat tells them. */
  readonly size: number
}

const TEMPORARY = /^\.skillward-(\d+)-[0-9a-f]{12}\.tmp$/
const ABANDONED_MS = 60 * 60 * 1000

/** A name for something unfinished, which `removeAbandoned` recognises: `.skillward-<pid>-<random>.tmp`. */
export function temporaryName(): string {
  if (names.at === names.bytes.length) names = { bytes: randomBytes(6 * 128), at: 0 }
  const random = names.bytes.toString('hex', names.at, (names.at += 6))
  return `.skillward-${process.pid}-${random}.tmp`
}

/** Random bytes for the next names: asking for many at once costs what asking for six does. */
let names = { bytes: Buffer.alloc(0), at: 0 }

export interface WriteOptions {
  readonly mode?: number | undefined
  /** An existing folder for the temporary file, used where a rename out of it is possible; else it stands beside. */
  readonly drafts?: string | undefined
}

/**
 * Replaces or creates a file so that after a crash the old or the new content stands: temporary file beside, fsync,
 * rename, fsync of the folder. A link in its place is replaced, not followed. Without `mode` an existing file keeps
 * its own and a new one follows the umask. Missing folders are created.
 * @throws permission_denied, disk_full, fs_failed
 */
export function writeFileAtomic(path: string, data: Uint8Array | string, options: WriteOptions = {}): void {
  replaceFile(path, data, { ...options, durable: true })
}

/**
 * Like `writeFileAtomic`, without the two waits for the disk: after a power cut the file may be torn. Only for caches
 * whose content is checked whenever it is read.
 * @throws permission_denied, disk_full, fs_failed
 */
export function writeCacheFile(path: string, data: Uint8Array | string, mode?: number): void {
  replaceFile(path, data, { mode, durable: false })
}

/**
 * The folder, and those above it that are missing. Not by `recursive`: where a file system will have no folder and says
 * that the one above is missing though it stands (/proc), Node then asks for ever.
 * @throws what mkdirSync throws
 */
export function makeFolders(path: string, mode?: number): void {
  for (let attempt = 1; ; attempt++) {
    try {
      makeMissing(path, mode)
      return
    } catch (error) {
      // Another process made one of them and took it away again, while it was looked at.
      const isRace = errnoOf(error) === 'EEXIST' && !lstatSync(path, { throwIfNoEntry: false })
      if (!(isRace || errnoOf(error) === 'ENOENT') || attempt === ATTEMPTS) throw error
    }
  }
}

const ATTEMPTS = 20

function makeMissing(path: string, mode: number | undefined): void {
  const missing: string[] = []
  for (let folder = path; !isFolder(folder); folder = dirname(folder)) {
    missing.push(folder)
    if (dirname(folder) === folder) break
  }
  for (const folder of missing.toReversed()) {
    try {
      mkdirSync(folder, mode)
    } catch (error) {
      // Another process was faster.
      if (errnoOf(error) !== 'EEXIST' || !isFolder(folder)) throw error
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function replaceFile(
  path: string,
  data: Uint8Array | string,
  { mode, drafts, durable }: WriteOptions & { readonly durable: boolean },
): void {
  const folder = dirname(path)
  let temporary = join(folder, temporaryName())
  try {
    makeFolders(folder)
    if (drafts !== undefined && statSync(drafts).dev === statSync(folder).dev)
      temporary = join(drafts, temporaryName())
    writeNew(temporary, data, { mode: mode ?? modeOfExisting(path), durable })
    renameSync(temporary, path)
    if (durable) syncFolder(folder)
  } catch (error) {
    discard(temporary)
    throw toFsError(error, path)
  }
}

function modeOfExisting(path: string): number | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isFile() ? stat.mode & 0o777 : undefined
}

function writeNew(
  path: string,
  data: Uint8Array | string,
  { mode, durable }: { readonly mode: number | undefined; readonly durable: boolean },
): void {
  const fd = openSync(path, 'wx', mode ?? 0o666)
  try {
    // The umask has no say in a mode that was asked for.
    if (mode !== undefined) fchmodSync(fd, mode)
    writeAll(fd, typeof data === 'string' ? Buffer.from(data) : data)
    if (durable) fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0
  while (offset < bytes.length) offset += writeSync(fd, bytes, offset)
}

/** Makes renames in a folder durable. Silently does nothing where folders cannot be synced (Windows, some network disks). */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  try {
    const fd = openSync(folder, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const code = errnoOf(error)
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EACCES' && code !== 'EPERM') throw error
  }
}

/**
 * Removes temporaries in `folder` (not below) whose process is gone or that are older than an hour; gives their number.
 * With `dryRun` it only counts.
 */
export function removeAbandoned(
  folder: string,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): number {
  let removed = 0
  for (const name of readFolder(folder)) {
    const match = TEMPORARY.exec(name)
    if (!match) continue
    const path = join(folder, name)
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat || (isAlive(Number(match[1])) && Date.now() - stat.mtimeMs < ABANDONED_MS)) continue
    if (!dryRun) removeTree(path)
    removed++
  }
  return removed
}

/** True when a process of this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) === 'EPERM'
  }
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw toFsError(error, folder)
  }
}

/** Parts of letters, digits, `-`, `_` and inner dots: the same on every system. */
const PLAIN_PATH = /^[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*$/

/**
 * The absolute path of `relative` under `root`, by text alone (existing links are not looked at).
 * @throws path_unsafe when it is empty, absolute, holds NUL, or leaves or equals the root
 */
export function containedPath(root: string, relative: string): string {
  // Nearly every name; a thousand skills have five thousand, and resolving takes longer than writing the file's name.
  if (sep === '/' && /^\/.*[^/]$/s.test(root) && PLAIN_PATH.test(relative)) return `${root}/${relative}`
  const base = resolve(root)
  const path = resolve(base, relative)
  const inside = path.startsWith(base.endsWith(sep) ? base : base + sep)
  const escapes = relative.split(/[/\\]/).includes('..')
  if (relative === '' || relative.includes('\0') || escapes || !inside || path === base) {
    throw new SkillsError('path_unsafe', `A path leaves its folder: ${displayText(relative)}`)
  }
  return path
}

/**
 * Every file, link and special file under `root`, folders walked but not listed, sorted by the bytes of the path.
 * A name that is not UTF-8 is listed as `other`; what vanishes during the walk is left out.
 * @throws limit_exceeded past LIMITS.entries or LIMITS.depth; permission_denied, fs_failed (root missing too)
 */
export function listFiles(root: string): ListedFile[] {
  const found: ListedFile[] = []
  const pending = ['']
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const absolute = folder === '' ? root : join(root, folder)
    let names: string[]
    try {
      names = readdirSync(absolute)
    } catch (error) {
      if (folder !== '' && isMissing(error)) continue
      throw toFsError(error, absolute)
    }
    if (found.length + names.length > LIMITS.entries || folder.split('/').length > LIMITS.depth) {
      throw new SkillsError('limit_exceeded', `Too many files or folders too deep in ${displayText(root)}`, {
        details: { entries: LIMITS.entries, depth: LIMITS.depth },
      })
    }
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`
      const entry = listed(join(root, path), path)
      if (entry === 'folder') pending.push(path)
      else if (entry) found.push(entry)
    }
  }
  return found.sort((a, b) => comparePaths(a.path, b.path))
}

function listed(absolute: string, path: string): ListedFile | 'folder' | undefined {
  let stat
  try {
    stat = lstatSync(absolute, { throwIfNoEntry: false })
  } catch (error) {
    throw toFsError(error, absolute)
  }
  if (!stat) return path.includes('\ufffd') ? { path, kind: 'other', size: 0 } : undefined
  if (stat.isDirectory()) return 'folder'
  const kind = stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'link' : 'other'
  return { path, kind, size: stat.size }
}

/**
 * The whole of a regular file, or undefined when it does not exist. Links to files are followed; a pipe or device
 * is refused without blocking.
 * @throws limit_exceeded when it is larger than `maxBytes`; permission_denied, fs_failed
 */
export function readFileBounded(path: string, maxBytes: number): Buffer | undefined {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw toFsError(error, path)
  }
  try {
    return readWhole(fd, path, maxBytes)
  } catch (error) {
    throw toFsError(error, path)
  } finally {
    closeSync(fd)
  }
}

function readWhole(fd: number, path: string, maxBytes: number): Buffer {
  const stat = fstatSync(fd)
  if (!stat.isFile()) throw new SkillsError('fs_failed', `Not a regular file: ${displayText(path)}`)
  if (stat.size > maxBytes) {
    throw new SkillsError(
      'limit_exceeded',
      `${displayText(path)} has ${stat.size} bytes, more than ${maxBytes}`,
      {
        details: { file: path, bytes: stat.size, limit: maxBytes },
      },
    )
  }
  return readDescriptor(fd, stat.size)
}

/** At most `size` bytes of an open file; fewer when it shrank since it was measured. */
export function readDescriptor(fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let length = 0
  while (length < size) {
    const count = readSync(fd, bytes, length, size - length, null)
    if (count === 0) break
    length += count
  }
  return bytes.subarray(0, length)
}

/** Removes a file, link (not its target) or folder; does nothing when absent. */
export function removeTree(path: string): void {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat) return
    if (stat.isDirectory()) rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
    else unlinkSync(path)
  } catch (error) {
    if (!isMissing(error)) throw toFsError(error, path)
  }
}

/** Removes one file on the way out of a failure; what keeps it from doing so is less news than that failure. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Left for removeAbandoned.
  }
}

/** True for a system error that says that the file is not there. */
export function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT'
}

/** The `code` of a system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

interface FsAnswer {
  readonly code: Code
  readonly say: (path: string) => string
  readonly hint?: string
}

const DENIED: FsAnswer = {
  code: 'permission_denied',
  say: (path) => `No permission for ${path}`,
  hint: 'check the owner and the mode of the file and of its folder',
}
const FULL: FsAnswer = {
  code: 'disk_full',
  say: (path) => `No space left to write ${path}`,
  hint: 'free some space (skills prune empties what no project of this store uses), then run the command again',
}
const MANY: FsAnswer = {
  code: 'fs_failed',
  say: (path) => `Too many open files while opening ${path}`,
  hint: 'raise the limit with ulimit -n',
}

const ANSWERS: Readonly<Record<string, FsAnswer>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: {
    code: 'permission_denied',
    say: (path) => `The file system is read-only: ${path}`,
    hint: 'mount it writable, or move the files with SKILLWARD_HOME or the working directory',
  },
  ENOSPC: FULL,
  EDQUOT: { ...FULL, say: (path) => `The disk quota is used up, so this cannot be written: ${path}` },
  ENAMETOOLONG: { code: 'fs_failed', say: (path) => `The path is too long for this file system: ${path}` },
  ENOENT: { code: 'fs_failed', say: (path) => `There is no such file or folder: ${path}` },
  ENOTDIR: { code: 'fs_failed', say: (path) => `A file stands where a folder is needed: ${path}` },
  EISDIR: { code: 'fs_failed', say: (path) => `A folder stands where a file is needed: ${path}` },
  EEXIST: { code: 'fs_failed', say: (path) => `Something is in the way: ${path}` },
  ENOTEMPTY: { code: 'fs_failed', say: (path) => `A folder that is not empty is in the way: ${path}` },
  ELOOP: { code: 'fs_failed', say: (path) => `Links go round in a circle: ${path}` },
  EMFILE: MANY,
  ENFILE: MANY,
  EBUSY: { code: 'fs_failed', say: (path) => `Another program holds it: ${path}` },
  EIO: { code: 'fs_failed', say: (path) => `The disk reports an error: ${path}` },
}

/** A system error as a SkillsError about `path`; a SkillsError stays itself, the unknown becomes `internal`. */
export function toFsError(error: unknown, path: string): SkillsError {
  if (error instanceof SkillsError) return error
  const errno = errnoOf(error)
  const answer = errno === undefined ? undefined : ANSWERS[errno]
  const shown = displayText(path)
  const details = { file: path, ...(errno === undefined ? {} : { errno }) }
  if (!answer)
    return new SkillsError('internal', `A file operation failed on ${shown}`, { details, cause: error })
  return new SkillsError(answer.code, answer.say(shown), {
    ...(answer.hint === undefined ? {} : { hint: answer.hint }),
    details,
    cause: error,
  })
}
