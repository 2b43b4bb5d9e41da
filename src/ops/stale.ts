// Skills that this program installed here and that the lock names no more: a teammate removed them. What of them is
// unedited may go, with its links; what somebody edited or made by hand stays, and is told.
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isSkillsError } from '../errors/error.ts'
import { AGENTS } from '../link/agents.ts'
import { skillsFolder } from '../link/directory.ts'
import { type LinkStep, linkDirs } from '../link/link.ts'
import { type LinkPlace, surveyLinks } from '../link/place.ts'
import { nameProblem } from '../lock/skill-name.ts'
import type { Settings } from '../platform/env.ts'
import { readInstalled } from './installed.ts'
import type { Io } from './io.ts'
import { knownContent } from './known-content.ts'
import { agentDirs, type ProjectState } from './project-links.ts'
import type { Scope } from './scope.ts'

export interface Stale {
  /** Copies in the shared folder that may go. */
  readonly copies: readonly string[]
  readonly links: readonly LinkStep[]
  /** Paths, relative to the root, of what was installed and then edited, and of what nobody installed. */
  readonly edited: readonly string[]
  readonly unknown: readonly string[]
}

/** Names of all that may go, each once. */
export function staleNames({ copies, links }: Stale): readonly string[] {
  return [...new Set([...copies, ...links.map(({ name }) => name)])].sort()
}

/** The same for these names alone. */
export function only(stale: Stale, names: readonly string[]): Stale {
  return {
    ...stale,
    copies: stale.copies.filter((name) => names.includes(name)),
    links: stale.links.filter(({ name }) => names.includes(name)),
  }
}

/** Looks at what the lock does not name; without a lock nothing is stale. Reads the content only of what a record knows. */
export function findStale(
  scope: Scope,
  { project, lock, hasLock }: ProjectState & { readonly hasLock: boolean },
  { settings }: Io,
): Stale {
  if (!hasLock) return { copies: [], links: [], edited: [], unknown: [] }
  const known = knownContent(scope, settings)
  const isLocked = (name: string): boolean => Object.hasOwn(lock.skills, name)
  const copies: string[] = []
  const edited: string[] = []
  const unknown: string[] = []
  for (const name of unlockedIn(scope.skillsDir, isLocked)) {
    const placed = known.placedHere(name)
    const installed = placed === undefined ? undefined : readInstalled(scope, name)
    if (installed?.kind === 'folder' && installed.integrity === placed) copies.push(name)
    else (placed === undefined ? unknown : edited).push(`.agents/skills/${name}`)
  }
  const links: LinkStep[] = []
  const chosen = new Set(agentDirs(scope, project, settings))
  for (const dir of foldersOfAgents(scope, chosen, settings)) {
    const folder = folderOf(scope, dir)
    if (folder === undefined) continue
    const names = unlockedIn(folder, isLocked)
    // Content of others is not worth hashing: only a name that was installed here, or a link, can be ours.
    const maybe = names.filter(
      (name) =>
        nameProblem(name) === undefined &&
        (known.placedHere(name) !== undefined || lstatSync(join(folder, name)).isSymbolicLink()),
    )
    for (const place of surveyLinks({ scope, dirs: [dir], names: maybe })) {
      const placed = known.placedHere(place.name)
      const going = copies.includes(place.name) || readInstalled(scope, place.name).kind === 'missing'
      if (isOurs(place, { placed, going }))
        links.push({
          action: 'remove',
          dir,
          name: place.name,
          replaces: placed === undefined ? [] : [placed],
        })
      else if (placed !== undefined && place.state.kind === 'folder') edited.push(`${dir}/${place.name}`)
      else if (chosen.has(dir) && isTold(place)) unknown.push(`${dir}/${place.name}`)
    }
    if (!chosen.has(dir)) continue
    unknown.push(...names.filter((name) => !maybe.includes(name)).map((name) => `${dir}/${name}`))
  }
  return { copies, links, edited, unknown }
}

interface Evidence {
  readonly placed: string | undefined
  /** The copy that a link leads to is gone, or goes now. */
  readonly going: boolean
}

/** A link exactly as this program makes it that leads to nothing; others, and copies, only where a record has the name. */
function isOurs({ state }: LinkPlace, { placed, going }: Evidence): boolean {
  if (state.kind === 'folder') return placed !== undefined && state.digest === placed
  if (state.kind === 'link') return going
  return state.kind === 'ours' && going && placed !== undefined
}

function isTold({ state }: LinkPlace): boolean {
  return state.kind !== 'absent' && state.kind !== 'shared'
}

/** Folders and links that could be skills and that the lock does not name. */
function unlockedIn(folder: string, isLocked: (name: string) => boolean): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .filter((name) => !isLocked(name))
      .sort()
  } catch {
    return []
  }
}

/** In a project every agent's folder counts, since an agent may have been dropped with the skill; else the chosen ones. */
function foldersOfAgents(scope: Scope, chosen: ReadonlySet<string>, settings: Settings): Iterable<string> {
  return scope.kind === 'global' ? chosen : linkDirs([...AGENTS.values()], scope, settings)
}

/** The real folder; undefined when it is missing, is the shared one, or cannot be one. */
function folderOf(scope: Scope, dir: string): string | undefined {
  try {
    const { path, exists, shared } = skillsFolder(scope, dir)
    return exists && !shared ? path : undefined
  } catch (error) {
    if (isSkillsError(error, 'link_conflict')) return undefined
    throw error
  }
}
