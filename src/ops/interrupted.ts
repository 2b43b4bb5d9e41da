// What a killed command left of a change: finished by the next command that changes the project, when it still fits what is
// on disk, and else let go; the user is told either way. Nothing of it is believed that lies in the project.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isSkillsError, type SkillsError } from '../errors/error.ts'
import type { SkillFile, TreeDigest } from '../integrity/tree.ts'
import type { LinkStep } from '../link/link.ts'
import { surveyLinks } from '../link/place.ts'
import { loadLockfile } from '../lock/file.ts'
import { emptyLockfile, type Lockfile, parseLockfile } from '../lock/lockfile.ts'
import { removeTree } from '../platform/fs.ts'
import { displayText } from '../platform/text.ts'
import { openStore } from '../store/store.ts'
import { hashPlainFiles } from '../store/tree.ts'
import { carryOut, clearUnfinished, exists } from './carry-out.ts'
import { assertInside } from './inside.ts'
import type { Io } from './io.ts'
import { fitsDisk, type Journal, journalFile, readJournal } from './journal.ts'
import type { Scope } from './scope.ts'
import { stageCopy } from './stage-copy.ts'
import { standingWork } from './work-folder.ts'

/** True when a command died in the middle of a change, or works on one now. */
export function isInterrupted(scope: Scope): boolean {
  return existsSync(journalFile(scope))
}

/** A use case may be made of others that look too. */
const toldOnce = new WeakSet<Io>()

/** Tells a user who only looks, once. Call under the process lock, where `isInterrupted` means a dead command. */
export function tellInterrupted(scope: Scope, io: Io): void {
  if (toldOnce.has(io)) return
  toldOnce.add(io)
  io.notice({
    code: 'interrupted',
    message: `a command was interrupted while it changed ${displayText(scope.root)}; this is what it left`,
    hint: 'the next command that changes skills finishes it, such as "skills install"',
  })
}

/**
 * Finishes the change of a command that died, or lets it go, and clears what it staged. Call under the process lock.
 * @throws permission_denied, disk_full: then the journal stays for the next command
 */
export function finishInterrupted(scope: Scope, io: Io): void {
  const journal = readJournal(scope)
  if (journal !== undefined) {
    const problem = problemOf(journal, scope)
    if (problem === undefined) finish(scope, journal as Journal, io)
    else letGo(io, problem)
  }
  clearUnfinished(scope)
}

function problemOf(journal: Journal | 'unreadable', scope: Scope): string | undefined {
  if (journal === 'unreadable') return 'its record cannot be read by this version'
  if (scope.stateIsInside) return 'its record lies inside the project, where anybody could have put it'
  const work = standingWork(scope)
  if (work === undefined || basename(work) !== journal.work) return 'another folder stands there now'
  return fitsDisk(journal, scope) ? undefined : 'skills.json or skills.lock was changed since'
}

function letGo(io: Io, why: string): void {
  io.notice({
    code: 'interrupted_dropped',
    message: `what an interrupted command had begun was not finished: ${why}`,
    hint: 'run "skills install" to make the folders what skills.lock says, then "skills verify"',
  })
}

function finish(scope: Scope, whole: Journal, io: Io): void {
  const before = loadLockfile(scope.lockFile) ?? emptyLockfile()
  const after = whole.lock === undefined ? before : parseLockfile(whole.lock, scope.lockFile)
  try {
    assertInside(scope)
    const journal = withoutForce(whole, { before, after }, scope)
    restage(scope, journal, { after, dataDir: io.settings.dataDir })
    carryOut(scope, journal, io.settings)
    io.notice({ code: 'interrupted_finished', message: told(journal) })
  } catch (error) {
    if (!isSkillsError(error) || isTransient(error)) throw error
    letGo(io, error.message)
  }
}

function isTransient({ code }: SkillsError): boolean {
  return code === 'permission_denied' || code === 'disk_full'
}

function told({ place, remove }: Journal): string {
  const some = (verb: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${verb} ${names.slice(0, 10).join(', ')}${names.length > 10 ? ' …' : ''}`]
  const what = [...some('installed', place), ...some('removed', remove)]
  const rest = what.length > 0 ? what.join('; ') : 'wrote skills.json, skills.lock and the links'
  return `finished what an interrupted command had begun: ${rest}`
}

/** A power cut can tear what was staged; the store has it too, and what neither has whole is left to `install`. */
function restage(
  scope: Scope,
  { place }: Journal,
  { after, dataDir }: { readonly after: Lockfile; readonly dataDir: string },
): void {
  const work = standingWork(scope)
  if (work === undefined) return
  for (const name of place) {
    const integrity = after.skills[name]?.integrity
    const staged = join(work, 'stage', name)
    const isWhole = (folder: string): boolean => hashPlainFiles(folder)?.integrity === integrity
    if (isWhole(staged)) continue
    removeTree(staged)
    if (integrity === undefined || isWhole(join(scope.skillsDir, name))) continue
    const files = storedFiles(dataDir, integrity)
    if (files) stageCopy(join(work, 'stage'), name, files)
  }
}

function storedFiles(dataDir: string, integrity: TreeDigest): readonly SkillFile[] | undefined {
  try {
    return openStore(dataDir).read(integrity)
  } catch {
    return undefined
  }
}

/**
 * The journal without what would lose something that came since: it replaces and removes what one of the two locks knows
 * and nothing else. A forced change that died may leave a copy or a link to be mended by `install`.
 */
function withoutForce(
  journal: Journal,
  { before, after }: { readonly before: Lockfile; readonly after: Lockfile },
  scope: Scope,
): Journal {
  const digests = (name: string): TreeDigest[] =>
    [before.skills[name], after.skills[name]].flatMap((entry) => entry?.integrity ?? [])
  const dirs = new Set(journal.links.map((step) => step.dir))
  const names = [...new Set(journal.links.map((step) => step.name))]
  const places = surveyLinks({ scope, dirs: [...dirs], names })
  const foreign = (step: LinkStep): boolean =>
    places.some(({ dir, name, state }) => {
      if (dir !== step.dir || name !== step.name) return false
      if (state.kind === 'folder') return !digests(name).includes(state.digest ?? '')
      return state.kind === 'elsewhere' || state.kind === 'file'
    })
  const isKnown = (name: string): boolean => {
    const place = join(scope.skillsDir, name)
    return !exists(place) || digests(name).includes(hashPlainFiles(place)?.integrity ?? '')
  }
  return {
    ...journal,
    place: journal.place.filter(isKnown),
    remove: journal.remove.filter(isKnown),
    links: journal.links
      .filter((step) => !foreign(step))
      .map((step) => ({ ...step, replaces: digests(step.name) })),
  }
}
