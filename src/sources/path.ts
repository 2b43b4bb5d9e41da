// A folder on this machine as a source. Reads with lstat and never follows a link; skips `.git`; writes nothing.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { isMissing, readDescriptor, toFsError } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayText } from '../platform/text.ts'
import { isArchiveName } from './spec-url.ts'
import type { PathResolution, PathSpec, Source, SourceIo, SourceTree, TreeEntry } from './source.ts'

/** The address of a folder is its path as written: its content may change, which the tree digest notices. */
export const pathSource: Source<'path'> = {
  resolve: (spec, io) => Promise.resolve().then(() => resolvePath(spec, io)),
  open: (resolution, io) => Promise.resolve().then(() => openFolder(folderOf(resolution, io))),
  newest: (spec, _current, io) => Promise.resolve().then(() => resolvePath(spec, io)),
}

function resolvePath(spec: PathSpec, io: SourceIo): PathResolution {
  folderOf(spec, io)
  return { kind: 'path', path: spec.path, ...(spec.subdir !== undefined && { subdir: spec.subdir }) }
}

/** The absolute folder. @throws source_not_found | home_missing | permission_denied */
function folderOf(spec: PathSpec, io: SourceIo): string {
  const path = absolutePath(spec.path, io)
  let stat
  try {
    stat = statSync(path)
  } catch (error) {
    if (isMissing(error)) {
      throw new SkillsError('source_not_found', `There is no folder ${displayText(spec.path)}`, {
        hint: `relative paths start from ${displayText(io.root)}`,
      })
    }
    throw toFsError(error, path)
  }
  if (stat.isDirectory()) return path
  throw new SkillsError('source_not_found', `Not a folder: ${displayText(spec.path)}`, {
    hint: isArchiveName(path) ? 'give an archive with --url' : 'name the folder that holds SKILL.md',
  })
}

/** The absolute path of a spec: `~` is the home, relative ones start from the project. @throws home_missing */
export function absolutePath(path: string, io: Pick<SourceIo, 'root' | 'settings'>): string {
  if (!/^~(?=[/\\]|$)/.test(path)) return resolve(io.root, path)
  if (io.settings.home === undefined) {
    throw new SkillsError('home_missing', `No home directory is known for ${displayText(path)}`, {
      hint: 'set HOME, or write the path in full',
    })
  }
  return join(io.settings.home, path.slice(1))
}

/** The tree of a folder by its absolute path. @throws permission_denied, fs_failed, limit_exceeded */
export function openFolder(root: string): SourceTree {
  const entries: TreeEntry[] = []
  walk(root, '', entries)
  const kinds = new Map(entries.map((entry) => [entry.path, entry.kind]))
  return {
    entries,
    read: (paths) =>
      Promise.resolve().then(() => paths.map((path) => readEntry(root, path, kinds.get(path)))),
    close: () => {},
  }
}

function walk(root: string, folder: string, entries: TreeEntry[]): void {
  const absolute = join(root, folder)
  let names
  try {
    names = readdirSync(absolute, { withFileTypes: true })
  } catch (error) {
    throw toFsError(error, absolute)
  }
  if (entries.length + names.length > LIMITS.entries || folder.split('/').length > LIMITS.depth) {
    throw new SkillsError('limit_exceeded', `Too many files, or folders too deep, in ${displayText(root)}`, {
      details: { entries: LIMITS.entries, depth: LIMITS.depth },
    })
  }
  for (const item of names) {
    if (item.name === '.git') continue
    const path = folder === '' ? item.name : `${folder}/${item.name}`
    if (item.isDirectory()) {
      walk(root, path, entries)
      continue
    }
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false })
    // What is neither file nor link is listed as a file and refused when somebody wants its bytes.
    entries.push({ path, kind: item.isSymbolicLink() ? 'link' : 'file', size: stat?.size ?? 0 })
  }
}

function readEntry(root: string, path: string, kind: TreeEntry['kind'] | undefined): Uint8Array {
  if (kind === undefined)
    throw new SkillsError('internal', `Not an entry of the folder: ${displayText(path)}`)
  const absolute = join(root, path)
  try {
    return kind === 'link' ? Buffer.from(readlinkSync(absolute)) : readRegular(absolute, path)
  } catch (error) {
    throw toFsError(error, absolute)
  }
}

function readRegular(absolute: string, path: string): Uint8Array {
  refuseSpecial(lstatSync(absolute), path)
  // NOFOLLOW and NONBLOCK: what was swapped since the look above neither leads away nor blocks.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const fd = openSync(absolute, flags)
  try {
    const stat = fstatSync(fd)
    refuseSpecial(stat, path)
    if (stat.size > LIMITS.skillBytes) {
      throw new SkillsError(
        'limit_exceeded',
        `${displayText(path)} is larger than ${LIMITS.skillBytes} bytes`,
        {
          details: { file: path, bytes: stat.size, limit: LIMITS.skillBytes },
        },
      )
    }
    return readDescriptor(fd, stat.size)
  } finally {
    closeSync(fd)
  }
}

function refuseSpecial(stat: { isFile(): boolean }, path: string): void {
  if (stat.isFile()) return
  throw new SkillsError(
    'file_type_unsupported',
    `Neither a file nor a folder nor a link: ${displayText(path)}`,
    {
      hint: 'remove the socket, pipe or device from the skill',
      details: { file: path },
    },
  )
}
