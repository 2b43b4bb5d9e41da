// The steps of a plan, each a rename or a link, in the order that leaves the old or the new skill at every instant. May be
// carried out again after it died on the way.
import { lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { applyLinks } from '../link/apply.ts'
import { saveText } from '../lock/file.ts'
import type { Settings } from '../platform/env.ts'
import { isMissing, syncFolder, toFsError } from '../platform/fs.ts'
import { readPlainFiles } from '../store/tree.ts'
import { dropJournal, type Plan } from './journal.ts'
import type { Scope } from './scope.ts'
import { clearWork, openWork, standingWork } from './work-folder.ts'

/** Swaps, removes, links, then replaces the two files; the journal and the working folder are gone after it. */
export function carryOut(scope: Scope, plan: Plan, settings: Settings): void {
  try {
    if (plan.place.length > 0) mkdirSync(scope.skillsDir, { recursive: true })
    for (const name of plan.place) swapIn(scope, name)
    for (const name of plan.remove) moveAway(scope, name)
    applyLinks(plan.links, {
      scope,
      settings,
      workFolder: () => openWork(scope),
      filesOf: (name) => readPlainFiles(join(scope.skillsDir, name)) ?? [],
    })
    // The files say what stands there: that must not reach the disk before it.
    const writes = plan.project !== undefined || plan.lock !== undefined
    if (writes && exists(scope.skillsDir)) syncFolder(scope.skillsDir)
    const drafts = standingWork(scope)
    if (plan.project !== undefined) saveText(scope.projectFile, plan.project, drafts)
    if (plan.lock !== undefined) saveText(scope.lockFile, plan.lock, drafts)
  } catch (error) {
    throw toFsError(error, scope.skillsDir)
  }
  clearUnfinished(scope)
}

/** The journal goes first: without it the rest is only litter. */
export function clearUnfinished(scope: Scope): void {
  dropJournal(scope)
  clearWork(scope)
}

/** Where the copies of a change wait. */
export function stageFolder(scope: Scope): string {
  return join(openWork(scope), 'stage')
}

function swapIn(scope: Scope, name: string): void {
  const staged = join(stageFolder(scope), name)
  const place = join(scope.skillsDir, name)
  // A change that was resumed may have moved it already.
  if (!exists(staged)) return
  moveAway(scope, name)
  try {
    renameSync(staged, place)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

function moveAway(scope: Scope, name: string): void {
  const place = join(scope.skillsDir, name)
  if (!exists(place)) return
  const trash = join(openWork(scope), 'trash')
  mkdirSync(trash, { recursive: true })
  const target = join(trash, basename(place))
  rmSync(target, { recursive: true, force: true })
  renameSync(place, target)
}

export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
