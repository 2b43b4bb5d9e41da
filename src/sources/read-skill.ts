// Takes one skill's files out of a source's tree: links resolved inside the source, names and sizes checked.
// Judges form only; what the files say is for others. Writes nothing.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { sortByPath, type SkillFile } from '../integrity/tree.ts'
import { LIMITS } from '../platform/limits.ts'
import { linkResolver, type LinkEntry, type PlacedFile } from '../platform/links.ts'
import { assertSafePath, pathCollision } from '../platform/path-name.ts'
import { displayText } from '../platform/text.ts'
import type { Fetched, Resolution, SourceTree, TreeEntry } from './source.ts'

const LFS_POINTER = Buffer.from('version https://git-lfs.github.com/spec/v1\n')

/**
 * The files of the folder that the resolution's `subdir` names (the whole tree without one), sorted by path.
 * @throws skill_not_found | path_unsafe | link_unsafe | file_type_unsupported | limit_exceeded | git_lfs_pointer,
 *   and what the tree's `read` throws
 */
export async function readSkill(tree: SourceTree, resolution: Resolution): Promise<Fetched> {
  const [fetched] = await readSkills(tree, resolution, [resolution.subdir ?? ''])
  return fetched as Fetched
}

/**
 * Like `readSkill` for many folders of one tree, in the order asked, with one read of the source. Each result's
 * resolution has its folder as `subdir`.
 */
export async function readSkills(
  tree: SourceTree,
  resolution: Resolution,
  subdirs: readonly string[],
): Promise<Fetched[]> {
  return (await readEach(tree, resolution, subdirs)).map((one) => {
    if (isSkillsError(one)) throw one
    return one
  })
}

/** Like `readSkills`, with the reason in the place of a folder that cannot be taken. @throws cancelled */
export async function readEach(
  tree: SourceTree,
  resolution: Resolution,
  subdirs: readonly string[],
): Promise<(Fetched | SkillsError)[]> {
  const placed = await placeEach(tree, subdirs)
  const bytesOf = await readPlaced(tree, placed)
  return subdirs.map((dir, index) =>
    attempt(() => {
      const files = orThrow(placed[index] as Placed).map((file): SkillFile => {
        const bytes = orThrow(bytesOf.get(file.from) as Uint8Array | SkillsError)
        refuseLfsPointer(file.path, bytes)
        return { path: dir === '' ? file.path : file.path.slice(dir.length + 1), bytes }
      })
      checkBytes(
        dir,
        files.map((file) => file.bytes.length),
      )
      const { subdir: _, ...address } = resolution
      return { resolution: dir === '' ? address : { ...address, subdir: dir }, files: sortByPath(files) }
    }),
  )
}

type Placed = readonly PlacedFile[] | SkillsError

/** Which entries of the tree each folder's files come from, by names, links and sizes alone. @throws cancelled */
export async function placeEach(tree: SourceTree, subdirs: readonly string[]): Promise<Placed[]> {
  const folders = entriesByFolder(tree.entries, new Set(subdirs))
  const withLinks = [...folders.values()].some((entries) => entries.some((entry) => entry.kind !== 'file'))
  const entries = withLinks ? await withTargets(tree) : []
  const targets = new Map(entries.map((entry) => [entry.path, entry]))
  const resolve = linkResolver(entries)
  const follow: Follow = (wanted) => resolve(wanted.map((entry) => targets.get(entry.path) ?? entry))
  const sizes = new Map(tree.entries.map((entry) => [entry.path, entry.size]))
  return subdirs.map((dir) =>
    attempt(() => {
      const files = placeFiles(dir, folders.get(dir) ?? [], follow)
      checkBytes(
        dir,
        files.map((file) => sizes.get(file.from) ?? 0),
      )
      return files
    }),
  )
}

/** The bytes behind the placed files, in one read; where that fails, one by one, so that each failure has its place. */
async function readPlaced(
  tree: SourceTree,
  placed: readonly Placed[],
): Promise<Map<string, Uint8Array | SkillsError>> {
  const from = placed.flatMap((files) => (isSkillsError(files) ? [] : files.map((file) => file.from)))
  const sources = [...new Set(from)]
  const contents = await readTolerant(tree, sources)
  return new Map(sources.map((path, index) => [path, contents[index] as Uint8Array | SkillsError]))
}

/** `tree.read`, with the reason in the place of an entry that cannot be read. @throws cancelled */
export async function readTolerant(
  tree: SourceTree,
  paths: readonly string[],
): Promise<(Uint8Array | SkillsError)[]> {
  if (paths.length === 0) return []
  try {
    return await tree.read(paths)
  } catch (error) {
    if (!isSkillsError(error) || !OF_ONE_FILE.has(error.code)) throw error
  }
  const found: (Uint8Array | SkillsError)[] = []
  for (const path of paths) {
    try {
      found.push(...(await tree.read([path])))
    } catch (error) {
      if (!isSkillsError(error) || !OF_ONE_FILE.has(error.code)) throw error
      found.push(error)
    }
  }
  return found
}

