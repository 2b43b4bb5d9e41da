// What a change will do, on disk before it is done: in the user's state folder, never in the project. A journal counts
// only for the project that it was written for, in the state in which that was left; everything else is let go.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../integrity/digest.ts'
import type { LinkStep } from '../link/link.ts'
import { loadText } from '../lock/file.ts'
import { parseLockfile } from '../lock/lockfile.ts'
import { parseProject } from '../lock/project.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import { writeFileAtomic } from '../platform/fs.ts'
import type { Scope } from './scope.ts'

/** The swaps and links of a change, and the two files as they will be; a file without text is not written. */
export interface Plan {
  readonly place: readonly string[]
  readonly remove: readonly string[]
  readonly links: readonly LinkStep[]
  readonly project?: string
  readonly lock?: string
}

/** A plan, bound to one working folder and to the state that it starts from. */
export interface Journal extends Plan {
  readonly version: 1
  /** The path of the scope's root, for a person and for `prune`. */
  readonly root: string
  /** Name of the working folder, which nobody could guess: another project has none of that name. */
  readonly work: string
  /** SHA-256 of the two files before the change; absent where there was none. */
  readonly before: { readonly project?: string; readonly lock?: string }
}

export function journalFile({ stateDir }: Pick<Scope, 'stateDir'>): string {
  return join(stateDir, 'journal.json')
}

/** The binding of a plan to what is on disk now. */
export function bindJournal(scope: Scope, plan: Plan, work: string): Journal {
  const digest = (file: string): string | undefined => {
    const text = loadText(file)
    return text === undefined ? undefined : sha256Hex(text)
  }
  const [project, lock] = [digest(scope.projectFile), digest(scope.lockFile)]
  const before = { ...(project !== undefined && { project }), ...(lock !== undefined && { lock }) }
  return { version: 1, root: scope.root, work, before, ...plan }
}

/** On disk when it returns. @throws permission_denied, disk_full, fs_failed */
export function writeJournal(scope: Scope, journal: Journal): void {
  writeFileAtomic(journalFile(scope), JSON.stringify(journal), { mode: 0o600 })
}

export function dropJournal(scope: Scope): void {
  rmSync(journalFile(scope), { force: true })
}

/** The journal that a killed command left; undefined when there is none, `unreadable` for one of another version. */
export function readJournal(scope: Pick<Scope, 'stateDir'>): Journal | 'unreadable' | undefined {
  const text = loadText(journalFile(scope))
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(text) as Journal
    if (value.version !== 1) return 'unreadable'
    for (const name of [...value.place, ...value.remove]) assertSkillName(name)
    if (value.project !== undefined) parseProject(value.project, 'skills.json')
    if (value.lock !== undefined) parseLockfile(value.lock, 'skills.lock')
    return value
  } catch {
    return 'unreadable'
  }
}

/** True when each of the two files is what it was before the change, or what the change makes of it. */
export function fitsDisk({ before, project, lock }: Journal, scope: Scope): boolean {
  const fits = (file: string, old: string | undefined, next: string | undefined): boolean => {
    const text = loadText(file)
    return text === next || (text === undefined ? undefined : sha256Hex(text)) === old
  }
  return fits(scope.projectFile, before.project, project) && fits(scope.lockFile, before.lock, lock)
}
