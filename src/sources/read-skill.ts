// Takes one skill's files out of a source's tree: links resolved inside the source, names and sizes checked.
// Judges form only; what the files say is for others. Writes nothing.
import { SkillsError } from '../errors/error.ts'
import { sortByPath, type SkillFile } from '../integrity/tree.ts'
import { LIMITS } from '../platform/limits.ts'
import { resolveLinks, type LinkEntry, type PlacedFile } from '../platform/links.ts'
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
  const folders = entriesByFolder(tree.entries, new Set(subdirs))
  const withLinks = [...folders.values()].some((entries) => entries.some((entry) => entry.kind !== 'file'))
  const entries = withLinks ? await withTargets(tree) : []
  const placed = subdirs.map((dir) => placeFiles(dir, folders.get(dir) ?? [], entries))
  const sizes = new Map(tree.entries.map((entry) => [entry.path, entry.size]))
  for (const [index, files] of placed.entries()) {
    checkBytes(
      subdirs[index] ?? '',
      files.map((file) => sizes.get(file.from) ?? 0),
    )
  }
  const sources = [...new Set(placed.flatMap((files) => files.map((file) => file.from)))]
  const contents = await tree.read(sources)
  const bytesOf = new Map(sources.map((path, index) => [path, contents[index] as Uint8Array]))
  return subdirs.map((dir, index) => {
    const files = (placed[index] ?? []).map((file): SkillFile => {
      const bytes = bytesOf.get(file.from) as Uint8Array
      refuseLfsPointer(file.path, bytes)
      return { path: dir === '' ? file.path : file.path.slice(dir.length + 1), bytes }
    })
    checkBytes(
      dir,
      files.map((file) => file.bytes.length),
    )
    const { subdir: _, ...address } = resolution
    return { resolution: dir === '' ? address : { ...address, subdir: dir }, files: sortByPath(files) }
  })
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

async function withTargets(tree: SourceTree): Promise<LinkEntry[]> {
  const links = tree.entries.filter((entry) => entry.kind === 'link')
  for (const link of links) {
    if (link.size > LIMITS.pathBytes) {
      throw new SkillsError('link_unsafe', `The target of a link is too long: ${displayText(link.path)}`)
    }
  }
  const targets = await tree.read(links.map((link) => link.path))
  const targetOf = new Map(links.map((link, index) => [link.path, targets[index]]))
  return tree.entries.map(({ path, kind }) => {
    const target = targetOf.get(path)
    return target === undefined
      ? { path, kind }
      : { path, kind, target: Buffer.from(target).toString('utf8') }
  })
}

function placeFiles(
  dir: string,
  wanted: readonly TreeEntry[],
  entries: readonly LinkEntry[],
): readonly PlacedFile[] {
  const where = `skill ${displayText(dir || '.')}`
  if (wanted.length === 0) {
    throw new SkillsError('skill_not_found', `The source has no folder ${displayText(dir || '.')}`, {
      hint: 'add --list to see its skills',
      details: { folder: dir },
    })
  }
  for (const entry of wanted) assertSafePath(entry.path, where)
  const plain = wanted.every((entry) => entry.kind === 'file')
  const prefix = dir === '' ? '' : `${dir}/`
  const placed = plain
    ? wanted.map(({ path }) => ({ path, from: path }))
    : resolveLinks(entries, (path) => path.startsWith(prefix))
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

function refuseLfsPointer(path: string, bytes: Uint8Array): void {
  if (bytes.length > 1024 || !LFS_POINTER.equals(bytes.subarray(0, LFS_POINTER.length))) return
  throw new SkillsError(
    'git_lfs_pointer',
    `The content is kept in Git LFS, not in the repository: ${displayText(path)}`,
    {
      hint: 'ask the author to commit the file itself, or install from an archive that holds it',
      details: { file: path },
    },
  )
}
