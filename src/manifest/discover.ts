// Which folders of a tree are skills, from the list of its paths alone, and why the others are not offered: every SKILL.md
// is in one of the two lists. Opens nothing but the plugin manifests it is given.
import { comparePaths } from '../platform/order.ts'
import { pluginsOf, type Plugin, type PluginFile } from './plugins.ts'

/** A folder with a SKILL.md that is offered. */
export interface SkillFolder {
  /** Relative to the root of the source; '' is the root itself. */
  readonly dir: string
  /** The name of its SKILL.md, which may be in lower case. */
  readonly file: 'SKILL.md' | 'skill.md'
  /** The plugin that lists it or that it stands in. */
  readonly group?: string
}

/** Something of a source that is no offer, and why. */
export interface LeftOut {
  /** A folder with a SKILL.md, or the file that the reason is about; relative to the root of the source. */
  readonly path: string
  /** Stable snake_case identifier of the reason. */
  readonly code: string
  /** The end of a sentence that begins with the path; may hold text of the source. */
  readonly reason: string
}

export interface Discovery {
  readonly folders: readonly SkillFolder[]
  readonly leftOut: readonly LeftOut[]
}

/** Codes of what is left out for where it stands: whoever names the folder itself gets it. */
export const LEFT_OUT_BY_PLACE: ReadonlySet<string> = new Set([
  'tool_folder',
  'material_folder',
  'copied_folder',
  'hidden_folder',
  'folder_too_deep',
  'part_of_skill',
])

const MAX_DEPTH = 16

/** Filled by tools, whatever stands around them. */
const TOOL = /^(?:node_modules|bower_components|__pycache__|site-packages|\.git|\.venv|venv|\.tox|\.cache)$/
/** Material for tests, wherever it stands. */
const FIXTURE = /^(?:fixtures?|__fixtures__|test-?fixtures?|test-?data)$/
/** Somebody else's work, or what a build made; directly below a folder `skills`, an author's own word. */
const COPY = /^(?:vendor|dist|build)$/
/** Beginnings of new skills; directly below a folder `skills`, an author's own word. */
const TEMPLATE = /^(?:templates?|boilerplate|scaffold)$/
/** The same, and a skill may be called so: what counts is what stands inside. */
const EXAMPLE = /^(?:tests?|__tests__|specs?|evals?|examples?|samples?|benchmarks?)$/

/**
 * All skill folders, by the bytes of their path, each once however many routes lead to it. Hidden folders count below or
 * above a folder `skills` (`skills/.curated`, `.claude/skills`). A skill inside another skill is a part of that one,
 * unless it stands under a folder `skills` or a plugin lists it. Directly below a folder `skills`, and in the folder of a
 * plugin, the names of folders are the author's own.
 */
export function discoverSkills(paths: readonly string[], plugins: readonly PluginFile[]): Discovery {
  const known = pluginsOf(plugins)
  const listed = new Map<string, string>()
  for (const plugin of known)
    for (const dir of plugin.skills ?? []) if (!listed.has(dir)) listed.set(dir, plugin.name)

  const { files, misspelt } = skillFiles(paths)
  const groups = groupFinder(known)
  const folders: SkillFolder[] = []
  const leftOut: LeftOut[] = [...misspelt]
  for (const [dir, file] of files) {
    const plugin = groups(dir)
    const why = listed.has(dir)
      ? undefined
      : (folderProblem(dir, plugin?.dir ?? '') ?? partProblem(dir, files))
    const group = listed.get(dir) ?? plugin?.name
    if (why) leftOut.push({ path: dir, ...why })
    else folders.push(group === undefined ? { dir, file } : { dir, file, group })
  }
  return {
    folders: folders.sort((a, b) => comparePaths(a.dir, b.dir)),
    leftOut: leftOut.sort((a, b) => comparePaths(a.path, b.path)),
  }
}

