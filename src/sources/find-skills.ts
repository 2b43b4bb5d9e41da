// The skills of an open tree and everything that looks like one and is not offered, each with its reason. Reads each
// SKILL.md, through links inside the source, and never judges what it says.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import type { SkillFile } from '../integrity/tree.ts'
import { discoverSkills, type LeftOut, type SkillFolder } from '../manifest/discover.ts'
import { pluginFilePaths, remotePluginsOf } from '../manifest/plugins.ts'
import { LIMITS } from '../platform/limits.ts'
import { linkResolver } from '../platform/links.ts'
import { comparePaths } from '../platform/order.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { isLfsPointer, readTolerant, withTargets } from './read-skill.ts'
import type { SourceTree, TreeEntry } from './source.ts'

/** A skill folder and the bytes of its SKILL.md. `dir` is relative to the root of the source. */
export interface FoundSkill extends SkillFolder {
  readonly text: Uint8Array
}

export interface FoundSkills {
  readonly skills: readonly FoundSkill[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * Everything under `subdir` of the tree (all of it when empty), in the order of its folders.
 * @throws skill_not_found when the tree has no such folder, file_type_unsupported when it is a submodule
 */
export async function findSkills(tree: SourceTree, subdir = ''): Promise<FoundSkills> {
  const prefix = subdir && `${subdir}/`
  const entries = tree.entries.filter((entry) => entry.path.startsWith(prefix))
  if (prefix !== '' && entries.length === 0) throw noFolder(tree, subdir)
  const at = (dir: string): string => join(subdir, dir)
  const paths = entries.flatMap(({ path, kind }) => (kind === 'submodule' ? [] : [path.slice(prefix.length)]))

  const plugins = await readPlugins(tree, { paths, prefix })
  const { folders, leftOut } = discoverSkills(paths, plugins)
  const found = folders.map((folder) => ({ ...folder, dir: at(folder.dir) }))
  const read = await readTexts(tree, found)
  const stored = await storedElsewhere(tree, entries, read.skills)
  const out = [
    ...leftOut.map((one) => ({ ...one, path: at(one.path) })),
    ...remotePlugins(plugins, prefix),
    ...(await submodules(tree, entries)),
    ...read.leftOut,
    ...stored.leftOut,
  ]
  return { skills: stored.skills, leftOut: out.sort((a, b) => comparePaths(a.path, b.path)) }
}

async function readPlugins(
  tree: SourceTree,
  { paths, prefix }: { readonly paths: readonly string[]; readonly prefix: string },
): Promise<SkillFile[]> {
  const files = pluginFilePaths(paths)
  const bytes = await readTolerant(
    tree,
    files.map((path) => prefix + path),
  )
  return files.flatMap((path, index) => {
    const content = bytes[index]
    return content === undefined || isSkillsError(content) ? [] : [{ path, bytes: content }]
  })
}

/** The SKILL.md of each folder, through links. */
async function readTexts(tree: SourceTree, folders: readonly SkillFolder[]): Promise<FoundSkills> {
  const leftOut: LeftOut[] = []
  const wanted: { readonly folder: SkillFolder; readonly from: string }[] = []
  const sizes = new Map(tree.entries.map((entry) => [entry.path, entry.size]))
  const origin = await originOf(
    tree,
    folders.map((folder) => join(folder.dir, folder.file)),
  )
  for (const folder of folders) {
    const from = origin(join(folder.dir, folder.file))
    if (isSkillsError(from)) leftOut.push(because(folder.dir, from))
    else if ((sizes.get(from) ?? 0) > LIMITS.manifestBytes) leftOut.push(tooLarge(folder.dir))
    else wanted.push({ folder, from })
  }
  const texts = await readTolerant(
    tree,
    wanted.map(({ from }) => from),
  )
  const skills = wanted.flatMap(({ folder }, index) => {
    const text = texts[index]
    if (text === undefined) return []
    if (!isSkillsError(text)) return [{ ...folder, text }]
    leftOut.push(because(folder.dir, text))
    return []
  })
  return { skills, leftOut }
}

/** Where the bytes of a path are: itself, or what it leads to as a link inside the source. */
async function originOf(
  tree: SourceTree,
  paths: readonly string[],
): Promise<(path: string) => string | SkillsError> {
  const wanted = new Set(paths)
  const links = tree.entries.filter((entry) => entry.kind === 'link' && wanted.has(entry.path))
  if (links.length === 0) return (path) => path
  const entries = await withTargets(tree)
  const resolve = linkResolver(entries)
  const found = new Map<string, string | SkillsError>()
  for (const entry of entries) {
    if (entry.kind === 'link' && wanted.has(entry.path)) found.set(entry.path, follow(entry.path))
  }
  return (path) => found.get(path) ?? path

  function follow(path: string): string | SkillsError {
    try {
      const placed = resolve(entries.filter((entry) => entry.path === path))
      const file = placed.find((one) => one.path === path)
      if (file) return file.from
    } catch (error) {
      if (isSkillsError(error)) return error
      throw error
    }
    return new SkillsError('link_unsafe', `Link "${displayShort(path, 200)}" leads to a folder`)
  }
}

/** Texts of a few lines only; a pointer of Git LFS is one. */
const POINTER_BYTES = { from: 100, to: 400 }

/** Takes out the skills that have a file whose content is in Git LFS and not in the source. */
async function storedElsewhere(
  tree: SourceTree,
  entries: readonly TreeEntry[],
  skills: readonly FoundSkill[],
): Promise<FoundSkills> {
  const dirs = new Set(skills.map(({ dir }) => dir))
  const small = entries.filter(
    ({ path, kind, size }) =>
      kind === 'file' &&
      size >= POINTER_BYTES.from &&
      size <= POINTER_BYTES.to &&
      foldersOf(path).some((dir) => dirs.has(dir)),
  )
  const texts = await readTolerant(
    tree,
    small.map(({ path }) => path),
  )
  const pointers = new Map<string, string>()
  for (const [index, { path }] of small.entries()) {
    const text = texts[index]
    if (text === undefined || isSkillsError(text) || !isLfsPointer(text)) continue
    for (const dir of foldersOf(path)) if (dirs.has(dir) && !pointers.has(dir)) pointers.set(dir, path)
  }
  return {
    skills: skills.filter(({ dir }) => !pointers.has(dir)),
    leftOut: [...pointers].map(([dir, path]) => ({
      path: dir,
      code: 'git_lfs_pointer',
      reason: `has a file whose content is in Git LFS, not in the source: ${path}`,
    })),
  }
}

/** Every folder above a path, the nearest first, the root last. */
function foldersOf(path: string): string[] {
  const found: string[] = []
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1))
    found.push(path.slice(0, cut))
  return [...found, '']
}

