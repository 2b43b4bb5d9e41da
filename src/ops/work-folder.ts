// The folder inside a project where unfinished copies wait for their rename, which needs the same file system. Its name is
// random and stands only in the user's state folder, so nothing that a repository brings can be taken for it; a killed
// command's folder is found again by that name, and git sees nothing in it.
import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { loadText } from '../lock/file.ts'
import { removeTree, toFsError, writeCacheFile } from '../platform/fs.ts'
import { assertInside } from './inside.ts'
import type { Scope } from './scope.ts'

const NAME = /^\.skillward-[0-9a-f]{32}$/

/** The folder of a command that works now or was killed; undefined when there is none. */
export function standingWork(scope: Scope): string | undefined {
  const name = recordedName(scope)
  if (name === undefined) return undefined
  const folder = folderOf(scope, name)
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined
}

/**
 * The folder, made when there is none. Call under the process lock.
 * @throws link_unsafe, permission_denied, disk_full, fs_failed
 */
export function openWork(scope: Scope): string {
  if (scope.unwritable) throw scope.unwritable
  const standing = standingWork(scope)
  if (standing !== undefined) return standing
  assertInside(scope)
  const name = `.skillward-${randomBytes(16).toString('hex')}`
  const folder = folderOf(scope, name)
  writeCacheFile(recordFile(scope), `${name}\n${scope.root}`, 0o600)
  try {
    mkdirSync(dirname(folder), { recursive: true })
    mkdirSync(folder)
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    throw toFsError(error, folder)
  }
  return folder
}

/** Removes the folder with all that is in it, then what is known of it. Call under the process lock. */
export function clearWork(scope: Scope): void {
  const name = recordedName(scope)
  if (name !== undefined) removeTree(folderOf(scope, name))
  rmSync(recordFile(scope), { force: true })
}

function folderOf(scope: Scope, name: string): string {
  return join(dirname(scope.skillsDir), name)
}

/** Two lines: the folder's name, and the root of the scope. */
export function recordFile(scope: Pick<Scope, 'stateDir'>): string {
  return join(scope.stateDir, 'work')
}

function recordedName(scope: Scope): string | undefined {
  const [name] = loadText(recordFile(scope))?.split('\n') ?? []
  return name !== undefined && NAME.test(name) ? name : undefined
}
