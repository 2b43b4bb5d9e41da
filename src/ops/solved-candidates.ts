// The solution of a project's dependencies as candidates: what is not locked already is pulled, read and verified.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { dependenciesOf } from '../lock/dependencies.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText } from '../platform/text.ts'
import { isSameAddress } from '../sources/address.ts'
import type { SourceIo } from '../sources/source.ts'
import { type Candidate, obtainCandidates } from './candidates.ts'
import type { Io } from './io.ts'
import { sourceIo } from './open-source.ts'
import {
  type Asked,
  catalogues,
  type DocumentOf,
  type SolvedSkill,
  type SolveProject,
  solveProject,
} from './resolve-dependencies.ts'
import type { Workspace } from './workspace.ts'
import { shellCommand } from '../platform/shell.ts'

const SIDE_BY_SIDE = 8

export interface SolvedRequest {
  readonly asked: readonly Asked[]
  /** Candidates of other sources, whose dependencies count too. */
  readonly candidates: readonly Candidate[]
  readonly offline?: boolean | undefined
  /** Where catalogues have been asked already. */
  readonly documentOf?: DocumentOf
}

/** Candidates for what is asked and for every dependency that the lock does not answer; the given ones are not repeated. */
export async function solvedCandidates(
  { asked, candidates, offline, documentOf }: SolvedRequest,
  { workspace, io }: { readonly workspace: Workspace; readonly io: Io },
): Promise<readonly Candidate[]> {
  const { project, lock, scope } = workspace
  remarkUnanswered(candidates, lock, io)
  const from = sourceIo(io, scope, offline)
  const wanted = new Set(asked.map(({ spec }) => spec.name))
  const solved = await solveBesideLock(
    {
      project,
      lock,
      asked,
      standing: candidates,
      fresh: () => false,
      documentOf: documentOf ?? catalogues(from),
    },
    { wanted, from },
  )
  const changed = solved.filter(
    ({ name, resolution }) => wanted.has(resolution.name) || !isLocked(lock, name, resolution),
  )
  const { remarkDeprecated } = await import('../sources/registry.ts')
  for (const { name, document, resolution } of changed) {
    const { version } = resolution
    if (lock.skills[name]?.version !== version) remarkDeprecated(document, version, from)
  }
  const found = await mapParallel(changed, SIDE_BY_SIDE, (skill) =>
    obtainSolved(skill, { workspace, io, offline }),
  )
  return found.flat()
}

/** What is locked stays, and is not asked for; only where nothing fits beside it may it move, and then that is told. */
async function solveBesideLock(
  request: Omit<SolveProject, 'held'>,
  { wanted, from }: { readonly wanted: ReadonlySet<string>; readonly from: SourceIo },
): Promise<readonly SolvedSkill[]> {
  const { lock } = request
  try {
    return await solveProject({ ...request, held: (target) => !wanted.has(target) }, from)
  } catch (error) {
    if (!CONFLICTS.some((code) => isSkillsError(error, code))) throw error
  }
  const solved = await solveProject({ ...request, held: () => false }, from)
  for (const { name, resolution } of solved) {
    const before = lock.skills[name]?.version
    if (wanted.has(resolution.name) || before === undefined || before === resolution.version) continue
    from.notice?.({
      code: 'moves_along',
      message: `${displayText(name)} moves from ${displayText(before)} to ${resolution.version}, which the others need`,
    })
  }
  return solved
}

const CONFLICTS = ['dependency_conflict', 'dependency_missing', 'version_not_found'] as const

function isLocked(lock: Lockfile, name: string, resolution: SolvedSkill['resolution']): boolean {
  const locked = lock.skills[name]?.resolution
  return locked !== undefined && isSameAddress(locked, resolution)
}

/** One skill of the solution. @throws registry_invalid when the catalogue and the skill name other dependencies */
export async function obtainSolved(
  skill: SolvedSkill,
  {
    workspace,
    io,
    offline,
  }: { readonly workspace: Workspace; readonly io: Io; readonly offline?: boolean | undefined },
): Promise<readonly Candidate[]> {
  const { spec, resolution, name } = skill
  const found = await obtainCandidates(
    spec,
    { as: name, resolution, yes: true, ...(offline !== undefined && { offline }) },
    { scope: workspace.scope, lock: workspace.lock, io },
  )
  return found.map((candidate) => {
    if (!sameEntries(candidate.dependencies, skill.dependencies)) {
      throw new SkillsError(
        'registry_invalid',
        `${displayText(resolution.name)}@${resolution.version} depends on other skills than its registry says`,
        {
          hint: 'ask the operator of the registry; nothing was installed',
          details: { name: resolution.name, version: resolution.version },
        },
      )
    }
    return skill.dependency ? { ...candidate, dependency: true } : candidate
  })
}

function sameEntries(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const text = (record: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(record).sort(([x], [y]) => (x < y ? -1 : 1)))
  return text(a) === text(b)
}

/** A bare name that a skill outside a registry needs can only be answered by what is there. */
function remarkUnanswered(candidates: readonly Candidate[], lock: Lockfile, io: Io): void {
  const coming = new Set(candidates.map(({ name }) => name))
  for (const { name, resolution, dependencies, spec: _spec } of candidates) {
    const entry = { resolution, dependencies } as Parameters<typeof dependenciesOf>[0]
    for (const { key, range, target, name: answered } of dependenciesOf(entry, lock)) {
      if (target !== undefined || answered !== undefined || coming.has(key)) continue
      io.notice({
        code: 'dependency_missing',
        message: `${displayText(name)} needs ${displayText(key)} ${displayText(range)}, which is not here`,
        hint: `add it: ${shellCommand('skills add SOURCE --skill', key)}`,
      })
    }
  }
}
