// One change of a project: staged copies, then a journal, then the swap, then the two files. Whoever dies on the way
// leaves the old state, or a journal that the next command finishes.
import { existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { digestOfFiles, type SkillFile } from '../integrity/tree.ts'
import { applyLinks } from '../link/apply.ts'
import { loadText, saveText } from '../lock/file.ts'
import { formatLockfile, type Lockfile, parseLockfile } from '../lock/lockfile.ts'
import { formatProject } from '../lock/project.ts'
import type { Settings } from '../platform/env.ts'
import { isMissing, removeAbandoned, toFsError, writeFileAtomic } from '../platform/fs.ts'
import { displayText } from '../platform/text.ts'
import { readPlainFiles } from '../store/tree.ts'
import { type Journal, journalFile, parseJournal, withoutForce } from './journal.ts'
import { planProjectLinks, type ProjectState } from './project-links.ts'
import type { Scope } from './scope.ts'
import { stageCopy } from './stage-copy.ts'

/** From one state to the next. Copies that are new were staged before with `openStage`. */
export interface Change {
  readonly before: ProjectState
  readonly after: ProjectState
  /** Names whose staged copy takes the place of what stands there. */
  readonly place: readonly string[]
}

interface Options {
  readonly settings: Settings
  /** Replace or remove what was edited or is not ours. */
  readonly force: boolean
}

/** Writes a verified copy beside the final place; nothing is visible yet. */
export type Stage = (name: string, files: readonly SkillFile[]) => void

/**
 * Where the copies of one change are staged. Call under the process lock.
 * @throws link_unsafe
 */
export function openStage(scope: Scope): Stage {
  assertInside(scope)
  return (name, files) => stageCopy(stageFolder(scope), name, files)
}

export function stageFolder(scope: Scope): string {
  return join(scope.workDir, 'stage')
}

/**
 * Applies a change under the process lock: plan, journal, swap, links, files.
 * @throws local_edits, link_conflict, link_unsafe before anything was changed
 */
export function applyChange(
  scope: Scope,
  { before, after, place }: Change,
  { settings, force }: Options,
): void {
  assertInside(scope)
  const journal: Journal = {
    version: 1,
    place,
    remove: Object.keys(before.lock.skills).filter((name) => !after.lock.skills[name]),
    links: planProjectLinks(scope, { before, after }, { settings, force }),
    project: formatProject(after.project, loadText(scope.projectFile)),
    lock: lockText(scope, before.lock, after.lock),
  }
  // Copies that only fill gaps need no journal: with the same lock, half of them is a state that `install` completes.
  const fills =
    journal.remove.length === 0 &&
    loadText(scope.lockFile) === journal.lock &&
    loadText(scope.projectFile) === journal.project &&
    place.every((name) => !exists(join(scope.skillsDir, name)))
  if (!fills) writeFileAtomic(journalFile(scope), JSON.stringify(journal))
  execute(scope, journal, { lock: after.lock, settings })
}

/** A lock that does not change keeps its text, also where another program has formatted it. */
function lockText(scope: Scope, before: Lockfile, after: Lockfile): string {
  const standing = loadText(scope.lockFile)
  return after === before && standing !== undefined ? standing : formatLockfile(after, standing)
}

/** Forgets what was staged for a change that will not happen. Without effect once a journal stands. */
export function discardStaged(scope: Scope): void {
  if (!isInterrupted(scope)) clear(scope)
}

/** True when a process died in the middle of a change. */
export function isInterrupted(scope: Scope): boolean {
  return existsSync(journalFile(scope))
}

/** Finishes the change of a process that died and clears what it staged. Call under the process lock. */
export function finishInterrupted(scope: Scope, settings: Settings): void {
  if (!existsSync(scope.workDir)) return
  assertInside(scope)
  const text = loadText(journalFile(scope))
  if (text !== undefined) {
    const journal = parseJournal(text, scope)
    const lock = parseLockfile(journal.lock, scope.lockFile)
    execute(scope, withoutForce(journal, lock, scope), { lock, settings })
  }
  clear(scope)
  removeAbandoned(dirname(scope.lockFile))
  removeAbandoned(scope.workDir)
}

function execute(
  scope: Scope,
  journal: Journal,
  { lock, settings }: { readonly lock: Lockfile; readonly settings: Settings },
): void {
  try {
    if (journal.place.length > 0) mkdirSync(scope.skillsDir, { recursive: true })
    for (const name of journal.place) swapIn(scope, name, lock)
    for (const name of journal.remove) moveAway(scope, name)
    applyLinks(journal.links, {
      scope,
      settings,
      filesOf: (name) => readPlainFiles(join(scope.skillsDir, name)) ?? [],
    })
    saveText(scope.projectFile, journal.project)
    saveText(scope.lockFile, journal.lock)
  } catch (error) {
    throw toFsError(error, scope.skillsDir)
  }
  clear(scope)
}

/** Moves the staged copy to its place, when it is what the lock says; what stood there goes to the trash first. */
function swapIn(scope: Scope, name: string, lock: Lockfile): void {
  const staged = join(scope.workDir, 'stage', name)
  const place = join(scope.skillsDir, name)
  if (exists(place)) {
    if (!exists(staged)) return
    // Only after a crash can the staged copy be torn; then the old one stays and `verify` names it.
    const files = readPlainFiles(staged)
    if (!files || digestOfFiles(files) !== lock.skills[name]?.integrity) return
    moveAway(scope, name)
  }
  try {
    renameSync(staged, place)
  } catch (error) {
    // A change that was resumed may have moved it already.
    if (!isMissing(error)) throw error
  }
}

function moveAway(scope: Scope, name: string): void {
  const place = join(scope.skillsDir, name)
  if (!exists(place)) return
  const trash = join(scope.workDir, 'trash')
  mkdirSync(trash, { recursive: true })
  const target = join(trash, name)
  rmSync(target, { recursive: true, force: true })
  renameSync(place, target)
}

/** The journal goes first: without it the rest is only litter. */
function clear(scope: Scope): void {
  rmSync(journalFile(scope), { force: true })
  for (const folder of ['stage', 'trash'])
    rmSync(join(scope.workDir, folder), { recursive: true, force: true })
}

/**
 * Refuses to work through a link that leads out of a project, such as a repository's own `.agents -> /elsewhere`, or
 * into `.git`, where a file can be a program that git runs. In the user's own folders links are the user's; the folders
 * inside `workDir` are never links, wherever they stand.
 * @throws link_unsafe
 */
export function assertInside(scope: Scope): void {
  for (const folder of ['stage', 'trash']) {
    const path = join(scope.workDir, folder)
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw unsafeLink(path, 'is a link')
  }
  if (scope.kind === 'global') return
  const root = realpathSync(scope.root)
  const below = root.endsWith(sep) ? root : root + sep
  for (const folder of [dirname(scope.skillsDir), scope.skillsDir, scope.workDir]) {
    if (!exists(folder)) continue
    const real = realPath(folder)
    if (real === undefined || (real !== root && !real.startsWith(below)))
      throw unsafeLink(folder, `is a link that leads out of ${displayText(scope.root)}`)
    if (real.slice(root.length).split(sep).includes('.git'))
      throw unsafeLink(folder, 'is a link that leads into .git')
  }
}

function unsafeLink(path: string, problem: string): SkillsError {
  return new SkillsError('link_unsafe', `${displayText(path)} ${problem}`, {
    hint: 'remove the link; skills are installed only inside the project',
  })
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
