// Takes over another tool's lockfile: re-resolves every entry and says what could not be carried over.
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { loadText } from '../lock/file.ts'
import { type ForeignEntry, readForeignLock } from '../lock/import.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText, redactUrl } from '../platform/text.ts'
import { parseSpec } from '../sources/spec.ts'
import type { AddedSkill } from './add.ts'
import { addCandidates } from './add-candidates.ts'
import { type Candidate, obtainCandidates } from './candidates.ts'
import { type GrantChoice, type Io, type ScopeRequest, silent } from './io.ts'
import { assertFree } from './lock-entry.ts'
import { findScope, type Scope } from './scope.ts'
import { readWorkspace, type Workspace } from './workspace.ts'

/** Files of other tools, in the order in which they are looked for. */
const FOREIGN_FILES = [
  'skills-lock.json',
  'skills.lock.json',
  'toolhive.lock.yaml',
  '.clawhub/lock.json',
  '.clawdhub/lock.json',
] as const
/** The same in the home directory, for the global scope. */
const OWN_FILES = ['.agents/.skill-lock.json', ...FOREIGN_FILES] as const
const SIDE_BY_SIDE = 8

export interface ImportRequest extends ScopeRequest {
  /** The file; found in the root when absent. */
  readonly file?: string
  readonly agents?: readonly string[]
  readonly grant?: GrantChoice
  readonly yes?: boolean
  readonly dryRun?: boolean
  /** Replace what stands where the skills belong, such as the other tool's copies. */
  readonly force?: boolean
}

export interface ImportResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly file: string
  readonly skills: readonly AddedSkill[]
  /** What could not be carried over of a skill that came. */
  readonly notes: readonly { readonly name: string; readonly note: string }[]
  readonly dropped: readonly { readonly name: string; readonly reason: string }[]
  readonly dryRun: boolean
}

/**
 * Without an entry that can come over, nothing is written.
 * @throws import_invalid when there is no such file or it is not understood; an entry that fails is dropped with its reason
 */
export async function importLock(request: ImportRequest, user: Io): Promise<ImportResult> {
  const io = request.dryRun ? silent(user) : user
  const scope = findScope(io.settings, request.global)
  const workspace = await readWorkspace(scope, io, { looks: request.dryRun })
  const file = request.file ? resolve(io.settings.cwd, request.file) : findFile(scope)
  const text = loadText(file)
  if (text === undefined) throw missing(`There is no ${displayText(file)}`)
  const { entries, dropped } = await readForeignLock(text, basename(file))
  const found = await mapParallel(entries, SIDE_BY_SIDE, (entry) => obtain(entry, workspace, io))
  const usable = found.flatMap((one) => ('candidate' in one ? [one.candidate] : []))
  const lost = found.flatMap((one) => ('reason' in one ? [one] : []))
  const { skills } =
    usable.length === 0
      ? { skills: [] }
      : await addCandidates(assertFree(usable, workspace.lock, undefined), request, { workspace, io })
  const here = new Set(usable.map(({ name }) => name))
  return {
    scope: scope.kind,
    root: scope.root,
    file,
    skills,
    notes: entries.flatMap(({ name, note }) => (note && here.has(name) ? [{ name, note }] : [])),
    dropped: [...dropped, ...lost],
    dryRun: request.dryRun === true,
  }
}

type Obtained = { readonly candidate: Candidate } | { readonly name: string; readonly reason: string }

async function obtain({ name, spec }: ForeignEntry, { scope, lock }: Workspace, io: Io): Promise<Obtained> {
  try {
    const found = await obtainCandidates(parseSpec(spec), { as: name }, { scope, lock, io })
    const [candidate] = found
    return candidate && found.length === 1 ? { candidate } : { name, reason: `${spec} is not one skill` }
  } catch (error) {
    if (!isSkillsError(error) || error.code === 'cancelled') throw error
    return { name, reason: redactUrl(error.message) }
  }
}

function findFile(scope: Scope): string {
  const files = scope.kind === 'global' ? OWN_FILES : FOREIGN_FILES
  const name = files.find((candidate) => existsSync(join(scope.root, candidate)))
  if (!name) throw missing(`No ${files.join(', ')} in ${displayText(scope.root)}`)
  return join(scope.root, name)
}

function missing(message: string): SkillsError {
  return new SkillsError('import_invalid', message, { hint: 'name the file: skills import FILE' })
}
