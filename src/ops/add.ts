// Adds skills from sources: what stands already is told from the lock and the disk alone; the rest is fetched and asked
// for by files that only then are loaded.
import { expandAgents } from '../link/agents.ts'
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { RegistrySpec, Resolution, Spec } from '../sources/source.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'
import { assertFree } from './lock-entry.ts'
import type { Asked } from './resolve-dependencies.ts'
import { rebaseSpec } from './rebase-spec.ts'
import { loadSoon } from './load-soon.ts'
import { findScope } from './scope.ts'
import { alreadyAdded } from './already-added.ts'
import { readWorkspace } from './workspace.ts'

/** Sources that are fetched at the same time. */
const SIDE_BY_SIDE = 8

export interface AddRequest extends ScopeRequest {
  /** One or more sources; they are fetched side by side. */
  readonly sources: readonly (Spec & { readonly skill?: string })[]
  /** Names (or folders) of skills to take from the sources. */
  readonly skills?: readonly string[]
  readonly all?: boolean
  /** Agents to link to, by id; `*` means every agent of the table. Added to the project's. */
  readonly agents?: readonly string[]
  /** The key to lock a single skill under, when its own name is taken. */
  readonly as?: string
  /** Copies instead of links in the agents' own directories. */
  readonly copy?: boolean
  /** No questions about selection and agents; consent still needs `grant` or a terminal. */
  readonly yes?: boolean
  readonly grant?: GrantChoice
  readonly dryRun?: boolean
  readonly offline?: boolean
  /** Replace a locally edited copy. */
  readonly force?: boolean
}

export interface AddedSkill {
  readonly name: string
  readonly status: 'added' | 'updated' | 'unchanged'
  readonly version?: string
  readonly spec: string
  readonly resolution: Resolution
  readonly integrity: string
  readonly capabilities: Capabilities
  /** True when it only came because another skill needs it. */
  readonly dependency?: boolean
  /** The copy, relative to the root. */
  readonly path: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface AddResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly AddedSkill[]
  readonly agents: readonly string[]
  readonly dryRun: boolean
}

/**
 * Nothing is visible before everything was verified and granted; an error leaves the project as it was.
 * @throws what resolving, reading, consent and linking throw; skill_exists when a name is taken by another source
 */
export async function add(request: AddRequest, io: Io): Promise<AddResult> {
  const scope = findScope(io.settings, request.global)
  const before = await readWorkspace(scope, io)
  const agents = request.agents && expandAgents(request.agents)
  const sources = request.sources.map((source) => rebaseSpec(source, io.settings, scope))
  const standing = alreadyAdded({ ...request, sources }, before, { agents, io })
  if (standing) {
    const chosen = before.project.agents ?? []
    return { scope: scope.kind, root: scope.root, skills: standing, agents: chosen, dryRun: false }
  }
  const { obtainCandidates } = await import('./candidates.ts')
  const rest = loadSoon(() => Promise.all([import('./add-candidates.ts'), import('./solved-candidates.ts')]))
  const elsewhere = sources.filter(({ kind }) => kind !== 'registry')
  const found = await mapParallel(elsewhere, SIDE_BY_SIDE, (source) =>
    obtainCandidates(source, request, { scope, lock: before.lock, io }),
  )
  const [{ addCandidates }, { solvedCandidates }] = await rest()
  const candidates = found.flat()
  const asked = sources.flatMap((source) => (source.kind === 'registry' ? [askedOf(source, request)] : []))
  const solved = await solvedCandidates(
    { asked, candidates, offline: request.offline },
    { workspace: before, io },
  )
  const all = assertFree([...candidates, ...solved], before.lock, request.as)
  return addCandidates(all, request, { workspace: before, io })
}

function askedOf(source: RegistrySpec & { readonly skill?: string }, { as }: AddRequest): Asked {
  const { skill: _skill, ...spec } = source
  return { spec, ...(as !== undefined && { as }) }
}
