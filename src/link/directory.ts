// Where an agent's folder really is. In a project nothing planted may lead out of it: every part of the path is
// looked at. In the user's own folders links are the user's and are followed.
import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { isMissing, toFsError } from '../platform/fs.ts'
import { displayText } from '../platform/text.ts'
import { SHARED_DIR, type ScopeKind } from './agents.ts'

/** The part of a scope that linking needs. */
export interface LinkScope {
  readonly kind: ScopeKind
  /** The project's root, or the home directory; absolute. */
  readonly root: string
}

/** A folder for skills as it is on disk. */
export interface SkillsFolder {
  /** Absolute, without links; what is missing of it is appended as written. */
  readonly path: string
  readonly exists: boolean
  /** It is the shared folder itself, by a link: nothing needs to be linked in it. */
  readonly shared: boolean
}

/**
 * The real place of `dir` (relative to a project's root, or absolute in the global scope).
 * @throws link_conflict when a file is in the way, or a link in a project leads out of it, into `.git` or into a skill
 */
export function skillsFolder(scope: LinkScope, dir: string): SkillsFolder {
  const place = resolvePlace(scope, dir)
  const shared = sharedFolder(scope)
  if (place.path.startsWith(shared + sep)) throw conflict(dir, 'leads into a skill')
  return { ...place, shared: place.path === shared }
}

/**
 * The real path of the shared folder, where the one copy of every skill is; it may not exist yet.
 * @throws link_conflict like `skillsFolder`
 */
export function sharedFolder(scope: LinkScope): string {
  return resolvePlace(scope, scope.kind === 'project' ? SHARED_DIR : join(scope.root, SHARED_DIR)).path
}

function resolvePlace(scope: LinkScope, dir: string): { path: string; exists: boolean } {
  return scope.kind === 'project' ? resolveInside(realOrSelf(scope.root), dir) : resolveAnywhere(dir)
}

function resolveInside(root: string, dir: string): { path: string; exists: boolean } {
  let current = root
  const parts = dir.split('/')
  for (const [index, part] of parts.entries()) {
    const next = join(current, part)
    const stat = lstatSync(next, { throwIfNoEntry: false })
    if (!stat) return { path: join(current, ...parts.slice(index)), exists: false }
    if (stat.isSymbolicLink()) current = followInside(root, next, dir)
    else if (stat.isDirectory()) current = next
    else throw conflict(dir, `cannot be a folder: ${displayText(part)} is a file`)
  }
  return { path: current, exists: true }
}

function followInside(root: string, link: string, dir: string): string {
  let real: string
  try {
    real = realpathSync(link)
  } catch {
    throw conflict(dir, 'goes through a link that leads nowhere')
  }
  const inside = real.startsWith(root.endsWith(sep) ? root : root + sep)
  if (!inside) throw conflict(dir, 'goes through a link that leaves the project')
  if (real.slice(root.length).split(sep).includes('.git'))
    throw conflict(dir, 'goes through a link into .git')
  if (!lstatSync(real).isDirectory()) throw conflict(dir, 'goes through a link to a file')
  return real
}

function resolveAnywhere(dir: string): { path: string; exists: boolean } {
  try {
    const path = realpathSync(dir)
    if (!lstatSync(path).isDirectory()) throw conflict(dir, 'is a file')
    return { path, exists: true }
  } catch (error) {
    if (!isMissing(error)) throw toFsError(error, dir)
    if (lstatSync(dir, { throwIfNoEntry: false })) throw conflict(dir, 'is a link that leads nowhere')
    const above = dirname(dir)
    return above === dir
      ? { path: dir, exists: false }
      : { path: join(resolveAnywhere(above).path, basename(dir)), exists: false }
  }
}

function realOrSelf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (isMissing(error)) return path
    throw toFsError(error, path)
  }
}

function conflict(dir: string, problem: string): SkillsError {
  return new SkillsError('link_conflict', `The agents' folder ${displayText(dir)} ${problem}`, {
    hint: 'make it a folder, or leave out the agents that use it',
    details: { dir },
  })
}
