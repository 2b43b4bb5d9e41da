// The project's two files as values: looked at, read after an interrupted change was finished, or held under the process
// lock.
import { accessSync, constants, existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { loadLockfile, loadProject } from '../lock/file.ts'
import { emptyLockfile, type Lockfile } from '../lock/lockfile.ts'
import type { Project } from '../lock/project.ts'
import { withFileLock } from '../platform/file-lock.ts'
import { isMissing, toFsError } from '../platform/fs.ts'
import { displayText } from '../platform/text.ts'
import { discardStaged } from './change.ts'
import { finishInterrupted, isInterrupted, tellInterrupted } from './interrupted.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'

export interface Workspace {
  readonly scope: Scope
  readonly project: Project
  readonly lock: Lockfile
  /** False when the file does not exist and the value is an empty one. */
  readonly hasProject: boolean
  readonly hasLock: boolean
}

/**
 * The state on disk. What an interrupted change left is finished first; a command that only looks tells of it and reads
 * what is there. Takes no lock where nothing was interrupted.
 */
export async function readWorkspace(
  scope: Scope,
  io: Io,
  { looks = false }: { readonly looks?: boolean | undefined } = {},
): Promise<Workspace> {
  checkOwnPolicy(scope, io)
  if (!isInterrupted(scope)) return loadWorkspace(scope)
  if (!looks) return withWorkspace(scope, io, (workspace) => workspace)
  // The one who works on it may be alive: then it is waited for.
  return locked(scope, io, () => {
    if (isInterrupted(scope)) tellInterrupted(scope, io)
    return loadWorkspace(scope)
  })
}

/**
 * Runs `work` on the state on disk while no other process changes it. What it staged and did not use is removed. Where the
 * user's folders cannot be written, `work` may look, and writing throws. `load` gives another state than the disk's.
 */
export async function withWorkspace<T>(
  scope: Scope,
  io: Io,
  work: (workspace: Workspace) => Promise<T> | T,
  load: (scope: Scope) => Workspace = loadWorkspace,
): Promise<T> {
  checkOwnPolicy(scope, io)
  return locked(scope, io, async (unwritable) => {
    if (unwritable) return work(load({ ...scope, unwritable }))
    finishInterrupted(scope, io)
    try {
      return await work(load(scope))
    } catch (error) {
      discardStaged(scope)
      throw error
    }
  })
}

/** @throws project_missing with the hint that fits the scope */
export function requireProject({ scope, hasProject, hasLock }: Workspace): void {
  if (hasProject || hasLock) return
  const global = scope.kind === 'global'
  throw new SkillsError('project_missing', `No skills.json in ${displayText(dirname(scope.projectFile))}`, {
    hint: `run "skills add ${global ? '--global SOURCE"' : 'SOURCE" or "skills init --project"'} first`,
  })
}

/** What the user's own skills.json asks for holds in every project; what it asks for in vain must not pass in silence. */
export function checkOwnPolicy(scope: Scope, { settings }: Io): void {
  if (scope.kind === 'global') return
  try {
    loadProject(join(settings.configDir, 'skills.json'))
  } catch (error) {
    // What else is wrong with it is for those who use it.
    if (isSkillsError(error, 'policy_unsupported')) throw error
  }
}

function loadWorkspace(scope: Scope): Workspace {
  const project = loadProject(scope.projectFile)
  const lock = loadLockfile(scope.lockFile)
  return {
    scope,
    project: project ?? { skills: {} },
    lock: lock ?? emptyLockfile(),
    hasProject: project !== undefined,
    hasLock: lock !== undefined,
  }
}

/** Runs `work` under the process lock, or with the reason why there can be none, when nothing can be written anyway. */
async function locked<T>(
  scope: Scope,
  io: Io,
  work: (unwritable?: SkillsError) => Promise<T> | T,
): Promise<T> {
  const { stateDir, stateIsInside } = scope
  const unwritable = reasonAgainst(stateDir)
  if (unwritable) return work(unwritable)
  const onWait = (holder: number | undefined): void => {
    const who = holder ? `process ${holder}` : 'another process'
    io.notice({ code: 'waiting', message: `waiting for ${who}, which works on ${displayText(scope.root)}` })
  }
  try {
    const options = { signal: io.signal, onWait, onlyVisible: stateIsInside }
    return await withFileLock(join(stateDir, 'lock'), options, () => work())
  } finally {
    removeIfEmpty(stateDir)
    if (!existsSync(scope.skillsDir)) removeIfEmpty(dirname(scope.skillsDir))
  }
}

/** Why nothing can be written to a folder that is made when it is missing. */
function reasonAgainst(folder: string): SkillsError | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    return undefined
  } catch (error) {
    // Another process may remove the folder in this very moment.
    if (isMissing(error)) return undefined
    const reason = toFsError(error, folder)
    if (reason.code === 'permission_denied') return reason
    throw reason
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not empty, in use by the next process, or never made: each is fine.
  }
}
