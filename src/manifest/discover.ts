// Which folders of a tree are skills, from the list of its paths alone. Opens nothing but the plugin manifests it is given.
import { comparePaths } from '../platform/order.ts'
import { pluginsOf, type Plugin, type PluginFile } from './plugins.ts'

/** A folder with a SKILL.md that is offered. */
export interface SkillFolder {
  /** Relative to the root of the source; '' is the root itself. */
  readonly dir: string
  /** The plugin that lists it or that it stands in. */
  readonly group?: string
}

const MAX_DEPTH = 16

/** Never looked into: not the author's own work, or not source. */
const FOREIGN =
  /(?:^|\/)(?:node_modules|bower_components|__pycache__|site-packages|vendor|\.git|\.venv|venv|\.tox|\.cache|dist|build)\//
/** Material for tests and for starting new skills; a folder of these names is never offered, nor what stands in it. */
const MATERIAL =
  /(?:^|\/)(?:templates?|fixtures?|__fixtures__|test-?fixtures?|test-?data|boilerplate|scaffold)\//
/** A skill may be called `test` or `examples`, but what stands inside such a folder belongs to it. */
const MATERIAL_ABOVE =
  /(?:^|\/)(?:tests?|__tests__|specs?|evals?|examples?|samples?|benchmarks?)\/(?:.*\/)?[^/]+\/$/

/**
 * All skill folders, by the bytes of their path, each once however many routes lead to it. Hidden folders count below or
 * above a folder `skills` (`skills/.curated`, `.claude/skills`). A skill inside another skill is a part of that one,
 * unless it stands under a folder `skills` or a plugin lists it.
 */
export function discoverSkills(paths: readonly string[], plugins: readonly PluginFile[]): SkillFolder[] {
  const known = pluginsOf(plugins)
  const listed = new Map<string, string>()
  for (const plugin of known)
    for (const dir of plugin.skills ?? []) if (!listed.has(dir)) listed.set(dir, plugin.name)

  const folders = new Set<string>()
  for (const path of paths) {
    if (path === 'SKILL.md') folders.add('')
    else if (path.endsWith('/SKILL.md')) folders.add(path.slice(0, -'/SKILL.md'.length))
  }
  // skills-ref reads a lower-case skill.md too, where there is no other.
  for (const path of paths) {
    if (path === 'skill.md') folders.add('')
    else if (path.endsWith('/skill.md')) folders.add(path.slice(0, -'/skill.md'.length))
  }
  const groups = groupFinder(known)
  const offered = [...folders].filter((dir) => listed.has(dir) || (isOffered(dir) && !isPart(dir, folders)))
  return offered.sort(comparePaths).map((dir) => {
    const group = listed.get(dir) ?? groups(dir)
    return group === undefined ? { dir } : { dir, group }
  })
}

function isOffered(dir: string): boolean {
  const path = `${dir}/`
  if (dir === '') return true
  if (FOREIGN.test(path) || MATERIAL.test(path) || MATERIAL_ABOVE.test(path)) return false
  const parts = dir.split('/')
  if (parts.length > MAX_DEPTH) return false
  return parts.every(
    (part, index) =>
      !part.startsWith('.') ||
      parts.slice(0, index).includes('skills') ||
      parts.slice(index + 1).includes('skills'),
  )
}

/** True below another skill, when no folder `skills` stands between the two. */
function isPart(dir: string, folders: ReadonlySet<string>): boolean {
  const parts = dir.split('/')
  for (let length = parts.length - 1; length >= 0; length -= 1) {
    if (parts[length] === 'skills') return false
    if (folders.has(parts.slice(0, length).join('/'))) return dir !== ''
  }
  return false
}

/** The plugin whose folder is nearest above; a plugin at the root takes in `skills/` only. */
function groupFinder(plugins: readonly Plugin[]): (dir: string) => string | undefined {
  const byDir = new Map<string, string>()
  for (const plugin of plugins)
    if (!plugin.skills && !byDir.has(plugin.dir)) byDir.set(plugin.dir, plugin.name)
  return (dir) => {
    for (let end = dir.lastIndexOf('/'); end > 0; end = dir.lastIndexOf('/', end - 1)) {
      const name = byDir.get(dir.slice(0, end))
      if (name !== undefined) return name
    }
    return dir.startsWith('skills/') ? byDir.get('') : undefined
  }
}
