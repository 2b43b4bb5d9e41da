// Loads and saves skills.json and skills.lock. A file is read whole or refused; it is replaced whole or not at all.
// The caller holds the project's process lock around load, change and save.
import { readFileBounded, writeFileAtomic } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import { formatLockfile, type Lockfile, parseLockfile } from './lockfile.ts'
import { formatProject, parseProject, type Project } from './project.ts'

/**
 * The lock at `path`, or undefined when there is none.
 * @throws limit_exceeded past LIMITS.lockBytes, what parseLockfile throws, permission_denied, fs_failed
 */
export function loadLockfile(path: string): Lockfile | undefined {
  const text = loadText(path)
  if (text === undefined) return undefined
  if (last?.text !== text || last.path !== path) last = { path, text, lock: parseLockfile(text, path) }
  return last.lock
}

/** A command reads the lock once to look and once more under the process lock; parsing it again would tell nothing new. */
let last: { readonly path: string; readonly text: string; readonly lock: Lockfile } | undefined

/**
 * The project at `path`, or undefined when there is none.
 * @throws limit_exceeded past LIMITS.lockBytes, project_invalid, permission_denied, fs_failed
 */
export function loadProject(path: string): Project | undefined {
  const text = loadText(path)
  return text === undefined ? undefined : parseProject(text, path)
}

/** The text of a small UTF-8 file, or undefined when there is none. Bytes that are not UTF-8 become U+FFFD. */
export function loadText(path: string): string | undefined {
  return readFileBounded(path, LIMITS.lockBytes)?.toString('utf8')
}

/**
 * Writes the lock unless the file already has these bytes; true when it wrote. What parseLockfile would refuse is not
 * written.
 * @throws permission_denied, disk_full, fs_failed, and what parseLockfile throws
 */
export function saveLockfile(path: string, lock: Lockfile): boolean {
  const text = formatLockfile(lock)
  parseLockfile(text, path)
  return saveText(path, text)
}

/** Like `saveLockfile`, for skills.json: indentation and line ends of the file that stands are kept. */
export function saveProject(path: string, project: Project): boolean {
  const text = formatProject(project, loadText(path))
  parseProject(text, path)
  return saveText(path, text)
}

/** Replaces a file atomically unless it already has this text; true when it wrote. */
export function saveText(path: string, text: string): boolean {
  if (loadText(path) === text) return false
  writeFileAtomic(path, text)
  return true
}