/** Codes of failures that are about one file, not about the source. */
const OF_ONE_FILE: ReadonlySet<string> = new Set(['file_type_unsupported', 'permission_denied', 'fs_failed'])

function attempt<T>(act: () => T): T | SkillsError {
  try {
    return act()
  } catch (error) {
    if (isSkillsError(error) && error.code !== 'cancelled') return error
    throw error
  }
}

function orThrow<T>(value: T | SkillsError): T {
  if (isSkillsError(value)) throw value
  return value
}

/** The entries under each wanted folder; one pass, whatever the number of folders. */
function entriesByFolder(
  entries: readonly TreeEntry[],
  wanted: ReadonlySet<string>,
): Map<string, TreeEntry[]> {
  const found = new Map<string, TreeEntry[]>()
  for (const entry of entries) {
    for (let cut = entry.path.lastIndexOf('/'); ; cut = entry.path.lastIndexOf('/', cut - 1)) {
      const folder = cut <= 0 ? '' : entry.path.slice(0, cut)
      if (wanted.has(folder)) {
        const list = found.get(folder)
        if (list) list.push(entry)
        else found.set(folder, [entry])
      }
      if (cut <= 0) break
    }
  }
  return found
}

/** The entries with the targets of links; one that is too long to be a path is no text of the source any more. */
export async function withTargets(tree: SourceTree): Promise<LinkEntry[]> {
  const links = tree.entries.filter((entry) => entry.kind === 'link')
  const short = links.filter((link) => link.size <= LIMITS.pathBytes)
  const targets = await tree.read(short.map((link) => link.path))
  const targetOf = new Map(short.map((link, index) => [link.path, targets[index]]))
  return tree.entries.map(({ path, kind }) => {
    if (kind !== 'link') return { path, kind }
    const target = targetOf.get(path)
    const text = target === undefined ? TOO_LONG : Buffer.from(target).toString('utf8')
    return { path, kind, target: text }
  })
}

/** Judged like the text that it stands for, and never read. */
const TOO_LONG = '-'.repeat(LIMITS.pathBytes + 1)

type Follow = (wanted: readonly TreeEntry[]) => readonly PlacedFile[]

function placeFiles(dir: string, wanted: readonly TreeEntry[], follow: Follow): readonly PlacedFile[] {
  const where = `skill ${displayText(dir || '.')}`
  if (wanted.length === 0) {
    throw new SkillsError('skill_not_found', `The source has no folder ${displayText(dir || '.')}`, {
      hint: 'add --list to see its skills',
      details: { folder: dir },
    })
  }
  for (const entry of wanted) assertSafePath(entry.path, where)
  const plain = wanted.every((entry) => entry.kind === 'file')
  const placed = plain ? wanted.map(({ path }) => ({ path, from: path })) : follow(wanted)
  if (placed.length > LIMITS.skillFiles) {
    throw new SkillsError('limit_exceeded', `${where} has more than ${LIMITS.skillFiles} files`, {
      details: { files: placed.length, limit: LIMITS.skillFiles },
    })
  }
  if (!plain) for (const file of placed) assertSafePath(file.path, where)
  const collision = pathCollision(placed.map((file) => file.path))
  if (collision) {
    const [a, b] = collision.map(displayText)
    throw new SkillsError('path_unsafe', `Two names in ${where} are one on some systems: ${a} and ${b}`, {
      hint: 'the author has to rename one of the files',
    })
  }
  return placed
}

function checkBytes(dir: string, sizes: readonly number[]): void {
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  if (bytes <= LIMITS.skillBytes) return
  throw new SkillsError(
    'limit_exceeded',
    `Skill ${displayText(dir || '.')} is larger than ${LIMITS.skillBytes} bytes`,
    {
      details: { bytes, limit: LIMITS.skillBytes },
    },
  )
}

/** True for the text that stands in a repository for a file of Git LFS. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return bytes.length <= 1024 && LFS_POINTER.equals(bytes.subarray(0, LFS_POINTER.length))
}

function refuseLfsPointer(path: string, bytes: Uint8Array): void {
  if (!isLfsPointer(bytes)) return
  throw new SkillsError(
    'git_lfs_pointer',
    `The content is kept in Git LFS, not in the repository: ${displayText(path)}`,
    {
      hint: 'ask the author to commit the file itself, or install from an archive that holds it',
      details: { file: path },
    },
  )
}