/** The SKILL.md of each folder; skills-ref reads a lower-case skill.md too, where there is no other. */
function skillFiles(paths: readonly string[]): {
  readonly files: ReadonlyMap<string, SkillFolder['file']>
  readonly misspelt: readonly LeftOut[]
} {
  const files = new Map<string, SkillFolder['file']>()
  const others: string[] = []
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name === 'SKILL.md' || (name === 'skill.md' && !files.has(folderOf(path))))
      files.set(folderOf(path), name)
    else if (/^skill\.md$/i.test(name) && name !== 'skill.md') others.push(path)
  }
  const misspelt = others
    .filter((path) => !files.has(folderOf(path)))
    .map((path) => ({
      path,
      code: 'skill_md_case',
      reason: 'is not spelt SKILL.md, the only name that agents look for',
    }))
  return { files, misspelt }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

type Why = Omit<LeftOut, 'path'>

/** Why the names of the folders on the way keep a skill from being offered. `own` is the plugin's folder above it. */
function folderProblem(dir: string, own: string): Why | undefined {
  const parts = dir === '' ? [] : dir.split('/')
  if (parts.length > MAX_DEPTH)
    return { code: 'folder_too_deep', reason: `is deeper than ${MAX_DEPTH} folders` }
  const start = own === '' ? 0 : own.split('/').length
  for (const [index, part] of parts.entries()) {
    const why = partOfWay(parts, index, index < start)
    if (why !== undefined) return { code: why[0], reason: `stands in "${part}", ${why[1]}` }
  }
  return undefined
}

/** What the part at `index` makes of the folder: a code, and the end of the reason. */
function partOfWay(
  parts: readonly string[],
  index: number,
  aboveOwn: boolean,
): readonly [code: string, reason: string] | undefined {
  const part = parts[index] ?? ''
  const belowSkills = parts[index - 1] === 'skills'
  const last = index === parts.length - 1
  if (TOOL.test(part)) return ['tool_folder', 'which a tool fills']
  if (FIXTURE.test(part) && !(belowSkills && last))
    return ['material_folder', 'which holds material for tests']
  if (hidden(parts, index)) return ['hidden_folder', 'a hidden folder']
  if (belowSkills || aboveOwn) return undefined
  if (COPY.test(part)) return ['copied_folder', 'which holds copies or what a build made']
  if (TEMPLATE.test(part)) return ['material_folder', 'which holds beginnings of new skills']
  if (EXAMPLE.test(part) && !last) return ['material_folder', 'which holds tests or examples']
  return undefined
}

function hidden(parts: readonly string[], index: number): boolean {
  return (
    parts[index]?.startsWith('.') === true &&
    !parts.slice(0, index).includes('skills') &&
    !parts.slice(index + 1).includes('skills')
  )
}

/** Below another skill, when no folder `skills` stands between the two. */
function partProblem(dir: string, files: ReadonlyMap<string, unknown>): Why | undefined {
  if (dir === '') return undefined
  const parts = dir.split('/')
  for (let length = parts.length - 1; length >= 0; length -= 1) {
    if (parts[length] === 'skills') return undefined
    const above = parts.slice(0, length).join('/')
    if (files.has(above))
      return { code: 'part_of_skill', reason: `is a part of the skill in ${above || '.'}` }
  }
  return undefined
}

/** The plugin whose folder is nearest above; a plugin at the root takes in `skills/` only. */
function groupFinder(plugins: readonly Plugin[]): (dir: string) => Plugin | undefined {
  const byDir = new Map<string, Plugin>()
  for (const plugin of plugins) if (!plugin.skills && !byDir.has(plugin.dir)) byDir.set(plugin.dir, plugin)
  return (dir) => {
    for (let end = dir.lastIndexOf('/'); end > 0; end = dir.lastIndexOf('/', end - 1)) {
      const plugin = byDir.get(dir.slice(0, end))
      if (plugin !== undefined) return plugin
    }
    return dir.startsWith('skills/') ? byDir.get('') : undefined
  }
}
