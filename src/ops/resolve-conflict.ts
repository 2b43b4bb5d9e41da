// skills.json and skills.lock out of a merge that git left unfinished: what git still knows of both sides, else what the
// conflict markers show. Reads only; `install` writes the outcome.
import { relative } from 'node:path'
import { sameCapabilities } from '../capabilities/capabilities.ts'
import { SkillsError } from '../errors/error.ts'
import { loadText } from '../lock/file.ts'
import { emptyLockfile, type LockEntry, type Lockfile, parseLockfile } from '../lock/lockfile.ts'
import { mergeLocks, mergeProjects, type Resolved, type Sides, splitConflict } from '../lock/merge.ts'
import { parseProject, type Project } from '../lock/project.ts'
import { displayText } from '../platform/text.ts'
import { execGit } from '../sources/git-command.ts'
import { within } from '../trust/consent.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'
import type { Workspace } from './workspace.ts'

export interface ResolvedWorkspace {
  readonly workspace: Workspace
  /** The lock with the answers of both sides to what is resolved anew. */
  readonly answers: Lockfile
  readonly resolved: readonly Resolved[]
}

/**
 * The state that the two sides make together; undefined when neither file has conflict markers.
 * @throws project_conflict for a field that both changed; lock_conflict for markers that no merge wrote; what parsing throws
 */
export async function resolveConflict(scope: Scope, io: Io): Promise<ResolvedWorkspace | undefined> {
  const projects = await sidesOf(scope.projectFile, 'project_conflict', { scope, io })
  const locks = await sidesOf(scope.lockFile, 'lock_conflict', { scope, io })
  if (!hasConflict(projects) && !hasConflict(locks)) return undefined
  const project = mergedProject(projects, scope)
  const parse = (text: string | undefined): Lockfile =>
    text === undefined ? emptyLockfile() : parseLockfile(text, scope.lockFile)
  const merged = hasConflict(locks)
    ? mergeLocks({ ours: parse(locks.ours), theirs: parse(locks.theirs) }, narrower)
    : { lock: parse(locks), answers: {}, resolved: [] }
  const { lock, answers } = merged
  return {
    workspace: { scope: { ...scope, merged: project }, project, lock, hasProject: true, hasLock: true },
    answers: { ...lock, skills: { ...lock.skills, ...answers } },
    resolved: [...merged.resolved].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

type Found = Sides<string> | string | undefined

function hasConflict(found: Found): found is Sides<string> {
  return typeof found === 'object'
}

function mergedProject(found: Found, scope: Scope): Project {
  const file = scope.projectFile
  if (found === undefined) {
    throw new SkillsError('project_missing', `No skills.json beside ${displayText(scope.lockFile)}`, {
      hint: 'restore it: it says what is asked for, and the lock follows it',
    })
  }
  if (typeof found === 'string') return parseProject(found, file)
  const { ours, theirs, base } = found
  return mergeProjects(
    {
      ours: parseProject(ours, file),
      theirs: parseProject(theirs, file),
      base: base === undefined ? undefined : parseProject(base, file),
    },
    file,
  )
}

/** The text of a file, or its two sides where it has conflict markers. */
async function sidesOf(
  file: string,
  code: 'project_conflict' | 'lock_conflict',
  at: { readonly scope: Scope; readonly io: Io },
): Promise<Found> {
  const text = loadText(file)
  if (text === undefined || !/^(?:<{7}|={7}|>{7}|\|{7})(?:[ \t\r]|$)/m.test(text)) return text
  const sides = (await stagesOf(file, at)) ?? splitConflict(text)
  if (sides) return sides
  throw new SkillsError(code, `${displayText(file)} has conflict markers that belong to no merge`, {
    hint: 'restore it from version control',
    details: { file },
  })
}

/** What git's index keeps of an unfinished merge: whole files, and what both began with. */
async function stagesOf(
  file: string,
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): Promise<Sides<string> | undefined> {
  const stage = async (number: 1 | 2 | 3): Promise<string | undefined> => {
    const name = `:${number}:./${relative(scope.root, file)}`
    try {
      const { code, stdout } = await execGit(['cat-file', 'blob', name], {
        cwd: scope.root,
        env: { ...io.settings.env, GIT_NO_LAZY_FETCH: '1', GIT_OPTIONAL_LOCKS: '0' },
        signal: io.signal,
        timeoutMs: 30_000,
      })
      return code === 0 ? stdout.toString('utf8') : undefined
    } catch (error) {
      io.signal.throwIfAborted()
      // Without git the markers have to do.
      void error
      return undefined
    }
  }
  if (scope.kind === 'global') return undefined
  const [base, ours, theirs] = [await stage(1), await stage(2), await stage(3)]
  if (ours === undefined || theirs === undefined) return undefined
  return { ours, theirs, ...(base !== undefined && { base }) }
}

/** The first entry with the answer that both gave. */
function narrower(a: LockEntry, b: LockEntry): LockEntry {
  const { requested: _requested, ...entry } = a
  const capabilities = within(a.capabilities, b.capabilities)
  const [asked, also] = [a.requested ?? a.capabilities, b.requested ?? b.capabilities]
  const requested = sameCapabilities(asked, also) ? asked : within(asked, also)
  return { ...entry, capabilities, ...(!sameCapabilities(capabilities, requested) && { requested }) }
}
