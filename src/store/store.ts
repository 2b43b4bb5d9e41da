// The content-addressed store: `<dataDir>/store/h1/<2>/<base64url digest>/…`, one folder of read-only files a skill.
// Nothing enters that does not have its digest, nothing leaves without every byte hashed again, no entry is overwritten.
// Files are not synced one by one (a thousand skills would take seconds): an entry torn by a power cut fails its digest
// on the next read, is moved aside and fetched again. A killed process leaves only temporary folders.
import { existsSync, lstatSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { sha256Hex } from '../integrity/digest.ts'
import { digestOfFiles, isTreeDigest, type SkillFile, type TreeDigest } from '../integrity/tree.ts'
import {
  errnoOf,
  isMissing,
  listFiles,
  removeAbandoned,
  removeTree,
  temporaryName,
  toFsError,
  makeFolders,
} from '../platform/fs.ts'
import { assertSafePath, pathCollision } from '../platform/path-name.ts'
import type { Verified } from '../trust/verify.ts'
import { readTree } from './tree.ts'
import { writeFiles } from './write-files.ts'

declare const stored: unique symbol

/** Proof that the store holds content with this digest; made only here. */
export interface Stored {
  readonly integrity: TreeDigest
  readonly [stored]: true
}

export interface Pruned {
  /** Entries that nobody keeps. */
  readonly removed: number
  /** Unfinished or damaged folders. */
  readonly leftovers: number
  readonly bytes: number
}

export interface Store {
  /**
   * Adds the content unless it is there; two processes may do so at once.
   * @throws integrity_mismatch, path_unsafe, permission_denied, disk_full, fs_failed
   */
  put(content: Verified): Stored
  /** Keeps that this address (any text) gave this content. Where nothing can be written, that is only not known later. */
  remember(origin: string, integrity: TreeDigest): void
  /** True for what was remembered. */
  remembers(origin: string, integrity: TreeDigest): boolean
  /**
   * The files of an entry, every byte hashed again, or undefined when the store does not have it.
   * @throws store_corrupt after moving a damaged entry out of the way; permission_denied, fs_failed
   */
  read(integrity: TreeDigest): readonly SkillFile[] | undefined
  /** Entries one after another, each read only when it is asked for, so that a thousand need the memory of one. */
  readEach(
    digests: Iterable<TreeDigest>,
  ): Generator<{ integrity: TreeDigest; files: readonly SkillFile[] | undefined }>
  /** The digests of all entries, in order; nothing is read or verified. */
  list(): TreeDigest[]
  /** Removes all entries but these, and what killed processes left. With `dryRun` it only counts. */
  prune(keep: ReadonlySet<TreeDigest>, options?: { readonly dryRun?: boolean }): Pruned
}

/** Folders of a store. Entries become visible by one rename out of `temporary`. */
interface Places {
  readonly entries: string
  readonly temporary: string
  /** A folder a digest, in it an empty file for each address that gave it. */
  readonly origins: string
}

/** The store below `dataDir`. Touches no disk until it is used. */
export function openStore(dataDir: string): Store {
  const places = {
    entries: join(dataDir, 'store', 'h1'),
    temporary: join(dataDir, 'store', 'tmp'),
    origins: join(dataDir, 'store', 'origins'),
  }
  let swept = false
  return {
    put(content) {
      if (!swept) removeAbandoned(places.temporary)
      swept = true
      put(places, content)
      return { integrity: content.integrity } as Stored
    },
    remember: (origin, integrity) => remember(places, origin, integrity),
    remembers: (origin, integrity) => existsSync(originFile(places, origin, integrity)),
    read: (integrity) => read(places, integrity),
    *readEach(digests) {
      for (const integrity of digests) yield { integrity, files: read(places, integrity) }
    },
    list: () => list(places),
    prune: (keep, options) => prune(places, keep, options?.dryRun ?? false),
  }
}

/** @throws integrity_mismatch for text that is not a tree digest, since it names no folder */
function entryPath({ entries }: Places, integrity: TreeDigest): string {
  const name = nameOf(integrity)
  return join(entries, name.slice(0, 2), name)
}

function nameOf(integrity: TreeDigest): string {
  if (isTreeDigest(integrity)) return Buffer.from(integrity.slice(3), 'base64').toString('base64url')
  throw new SkillsError('integrity_mismatch', 'A digest is not h1: and the base64 of 32 bytes')
}

function originFile({ origins }: Places, origin: string, integrity: TreeDigest): string {
  return join(origins, nameOf(integrity), sha256Hex(origin))
}

function remember(places: Places, origin: string, integrity: TreeDigest): void {
  const file = originFile(places, origin, integrity)
  if (existsSync(file)) return
  try {
    makeFolders(dirname(file), 0o700)
    writeFileSync(file, '')
  } catch (error) {
    const failed = toFsError(error, file)
    if (failed.code !== 'permission_denied' && failed.code !== 'disk_full') throw failed
  }
}

function put(places: Places, { integrity, files }: Verified): void {
  const target = entryPath(places, integrity)
  checkContent(integrity, files)
  const state = stateOf(target, integrity)
  if (state === 'good') return
  if (state === 'damaged') setAside(places, target)
  const temporary = join(places.temporary, temporaryName())
  try {
    writeFiles(temporary, files, { files: 0o555, folders: 0o700 })
    makeFolders(dirname(target), 0o700)
    publish(temporary, target, integrity)
  } catch (error) {
    removeTree(temporary)
    throw toFsError(error, target)
  }
}

function checkContent(integrity: TreeDigest, files: readonly SkillFile[]): void {
  for (const { path } of files) assertSafePath(path, 'content for the store')
  const collision = pathCollision(files.map((file) => file.path))
  if (collision) {
    throw new SkillsError('path_unsafe', `Two file names are one to some systems: ${collision.join(' and ')}`)
  }
  const actual = digestOfFiles(files)
  if (actual === integrity) return
  throw new SkillsError('integrity_mismatch', `The content has the digest ${actual}, not ${integrity}`, {
    details: { expected: integrity, actual },
  })
}

/** Renames into place; when another process was faster and its entry is good, ours is dropped. */
function publish(temporary: string, target: string, integrity: TreeDigest): void {
  try {
    renameSync(temporary, target)
  } catch (error) {
    // Where a folder is in the way, systems say any of these.
    const taken = ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')
    if (!taken || stateOf(target, integrity) !== 'good') throw error
    removeTree(temporary)
  }
}

function read(places: Places, integrity: TreeDigest): readonly SkillFile[] | undefined {
  const path = entryPath(places, integrity)
  const files = filesOf(path, integrity)
  if (files !== 'damaged') return files
  setAside(places, path)
  throw new SkillsError('store_corrupt', `The store's copy of ${integrity} was changed or damaged`, {
    hint: 'run the command again with the network on; the damaged copy was moved out of the way',
    details: { integrity, path },
  })
}

/** Looks twice before it says `damaged`: another process may publish, replace or prune the entry during the first look. */
function filesOf(path: string, integrity: TreeDigest): readonly SkillFile[] | 'damaged' | undefined {
  const files = filesNow(path, integrity)
  return files === 'damaged' ? filesNow(path, integrity) : files
}

function filesNow(path: string, integrity: TreeDigest): readonly SkillFile[] | 'damaged' | undefined {
  try {
    const tree = readTree(path)
    if (!tree) return lstatSync(path, { throwIfNoEntry: false }) ? 'damaged' : undefined
    return tree.strange.length === 0 && digestOfFiles(tree.files) === integrity ? tree.files : 'damaged'
  } catch (error) {
    if (error instanceof SkillsError && (error.code === 'limit_exceeded' || error.code === 'path_unsafe'))
      return 'damaged'
    throw toFsError(error, path)
  }
}

function stateOf(path: string, integrity: TreeDigest): 'good' | 'damaged' | 'absent' {
  const files = filesOf(path, integrity)
  return files === undefined ? 'absent' : files === 'damaged' ? files : 'good'
}

/**
 * Moves an entry among the temporaries, where `prune` and a later `put` remove it, and gives its new path; undefined
 * when another process was faster.
 */
function setAside({ temporary }: Places, path: string): string | undefined {
  const aside = join(temporary, temporaryName())
  try {
    makeFolders(temporary, 0o700)
    renameSync(path, aside)
    return aside
  } catch (error) {
    if (isMissing(error)) return undefined
    throw toFsError(error, path)
  }
}

function list({ entries }: Places): TreeDigest[] {
  const names = namesIn(entries).flatMap((prefix) =>
    namesIn(join(entries, prefix)).filter((name) => name.startsWith(prefix) && prefix.length === 2),
  )
  return names.flatMap((name) => digestOfName(name) ?? []).sort()
}

function digestOfName(name: string): TreeDigest | undefined {
  const bytes = Buffer.from(name, 'base64url')
  const exact = bytes.length === 32 && bytes.toString('base64url') === name
  return exact ? `h1:${bytes.toString('base64')}` : undefined
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return []
    throw toFsError(error, folder)
  }
}

function prune(places: Places, keep: ReadonlySet<TreeDigest>, dryRun: boolean): Pruned {
  const unwanted = list(places).filter((integrity) => !keep.has(integrity))
  let bytes = 0
  for (const integrity of unwanted) {
    const path = entryPath(places, integrity)
    bytes += sizeOf(path)
    // Renamed first: an entry is either whole or gone, also for a process that reads it now.
    const aside = dryRun ? undefined : setAside(places, path)
    if (aside !== undefined) removeTree(aside)
    if (!dryRun) removeTree(join(places.origins, nameOf(integrity)))
  }
  return { removed: unwanted.length, leftovers: removeAbandoned(places.temporary, { dryRun }), bytes }
}

function sizeOf(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return 0
  return listFiles(path).reduce((sum, file) => sum + file.size, 0)
}
