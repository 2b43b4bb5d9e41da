// The links that a project's agents need, for its lock: planned before a change, inspected by `verify`.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import type { TreeDigest } from '../integrity/tree.ts'
import { expandAgents } from '../link/agents.ts'
import {
  inspectLinks,
  type LinkFinding,
  type LinkStep,
  linkDirs,
  planLinks,
  planRemoval,
} from '../link/link.ts'
import { type LinkPlace, surveyLinks } from '../link/place.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import type { Project } from '../lock/project.ts'
import type { Settings } from '../platform/env.ts'
import { displayText } from '../platform/text.ts'
import { knownContent } from './known-content.ts'
import type { Scope } from './scope.ts'

/** A project and its lock at one moment. */
export interface ProjectState {
  readonly project: Project
  readonly lock: Lockfile
}

/**
 * Steps from one state to the next: links of removed skills go, every locked skill is linked for every agent.
 * @throws local_edits, link_conflict, project_invalid before anything was changed
 */
export function planProjectLinks(
  scope: Scope,
  { before, after }: { readonly before: ProjectState; readonly after: ProjectState },
  { settings, force }: { readonly settings: Settings; readonly force: boolean },
): readonly LinkStep[] {
  const removed = Object.keys(before.lock.skills).filter((name) => !after.lock.skills[name])
  const goingDirs = agentDirs(scope, before.project, settings)
  const leaving = removed.length > 0 ? surveyLinks({ scope, dirs: goingDirs, names: removed }) : []
  const left = earlierCopies(leaving, scope, settings)
  const going = planRemoval({
    places: leaving,
    skills: removed.map((name) => ({
      name,
      integrity: before.lock.skills[name]?.integrity ?? '',
      previous: left.get(name) ?? [],
    })),
    force,
  })
  const names = Object.keys(after.lock.skills)
  const dirs = agentDirs(scope, after.project, settings)
  const places = surveyLinks({ scope, dirs, names })
  const earlier = earlierCopies(places, scope, settings)
  const coming = planLinks({
    places,
    skills: names.map((name) => {
      const previous = [before.lock.skills[name]?.integrity ?? [], earlier.get(name) ?? []].flat()
      return { name, integrity: after.lock.skills[name]?.integrity ?? '', previous }
    }),
    mode: after.project.link ?? 'symlink',
    copied: before.project.link === 'copy',
    force,
  })
  return [...going, ...coming]
}

/** Digests of copies in agents' folders that are no edits, though the lock names others, by skill. */
function earlierCopies(
  places: readonly LinkPlace[],
  scope: Scope,
  settings: Settings,
): ReadonlyMap<string, readonly TreeDigest[]> {
  const known = knownContent(scope, settings)
  const found = new Map<string, TreeDigest[]>()
  for (const { name, state } of places) {
    if (state.kind !== 'folder' || state.digest === undefined) continue
    // The record beside the copies is not enough: nothing keeps a copy that goes from here.
    if (known.placedHere(name) !== state.digest && !known.stored(state.digest)) continue
    found.set(name, [...(found.get(name) ?? []), state.digest])
  }
  return found
}

/**
 * The folders of a project's agents besides the shared one.
 * @throws project_invalid for an agent that is not known
 */
export function agentDirs(scope: Scope, { agents = [] }: Project, settings: Settings): readonly string[] {
  try {
    return linkDirs(expandAgents(agents), scope, settings)
  } catch (error) {
    if (!isSkillsError(error, 'agent_unknown')) throw error
    const { message, hint } = error
    throw new SkillsError('project_invalid', `${displayText(scope.projectFile)}: agents: ${message}`, {
      ...(hint !== undefined && { hint }),
      details: { file: scope.projectFile, field: 'agents' },
      cause: error,
    })
  }
}

/** The links that are not what the lock and the agents ask for. */
export function inspectProjectLinks(
  scope: Scope,
  { project, lock }: ProjectState,
  { settings, names }: { readonly settings: Settings; readonly names: readonly string[] },
): readonly LinkFinding[] {
  return inspectLinks({
    scope,
    dirs: agentDirs(scope, project, settings),
    skills: names.map((name) => ({ name, integrity: lock.skills[name]?.integrity ?? '' })),
  })
}
