// The project's two files as values, read after any interrupted change was finished, or held under the process lock.
import { existsSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { loadLockfile, loadProject } from '../lock/file.ts'
import { emptyLockfile, type Lockfile } from '../lock/lockfile.ts'
import type { Project } from '../lock/project.ts'
import { withFileLock } from '../platform/file-lock.ts'
import { displayText } from '../platform/text.ts'
import { discardStaged, finishInterrupted, isInterrupted } from './change.ts'
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
 * The state on disk; a change that was interrupted is finished first. Takes no lock when there is none. Where the change
 * cannot be finished for want of space or permission, the state is read as it is.
 */
export async function readWorkspace(scope: Scope, io: Io): Promise<Workspace> {
  if (isInterrupted(scope)) {
    try {
      await locked(scope, io, async () => finishInterrupted(scope, io.settings))
    } catch (error) {
      if (!isSkillsError(error, 'permission_denied') && !isSkillsError(error, 'disk_full')) throw error
      const message = `an interrupted change could not be finished: ${error.message}`
      io.notice({ code: error.code, message, ...(error.hint && { hint: error.hint }) })
    }
  }
  return loadWorkspace(scope)
}

/** Runs `work` on the state on disk while no other process changes it. What it staged and did not use is removed. */
export async function withWorkspace<T>(
  scope: Scope,
  io: Io,
  work: (workspace: Workspace) => Promise<T> | T,
): Promise<T> {
  return locked(scope, io, async () => {
    finishInterrupted(scope, io.settings)
    try {
      return await work(loadWorkspace(scope))
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

async function locked<T>(scope: Scope, io: Io, work: () => Promise<T>): Promise<T> {
  const onWait = (holder: number | undefined): void => {
    const who = holder ? `process ${holder}` : 'another process'
    io.notice({ code: 'waiting', message: `waiting for ${who}, which works on ${displayText(scope.root)}` })
  }
  try {
    return await withFileLock(join(scope.workDir, 'lock'), { signal: io.signal, onWait }, work)
  } finally {
    removeIfEmpty(scope.workDir)
    if (!existsSync(scope.skillsDir)) removeIfEmpty(dirname(scope.workDir))
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Not empty, in use by the next process, or never made: each is fine.
  }
}
