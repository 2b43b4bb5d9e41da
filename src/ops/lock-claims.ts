// Holds entries of a lock to the content that they name. The request is computed from the content every time, or was by
// this very program: what it found true is remembered in the user's own cache, never in a project.
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { sha256Hex } from '../integrity/digest.ts'
import type { SkillFile } from '../integrity/tree.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import type { Settings } from '../platform/env.ts'
import { displayText } from '../platform/text.ts'
import { JUDGEMENT } from '../platform/version.ts'
import type { ClaimProblem } from '../trust/claims.ts'
import type { Io } from './io.ts'
import type { LockedSkill } from './materialise.ts'
import type { Scope } from './scope.ts'

/** Larger than any use of many projects; then it starts anew. */
const MAX_MEMORY = 4 * 1024 * 1024

/** Entries that say other things than their content, and those whose content is not at hand. */
export interface Judged {
  readonly untrue: readonly { readonly name: string; readonly problems: readonly ClaimProblem[] }[]
  readonly unknown: readonly string[]
  /** Keys of what was found true now, to be remembered by a command that writes. */
  readonly honest: readonly string[]
}

/**
 * Refuses the first entry that says other things than its content, before anything is changed. An entry whose content
 * is not at hand is not judged: it cannot be installed either.
 * @throws grant_exceeds, grant_stale, lock_untrue
 */
export async function assertClaims(
  skills: readonly LockedSkill[],
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): Promise<void> {
  const { untrue, honest } = await judgeInstalled(skills, { scope, io })
  remember(honest, io.settings)
  for (const { name, problems } of untrue) {
    const [first] = problems
    if (first) throw refusal(name, first, scope.lockFile)
  }
}

/** Judges each entry by its installed copy where that is intact, else by what the store has. */
export async function judgeInstalled(
  skills: readonly LockedSkill[],
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): Promise<Judged> {
  return judgeClaims(skills, () => import('./skill-content.ts').then(readerOf), io)
  function readerOf({ lockedFiles }: typeof import('./skill-content.ts')): FilesOf {
    return ({ name, entry }) => {
      try {
        return lockedFiles(name, entry, { scope, io })
      } catch (error) {
        // What the store has damaged is fetched again where it is needed.
        if (isSkillsError(error, 'store_corrupt')) return undefined
        throw error
      }
    }
  }
}

/** The files that an entry names, where they are at hand. */
export type FilesOf = (skill: LockedSkill) => readonly SkillFile[] | undefined

/** Judges each entry by the files that `load` finds; of what is remembered as true nothing is read again. */
export async function judgeClaims(
  skills: readonly LockedSkill[],
  load: () => Promise<FilesOf>,
  io: Io,
): Promise<Judged> {
  const memory = readMemory(io.settings)
  const open = skills.filter(({ entry }) => !memory.has(claimKey(entry)))
  if (open.length === 0) return { untrue: [], unknown: [], honest: [] }
  const [filesOf, { contentOf }, { claimProblems }] = await Promise.all([
    load(),
    import('./content-claims.ts'),
    import('../trust/claims.ts'),
  ])
  const untrue: { name: string; problems: readonly ClaimProblem[] }[] = []
  const unknown: string[] = []
  const honest: string[] = []
  for (const skill of open) {
    io.signal.throwIfAborted()
    const { name, entry } = skill
    const files = filesOf(skill)
    if (!files) {
      unknown.push(name)
      continue
    }
    const problems = claimProblems(entry, contentOf(files, entry.resolution))
    if (problems.length > 0) untrue.push({ name, problems })
    else honest.push(claimKey(entry))
  }
  return { untrue, unknown, honest }
}

/** One text for what an entry claims, and for the judgement that found it true. */
function claimKey({
  integrity,
  version,
  capabilities,
  requested,
  dependencies,
  resolution,
}: LockEntry): string {
  const { kind } = resolution
  const published = 'version' in resolution ? resolution.version : ''
  const claims = [JUDGEMENT, integrity, version, capabilities, requested, dependencies, kind, published]
  return sha256Hex(JSON.stringify(claims))
}

function refusal(name: string, { code, field, problem }: ClaimProblem, file: string): SkillsError {
  const shown = displayText(name)
  const text = {
    grant_exceeds: `skills.lock grants "${shown}" more than its content asks for`,
    grant_stale: `skills.lock answers another request than the content of "${shown}" makes`,
    lock_untrue: `skills.lock says of "${shown}" what its content does not`,
  }[code]
  return new SkillsError(code, `${text}: ${displayText(`${field} ${problem}`)}`, {
    hint:
      code === 'lock_untrue'
        ? 'restore skills.lock from version control, or remove the skill and add it again'
        : `restore skills.lock from version control, or answer anew with "skills capabilities grant ${shown}"`,
    details: { name, field: `skills.${name}.${field}`, file, problem },
  })
}

function memoryFile({ cacheDir }: Settings): string {
  return join(cacheDir, 'judged', JUDGEMENT)
}

function readMemory(settings: Settings): ReadonlySet<string> {
  try {
    return new Set(readFileSync(memoryFile(settings), 'utf8').split('\n'))
  } catch {
    return new Set()
  }
}

/** Lines are appended whole, so that commands side by side keep each other's. */
function remember(keys: readonly string[], settings: Settings): void {
  if (keys.length === 0) return
  const file = memoryFile(settings)
  const text = keys.map((key) => `${key}\n`).join('')
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size > MAX_MEMORY) writeFileSync(file, text, { mode: 0o600 })
    else appendFileSync(file, text, { mode: 0o600 })
  } catch {
    // A cache that cannot be written is only slower.
  }
}