function remotePlugins(plugins: readonly SkillFile[], prefix: string): LeftOut[] {
  return remotePluginsOf(plugins).map(({ file, name, place }) => ({
    path: prefix + file,
    code: 'remote_plugin',
    reason: `names the plugin ${name}, which lies elsewhere${place === '' ? '' : `: ${redactUrl(place)}`}`,
  }))
}

async function submodules(tree: SourceTree, entries: readonly TreeEntry[]): Promise<LeftOut[]> {
  const found = entries.filter(({ kind }) => kind === 'submodule')
  if (found.length === 0) return []
  const urls = await submoduleUrls(tree)
  return found.map(({ path }) => {
    const url = urls.get(path)
    const own = url === undefined ? '' : `; its own repository is ${redactUrl(url)}`
    return { path, code: 'submodule', reason: `is a git submodule, which is not fetched${own}` }
  })
}

/** What `.gitmodules` says of the paths; for people only, nothing is fetched from there. */
async function submoduleUrls(tree: SourceTree): Promise<Map<string, string>> {
  const file = tree.entries.find(({ path, kind }) => path === '.gitmodules' && kind === 'file')
  if (!file || file.size > LIMITS.manifestBytes) return new Map()
  const [bytes] = await readTolerant(tree, [file.path])
  const urls = new Map<string, string>()
  if (bytes === undefined || isSkillsError(bytes)) return urls
  for (const section of Buffer.from(bytes).toString('utf8').split('[submodule ').slice(1)) {
    const [, path] = /^[ \t]*path[ \t]*=[ \t]*(\S.*)$/m.exec(section) ?? []
    const [, url] = /^[ \t]*url[ \t]*=[ \t]*(\S.*)$/m.exec(section) ?? []
    if (path !== undefined && url !== undefined) urls.set(path.trim(), displayShort(url.trim(), 200))
  }
  return urls
}

function because(dir: string, error: SkillsError): LeftOut {
  return { path: dir, code: error.code, reason: `cannot be read: ${error.message}` }
}

function tooLarge(dir: string): LeftOut {
  return {
    path: dir,
    code: 'skill_md_too_large',
    reason: `has a SKILL.md larger than ${LIMITS.manifestBytes} bytes`,
  }
}

function noFolder(tree: SourceTree, subdir: string): SkillsError {
  const above = tree.entries.find(({ path }) => path === subdir || subdir.startsWith(`${path}/`))
  if (above?.kind === 'submodule') {
    return new SkillsError('file_type_unsupported', `"${displayShort(above.path, 200)}" is a git submodule`, {
      hint: 'add the repository that the submodule names',
      details: { path: above.path },
    })
  }
  const what = above ? `; ${displayShort(above.path, 200)} is a ${above.kind}` : ''
  return new SkillsError('skill_not_found', `The source has no folder ${displayShort(subdir, 200)}${what}`, {
    hint: 'leave the folder out and add --list to see its skills',
    details: { folder: subdir },
  })
}

function join(dir: string, name: string): string {
  if (dir === '' || name === '') return dir || name
  return `${dir}/${name}`
}
