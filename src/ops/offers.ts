// The skills that an open source offers: discovery, and the tolerant reading of each SKILL.md.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { discoverSkills } from '../manifest/discover.ts'
import { pluginFilePaths } from '../manifest/plugins.ts'
import { readSkillMd } from '../manifest/skill-md.ts'
import { nameProblem } from '../lock/skill-name.ts'
import { LIMITS } from '../platform/limits.ts'
import type { SourceTree } from '../sources/source.ts'

/** A usable skill of a source. */
export interface Offer {
  /** The name that it is locked under. */
  readonly name: string
  readonly description: string
  readonly version?: string
  /** Its folder, relative to the source's root; empty for the root. */
  readonly dir: string
  /** The plugin that a manifest lists it under. */
  readonly group?: string
  readonly diagnostics: readonly Diagnostic[]
}

/** A folder with a SKILL.md that cannot be used. */
export interface SkippedSkill {
  readonly dir: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface Offers {
  readonly offers: readonly Offer[]
  readonly skipped: readonly SkippedSkill[]
}

/** Every skill under `subdir` of the source (all of it when absent), in the order of its folder. */
export async function readOffers(tree: SourceTree, subdir = ''): Promise<Offers> {
  const prefix = subdir && `${subdir}/`
  const entries = tree.entries.filter((entry) => entry.path.startsWith(prefix))
  const paths = entries.map((entry) => entry.path.slice(prefix.length))
  const pluginPaths = pluginFilePaths(paths)
  const pluginBytes = await tree.read(pluginPaths.map((path) => prefix + path))
  const plugins = pluginPaths.map((path, index) => ({ path, bytes: pluginBytes[index] as Uint8Array }))
  const folders = discoverSkills(paths, plugins).map((folder) => ({
    ...folder,
    dir: join(subdir, folder.dir),
  }))

  const sizes = new Map(entries.map((entry) => [entry.path, entry.size]))
  const readable = folders.filter(
    (folder) => (sizes.get(join(folder.dir, 'SKILL.md')) ?? 0) <= LIMITS.manifestBytes,
  )
  const texts = await tree.read(readable.map((folder) => join(folder.dir, 'SKILL.md')))
  const offers: Offer[] = []
  const skipped: SkippedSkill[] = folders
    .filter((folder) => !readable.includes(folder))
    .map((folder) => ({ dir: folder.dir, diagnostics: [tooLarge()] }))
  for (const [index, folder] of readable.entries()) {
    const offer = readOffer(folder, texts[index] as Uint8Array)
    if ('name' in offer) offers.push(offer)
    else skipped.push(offer)
  }
  return { offers, skipped }
}

function readOffer(folder: { dir: string; group?: string }, text: Uint8Array): Offer | SkippedSkill {
  const { dir } = folder
  const last = dir.slice(dir.lastIndexOf('/') + 1)
  const { skill, diagnostics } = readSkillMd(text, { mode: 'tolerant', ...(last && { folder: last }) })
  if (!skill) return { dir, diagnostics }
  const name = keyOf(skill.name, last)
  if (!name) return { dir, diagnostics: [...diagnostics, unusableName(skill.name)] }
  return {
    name,
    description: skill.description,
    dir,
    diagnostics,
    ...(skill.version && { version: skill.version }),
    ...(folder.group && { group: folder.group }),
  }
}

/** The skill's own name, or its folder's where that one cannot be a folder name. */
function keyOf(name: string, folder: string): string | undefined {
  return [name, folder].find((candidate) => candidate !== '' && nameProblem(candidate) === undefined)
}

function unusableName(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'name_invalid',
    message: `Neither the name "${name}" nor the folder's name can name a folder`,
    file: 'SKILL.md',
  }
}

function tooLarge(): Diagnostic {
  return {
    severity: 'error',
    code: 'skill_md_too_large',
    message: `SKILL.md is larger than ${LIMITS.manifestBytes} bytes`,
    file: 'SKILL.md',
  }
}

function join(dir: string, name: string): string {
  if (dir === '' || name === '') return dir || name
  return `${dir}/${name}`
}
