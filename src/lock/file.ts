// Loads and saves skills.json and skills.lock. A file is read whole or refused; it is replaced whole or not at all.
// The caller holds the project's process lock around load, change and save.
import { isUtf8 } from 'node:buffer'
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import { readFileBounded, writeFileAtomic } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayText } from '../platform/text.ts'
import { formatLockfile, type Lockfile, parseLockfile } from './lockfile.ts'
import { formatProject, parseProject, type Project } from './project.ts'

/**
 * The lock at `path`, or undefined when there is none.
 * @throws limit_exceeded past LIMITS.lockBytes, what parseLockfile throws, permission_denied, fs_failed
 */
export function loadLockfile(path: string): Lockfile | undefined {
  const text = loadStrictly(path, 'lock_invalid')
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
  const text = loadStrictly(path, 'project_invalid')
  return text === undefined ? undefined : parseProject(text, path)
}

/** The text of a file that decides something: bytes that are no text are refused, since two readers would differ. */
function loadStrictly(path: string, code: Code): string | undefined {
  const bytes = readFileBounded(path, LIMITS.lockBytes)
  if (bytes === undefined || isUtf8(bytes)) return bytes?.toString('utf8')
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  throw new SkillsError(code, `${displayText(path)} is not UTF-8${wide ? ' but UTF-16' : ''}`, {
    hint: wide ? 'save it as UTF-8' : 'restore it from version control, or save it as UTF-8',
    details: { file: path },
  })
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

/** Replaces a file atomically unless it already has this text; true when it wrote. `drafts` as in `writeFileAtomic`. */
export function saveText(path: string, text: string, drafts?: string): boolean {
  if (loadText(path) === text) return false
  writeFileAtomic(path, text, { drafts })
  return true
}
