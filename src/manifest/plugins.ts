// Plugin and marketplace manifests of a repository: which folders they list as skills, and under which plugin's name.
import type { SkillFile } from '../integrity/tree.ts'
import { LIMITS } from '../platform/limits.ts'

/** The bytes of one plugin manifest; `path` from the root of the source. */
export type PluginFile = SkillFile

/** One plugin as its manifests describe it. Folders are relative to the source's root; '' is the root. */
export interface Plugin {
  readonly name: string
  readonly dir: string
  /** Folders listed one by one; absent when the plugin takes what stands under `skills/`. */
  readonly skills?: readonly string[]
}

const MARKETPLACE =
  /^(?:(.*)\/)?\.(?:claude-plugin|agents\/plugins|cursor-plugin|codex-plugin)\/marketplace\.json$/
const PLUGIN = /^(?:(.*)\/)?\.(?:claude|codex|cursor)-plugin\/plugin\.json$/

/** The manifests that `discoverSkills` wants to be given; at most 1000 of them. */
export function pluginFilePaths(paths: readonly string[]): string[] {
  return paths
    .filter((path) => path.endsWith('.json') && (MARKETPLACE.test(path) || PLUGIN.test(path)))
    .slice(0, 1000)
}

/** The plugins that the manifests describe; a manifest that is not understood describes none. */
export function pluginsOf(files: readonly PluginFile[]): Plugin[] {
  return files.flatMap((file): Plugin[] => {
    const document = readJson(file.bytes)
    if (!document) return []
    const market = MARKETPLACE.exec(file.path)
    if (market) return marketplacePlugins(document, market[1] ?? '')
    const dir = PLUGIN.exec(file.path)?.[1] ?? ''
    return pluginOf(document, dir, dir)
  })
}

/** A plugin of a marketplace that lies in another place. */
export interface RemotePlugin {
  /** The manifest that names it. */
  readonly file: string
  readonly name: string
  /** Its source as text, for a person; empty where it is not understood. */
  readonly place: string
}

/** The plugins that the manifests name and this source does not hold. */
export function remotePluginsOf(files: readonly PluginFile[]): RemotePlugin[] {
  return files.flatMap(({ path, bytes }) => {
    const plugins = MARKETPLACE.test(path) ? readJson(bytes)?.plugins : undefined
    if (!Array.isArray(plugins)) return []
    return plugins.flatMap((plugin: unknown): RemotePlugin[] => {
      if (!isTable(plugin) || typeof plugin.name !== 'string' || !isTable(plugin.source)) return []
      if (plugin.source.source === 'local') return []
      return [{ file: path, name: plugin.name, place: placeText(plugin.source) }]
    })
  })
}

/** `{source: github, repo, ref?}`, `{source: url, url}`, `{source: git-subdir, url, path}`, `{source: npm, package}`. */
function placeText(source: Record<string, unknown>): string {
  const text = (key: string): string => (typeof source[key] === 'string' ? source[key] : '')
  const place = text('repo') || text('url') || (text('package') && `npm:${text('package')}`)
  const [ref, path] = [text('ref') || text('sha'), text('path')]
  const parts = [ref, path && `path:${path}`].filter(Boolean)
  return place === '' ? '' : place + (parts.length > 0 ? `#${parts.join('&')}` : '')
}

function marketplacePlugins(document: Record<string, unknown>, root: string): Plugin[] {
  const base = isTable(document.metadata) ? document.metadata.pluginRoot : undefined
  const start = typeof base === 'string' ? inside(root, base) : root
  if (start === undefined || !Array.isArray(document.plugins)) return []
  return document.plugins.flatMap((plugin: unknown): Plugin[] => {
    if (!isTable(plugin)) return []
    const { source } = plugin
    const place = isTable(source) && source.source === 'local' ? source.path : source
    // Any other source is another repository: that one is added by its own address.
    if (typeof place !== 'string') return []
    const dir = inside(place.startsWith('./') ? root : start, place)
    return dir === undefined ? [] : pluginOf(plugin, dir, dir)
  })
}

function pluginOf(entry: Record<string, unknown>, dir: string, root: string): Plugin[] {
  if (typeof entry.name !== 'string' || entry.name === '') return []
  const { skills } = entry
  const list = typeof skills === 'string' ? [skills] : Array.isArray(skills) ? skills : undefined
  const folders = list?.flatMap((item: unknown) =>
    typeof item === 'string' ? (inside(root, item) ?? []) : [],
  )
  return [{ name: entry.name, dir, ...(folders ? { skills: folders } : {}) }]
}

/** `./a/b/` under `root`, or undefined when it leaves the source. */
function inside(root: string, relative: string): string | undefined {
  if (relative.startsWith('/') || relative.includes('\\')) return undefined
  const parts = root === '' ? [] : root.split('/')
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

function readJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  if (bytes.length > LIMITS.manifestBytes) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isTable(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
