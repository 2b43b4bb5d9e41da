// What skills.json asks for and the lock does not answer, resolved, read and granted. Each source is asked whatever becomes
// of the others, and all that failed is told at once.
import { SkillsError } from '../errors/error.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { Spec } from '../sources/source.ts'
import { type Candidate, obtainCandidates } from './candidates.ts'
import { type Decided, decideGrants } from './decide-grants.ts'
import type { InstallRequest } from './install.ts'
import type { Io } from './io.ts'
import { assertNotMoved } from './moved.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { sourceIo } from './open-source.ts'
import { gatherProblems, type Problems } from './problems.ts'
import { catalogues, type Asked, type DocumentOf } from './resolve-dependencies.ts'
import { solvedCandidates } from './solved-candidates.ts'
import { remarkUncovered } from './source-policy.ts'
import type { Workspace } from './workspace.ts'

/** Sources that are asked at the same time. */
const SIDE_BY_SIDE = 8

/** An entry of skills.json. */
export interface MissingSkill {
  readonly name: string
  readonly spec: Spec & { readonly skill?: string }
}

interface Resolving {
  readonly request: InstallRequest
  /** Earlier answers, also to what is resolved anew. */
  readonly answers: Lockfile
  readonly io: Io
}

/**
 * @throws consent_required, consent_denied; what failed of single skills as one error with its `problems`: what resolving
 *   and reading throw, skill_ambiguous, source_moved
 */
export async function resolveMissing(
  missing: readonly MissingSkill[],
  workspace: Workspace,
  { request, answers, io }: Resolving,
): Promise<readonly Decided[]> {
  const { scope, lock, project } = workspace
  remarkUncovered(
    missing.map(({ spec }) => spec),
    project,
    io,
  )
  const problems = gatherProblems()
  const elsewhere = missing.filter(({ spec }) => spec.kind !== 'registry')
  const found = await mapParallel(elsewhere, SIDE_BY_SIDE, async (one) => {
    try {
      const candidates = await obtainCandidates(one.spec, { as: one.name, ...request }, { scope, lock, io })
      if (candidates.length !== 1) throw ambiguous(one, candidates.length, scope.projectFile)
      return candidates
    } catch (error) {
      problems.add([one.name], error)
      return []
    }
  })
  const candidates = found.flat()
  const asked = missing.flatMap(({ name, spec: { skill: _skill, ...spec } }): Asked[] =>
    spec.kind === 'registry' ? [{ spec, as: name }] : [],
  )
  const solved = await solveAsked(asked, candidates, { workspace, request, problems, io })
  const all = [...candidates, ...solved]
  for (const candidate of all) {
    try {
      assertNotMoved([candidate], answers, request.acceptMoved ?? [])
    } catch (error) {
      problems.add([candidate.name], error)
    }
  }
  problems.throwIfAny()
  return decideGrants(all, answers, { grant: request.grant, preview: request.dryRun, io })
}

interface Solving {
  readonly workspace: Workspace
  readonly request: InstallRequest
  readonly problems: Problems
  readonly io: Io
}

/** Skills of registries; solved together only when each catalogue that they name has answered. */
async function solveAsked(
  asked: readonly Asked[],
  candidates: readonly Candidate[],
  { workspace, request, problems, io }: Solving,
): Promise<readonly Candidate[]> {
  const from = sourceIo(io, workspace.scope, request.offline)
  const documentOf = catalogues(from)
  const before = problems.count
  await mapParallel(asked, SIDE_BY_SIDE, async (one) => {
    try {
      await askFor(one, { documentOf, from })
    } catch (error) {
      problems.add([one.as ?? one.spec.name], error)
    }
  })
  if (problems.count > before) return []
  try {
    return await solvedCandidates(
      { asked, candidates, offline: request.offline, documentOf },
      { workspace, io },
    )
  } catch (error) {
    if (problems.count === 0) throw error
    problems.add(
      asked.map(({ spec, as }) => as ?? spec.name),
      error,
    )
    return []
  }
}

async function askFor(
  { spec }: Asked,
  { documentOf, from }: { readonly documentOf: DocumentOf; readonly from: ReturnType<typeof sourceIo> },
): Promise<void> {
  const { registryOf } = await import('../sources/registry-place.ts')
  await documentOf(registryOf(spec, from), spec.name)
}

function ambiguous({ name }: MissingSkill, count: number, file: string): SkillsError {
  return new SkillsError('skill_ambiguous', `skills.json: "${name}" is a source of ${count} skills`, {
    hint: 'name one with #path:FOLDER in its spec',
    details: { file, field: `skills.${name}` },
  })
}
