// One change of a project: staged copies, then a journal, then the swap, then the two files. Whoever dies on the way
// leaves the old state, or a journal that the next command which changes the project finishes.
import { basename, dirname, join } from 'node:path'
import type { SkillFile } from '../integrity/tree.ts'
import { loadText } from '../lock/file.ts'
import { formatLockfile } from '../lock/lockfile.ts'
import { formatProject } from '../lock/project.ts'
import type { Settings } from '../platform/env.ts'
import { syncFolder } from '../platform/fs.ts'
import { carryOut, clearUnfinished, exists, stageFolder } from './carry-out.ts'
import { assertInside } from './inside.ts'
import { isInterrupted } from './interrupted.ts'
import { bindJournal, type Plan, writeJournal } from './journal.ts'
import { savePlaced } from './placed.ts'
import { planProjectLinks, type ProjectState } from './project-links.ts'
import type { Scope } from './scope.ts'
import type { Stale } from './stale.ts'
import { stageCopy } from './stage-copy.ts'
import { openWork } from './work-folder.ts'

/** From one state to the next. Copies that are new were staged before with `openStage`. */
export interface Change {
  readonly before: ProjectState
  readonly after: ProjectState
  /** Names whose staged copy takes the place of what stands there. */
  readonly place: readonly string[]
  /** What the lock before did not name and what goes too. */
  readonly stale?: Pick<Stale, 'copies' | 'links'>
}

interface Options {
  readonly settings: Settings
  /** Replace or remove what was edited or is not ours. */
  readonly force: boolean
}

/** Writes a verified copy beside the final place; nothing is visible yet. */
export type Stage = (name: string, files: readonly SkillFile[]) => void

/**
 * Where the copies of one change are staged; touches no disk before the first. Call under the process lock.
 * @throws link_unsafe
 */
export function openStage(scope: Scope): Stage {
  assertInside(scope)
  return (name, files) => stageCopy(stageFolder(scope), name, files)
}

/**
 * Applies a change under the process lock: plan, journal, swap, links, files. A change that changes nothing writes nothing.
 * @throws local_edits, link_conflict, link_unsafe, permission_denied before anything was changed
 */
export function applyChange(
  scope: Scope,
  { before, after, place, stale = { copies: [], links: [] } }: Change,
  { settings, force }: Options,
): void {
  assertInside(scope)
  const plan: Plan = {
    place,
    remove: [...Object.keys(before.lock.skills).filter((name) => !after.lock.skills[name]), ...stale.copies],
    links: [...stale.links, ...planProjectLinks(scope, { before, after }, { settings, force })],
    ...newTexts(scope, before, after),
  }
  const { remove, links, project, lock } = plan
  const same = remove.length === 0 && project === undefined && lock === undefined
  if (same && place.length === 0 && links.length === 0) return remember(scope, after, settings)
  if (scope.unwritable) throw scope.unwritable
  // Copies that only fill gaps need no journal: with the same lock, half of them is a state that `install` completes.
  const fills = same && place.every((name) => !exists(join(scope.skillsDir, name)))
  if (!fills) {
    const work = openWork(scope)
    // A journal counts only where its folder stands.
    syncFolder(dirname(work))
    writeJournal(scope, bindJournal(scope, plan, basename(work)))
  }
  carryOut(scope, plan, settings)
  remember(scope, after, settings)
}

/**
 * Refuses what `applyChange` would refuse for where links lead and what stands in agents' folders; writes nothing.
 * @throws local_edits, link_conflict, link_unsafe
 */
export function assertPossible(
  scope: Scope,
  states: { readonly before: ProjectState; readonly after: ProjectState },
  options: Options,
): void {
  assertInside(scope)
  planProjectLinks(scope, states, options)
}

/** Records what stands now, for the day when the lock has moved on. */
function remember(scope: Scope, { lock }: ProjectState, settings: Settings): void {
  const locked = new Map(Object.entries(lock.skills).map(([name, { integrity }]) => [name, integrity]))
  savePlaced(scope, settings, { locked, stays: (name) => exists(join(scope.skillsDir, name)) })
}

/** The texts of the files that change; what is the same as a value stays as its author formatted it. */
function newTexts(scope: Scope, before: ProjectState, after: ProjectState): Pick<Plan, 'project' | 'lock'> {
  const [oldProject, oldLock] = [loadText(scope.projectFile), loadText(scope.lockFile)]
  const project = after.project === before.project ? oldProject : formatProject(after.project, oldProject)
  const lock = after.lock === before.lock ? oldLock : formatLockfile(after.lock, oldLock)
  return {
    ...(project !== undefined && project !== oldProject && { project }),
    ...(lock !== undefined && lock !== oldLock && { lock }),
  }
}

/** Forgets what was staged for a change that will not happen. Without effect once a journal stands. */
export function discardStaged(scope: Scope): void {
  if (!isInterrupted(scope)) clearUnfinished(scope)
}
