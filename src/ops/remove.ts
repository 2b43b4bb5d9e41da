// Removes skills: the links, the copy, the entries of skills.json and skills.lock.
import { SkillsError } from '../errors/error.ts'
import { dependenciesOf, reachable, withoutOrphans } from '../lock/dependencies.ts'
import { closest } from '../platform/closest.ts'
import { displayText } from '../platform/text.ts'
import { applyChange } from './change.ts'
import { claimPlace } from './installed.ts'
import type { Io, ScopeRequest } from './io.ts'
import type { ProjectState } from './project-links.ts'
import { recordRemovals } from './record.ts'
import { findScope } from './scope.ts'
import { findStale, only, type Stale, staleNames } from './stale.ts'
import { requireProject, readWorkspace, withWorkspace, type Workspace } from './workspace.ts'

export interface RemoveRequest extends ScopeRequest {
  readonly names: readonly string[]
  readonly all?: boolean
  readonly dryRun?: boolean
  /** Remove a locally edited copy too. */
  readonly force?: boolean
}

export interface RemoveResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly removed: readonly string[]
  readonly dryRun: boolean
}

/** @throws skill_not_found for a name that is neither locked nor asked for, local_edits */
export async function remove(request: RemoveRequest, io: Io): Promise<RemoveResult> {
  const scope = findScope(io.settings, request.global)
  const before = await readWorkspace(scope, io, { looks: request.dryRun })
  requireProject(before)
  const result = { scope: scope.kind, root: scope.root, dryRun: request.dryRun === true }
  if (request.dryRun) return { ...result, removed: planRemoval(before, request, io).removed }
  return withWorkspace(scope, io, async (workspace) => {
    const { removed, going, after, needed, stale } = planRemoval(workspace, request, io)
    for (const [name, by] of needed) {
      io.notice({
        code: 'still_needed',
        message: `${displayText(name)} stays installed, because ${displayText(by)} needs it`,
      })
    }
    for (const name of going) await claimPlace(workspace, { name }, { force: request.force === true, io })
    await recordRemovals(going, workspace, io)
    applyChange(
      workspace.scope,
      { before: workspace, after, place: [], stale },
      { settings: io.settings, force: request.force === true },
    )
    return { ...result, removed }
  })
}

interface Removal {
  /** What goes: what was named, what nothing needs without it, and what is here though no lock names it. */
  readonly removed: readonly string[]
  /** What of it the lock or skills.json has. */
  readonly going: readonly string[]
  readonly stale: Stale
  readonly after: ProjectState
  /** What was named but is needed by another skill, with that skill. */
  readonly needed: ReadonlyMap<string, string>
}

function planRemoval(workspace: Workspace, request: RemoveRequest, io: Io): Removal {
  const { project, lock, hasProject } = workspace
  const left = findStale(workspace.scope, workspace, io)
  const stale = request.all ? left : only(left, request.names)
  const gone = staleNames(stale)
  const named = namesOf(workspace, request, gone)
  const rest = { ...project, skills: without(project.skills, named) }
  const roots = hasProject
    ? Object.keys(rest.skills)
    : Object.keys(lock.skills).filter((name) => !named.includes(name))
  const kept = withoutOrphans(lock, roots)
  const needed = new Map(
    named.flatMap((name) => {
      const by = Object.entries(kept.skills).find(
        ([other, entry]) =>
          other !== name && dependenciesOf(entry, kept).some((dependency) => dependency.name === name),
      )
      return kept.skills[name] && by ? [[name, by[0]]] : []
    }),
  )
  // Entries that skills.json did not ask for before are none of this command's business.
  const before = new Set(hasProject ? reachable(lock, Object.keys(project.skills)) : Object.keys(lock.skills))
  const going = Object.keys(lock.skills).filter(
    (name) => !kept.skills[name] && (before.has(name) || named.includes(name)),
  )
  const unlocked = named.filter((name) => !lock.skills[name])
  const after = { project: rest, lock: { ...lock, skills: without(lock.skills, going) } }
  const removed = [...going, ...unlocked].sort()
  return { removed: [...removed, ...gone].sort(), going: removed, stale, after, needed }
}

/**
 * The names, all of them known here.
 * @throws skill_not_found with the closest name
 */
export function knownNames(names: readonly string[], { project, lock }: Workspace): readonly string[] {
  const known = [...new Set([...Object.keys(lock.skills), ...Object.keys(project.skills)])].sort()
  for (const name of names) {
    if (known.includes(name)) continue
    const near = closest(name, known)
    throw new SkillsError('skill_not_found', `No skill "${displayText(name)}" is installed here`, {
      hint: near ? `did you mean "${near}"?` : 'see "skills list"',
      details: { name },
    })
  }
  return names.length > 0 ? [...new Set(names)] : known
}

/** The names that the project knows; those in `gone` only the disk does. */
function namesOf(
  workspace: Workspace,
  { names, all }: RemoveRequest,
  gone: readonly string[],
): readonly string[] {
  if (!all && names.length === 0) {
    throw new SkillsError('usage', 'Nothing to remove was named', { hint: 'name skills, or pass --all' })
  }
  const others = names.filter((name) => !gone.includes(name))
  return all || others.length > 0 ? knownNames(all ? [] : others, workspace) : []
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}
