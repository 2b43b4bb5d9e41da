// What stands where a skill's link belongs. Reads and judges; changes nothing.
import { lstatSync, readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { TreeDigest } from '../integrity/tree.ts'
import { isMissing, toFsError } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import { hashPlainFiles } from '../store/tree.ts'
import { sharedFolder, skillsFolder, type LinkScope } from './directory.ts'

/**
 * `shared` the whole folder is the shared one · `absent` · `link` exactly the link that belongs here · `ours` a link
 * to a skill of the shared folder in another form (absolute, another name, or checked out as a text file) ·
 * `elsewhere` any other link · `folder` with the digest of its files, absent when it holds more than plain files, and
 * whether the permission bits of some are wrong ·
 * `file`.
 */
export type PlaceState =
  | { readonly kind: 'shared' | 'absent' | 'link' | 'ours' | 'file' }
  | { readonly kind: 'elsewhere'; readonly target: string }
  | { readonly kind: 'folder'; readonly digest?: TreeDigest; readonly wrongModes?: boolean }

/** One skill in one agents' folder. */
export interface LinkPlace {
  /** As in the table of agents: relative to a project's root, absolute in the global scope. */
  readonly dir: string
  readonly name: string
  readonly state: PlaceState
}

export interface SurveyInput {
  readonly scope: LinkScope
  /** Agents' folders; the shared folder and folders that are really the same are looked at once. */
  readonly dirs: readonly string[]
  readonly names: readonly string[]
}

/**
 * Looks at every skill in every folder. A folder's list of names is read once, so absent places cost nothing.
 * @throws link_conflict for a folder that cannot be one
 */
export function surveyLinks({ scope, dirs, names }: SurveyInput): LinkPlace[] {
  const shared = sharedFolder(scope)
  const seen = new Set([shared])
  const places: LinkPlace[] = []
  for (const dir of new Set(dirs)) {
    const folder = skillsFolder(scope, dir)
    if (folder.shared || seen.has(folder.path)) continue
    seen.add(folder.path)
    const toShared = relative(folder.path, shared)
    const present = folder.exists ? presentNames(folder.path) : undefined
    for (const name of names) {
      const state: PlaceState = present?.(name)
        ? stateOf(join(folder.path, name), { name, folder: folder.path, shared, toShared })
        : { kind: 'absent' }
      places.push({ dir, name, state })
    }
  }
  return places
}

/** Whether a name may stand in the folder; on disks that ignore case another spelling counts. */
function presentNames(folder: string): (name: string) => boolean {
  try {
    const names = new Set(readdirSync(folder).map((name) => name.toLowerCase()))
    return (name) => names.has(name.toLowerCase())
  } catch (error) {
    throw toFsError(error, folder)
  }
}

export interface PlaceContext {
  readonly name: string
  /** The agents' folder, and the shared folder; real paths. */
  readonly folder: string
  readonly shared: string
  /** The path from one to the other, worked out once for all skills. */
  readonly toShared: string
}

/** What stands at `path`, which is `<folder>/<name>`. */
export function stateOf(path: string, context: PlaceContext): PlaceState {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat) return { kind: 'absent' }
    if (stat.isSymbolicLink()) return linkState(readlinkSync(path), context)
    if (stat.isDirectory()) return folderState(path)
    if (stat.isFile() && stat.size < LIMITS.pathBytes && isLinkText(path, context)) {
      return { kind: 'ours' }
    }
    return { kind: 'file' }
  } catch (error) {
    if (isMissing(error)) return { kind: 'absent' }
    throw toFsError(error, path)
  }
}

/** The text of the link that belongs in `folder`: relative, unless the copy is on another drive. */
export function linkText({ name, toShared }: PlaceContext): string {
  return toShared + sep + name
}

function linkState(target: string, context: PlaceContext): PlaceState {
  if (target === linkText(context)) return { kind: 'link' }
  const lexical = resolve(context.folder, target)
  if (lexical.startsWith(context.shared + sep)) return { kind: 'ours' }
  try {
    // Through a folder that is itself linked, the same copy has another spelling.
    if (realpathSync(lexical) === realpathSync(join(context.shared, context.name))) return { kind: 'ours' }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return { kind: 'elsewhere', target }
}

/** git writes a link as a small text file where links are switched off. */
function isLinkText(path: string, context: PlaceContext): boolean {
  return readFileSync(path, 'utf8').trim() === linkText(context).replaceAll('\\', '/')
}

function folderState(path: string): PlaceState {
  const folder = hashPlainFiles(path)
  if (!folder) return { kind: 'folder' }
  return {
    kind: 'folder',
    digest: folder.integrity,
    ...(folder.modes.length > 0 && { wrongModes: true }),
  }
}
