// Adds skills from sources: resolve, open, choose, verify, ask, store, link, lock.
import { expandAgents } from '../link/agents.ts'
import { formatSpec } from '../sources/spec.ts'
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import { openStore } from '../store/store.ts'
import { chooseAgents } from './choose-agents.ts'
import { applyChange } from './change.ts'
import { type Candidate, obtainCandidates } from './candidates.ts'
import { type Decided, decideGrants } from './decide-grants.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'
import { assertFree, nextLock } from './lock-entry.ts'
import { recordAll } from './record.ts'
import { findScope, type Scope } from './scope.ts'
import { stageDecided } from './stage.ts'
import { alreadyAdded } from './already-added.ts'
import { readWorkspace, withWorkspace, type Workspace } from './workspace.ts'

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
  const standing = alreadyAdded(request, before, { agents, io })
  if (standing)
    return resultOf(scope, { skills: standing, agents: before.project.agents ?? [], dryRun: false })
  const found = await mapParallel(request.sources, SIDE_BY_SIDE, (source) =>
    obtainCandidates(source, request, { scope, lock: before.lock, io }),
  )
  return addCandidates(assertFree(found.flat(), before.lock, request.as), request, { workspace: before, io })
}

/** The second half of `add`: agents, consent, store, copies, links and lock for skills that are at hand. */
export async function addCandidates(
  candidates: readonly Candidate[],
  request: Pick<AddRequest, 'agents' | 'as' | 'copy' | 'yes' | 'grant' | 'dryRun' | 'force'>,
  { workspace: before, io }: { readonly workspace: Workspace; readonly io: Io },
): Promise<AddResult> {
  const { scope } = before
  const wanted = request.agents && expandAgents(request.agents)
  const agents = await chooseAgents({ wanted, yes: request.yes === true, workspace: before, io })
  const decided = await decideGrants(candidates, before.lock, { grant: request.grant, io })
  if (request.dryRun) {
    const skills = decided.map((skill) => describe(skill, before.lock))
    return resultOf(scope, { skills, agents, dryRun: true })
  }
  const store = openStore(io.settings.dataDir)
  for (const skill of decided) store.put(skill.granted.verified)
  const force = request.force === true
  return withWorkspace(scope, io, async (workspace) => {
    assertFree(candidates, workspace.lock, request.as)
    const skills = decided.map((skill) => describe(skill, workspace.lock))
    const place = await stageDecided(decided, workspace, { force, io })
    await recordAll(decided, workspace, io)
    const after = {
      project: nextProject(workspace, decided, { agents, copy: request.copy }),
      lock: nextLock(workspace.lock, decided),
    }
    applyChange(scope, { before: workspace, after, place }, { settings: io.settings, force })
    return resultOf(scope, { skills, agents, dryRun: false })
  })
}

function nextProject(
  { project }: Workspace,
  decided: readonly Decided[],
  { agents, copy }: { readonly agents: readonly string[]; readonly copy: boolean | undefined },
): Workspace['project'] {
  const skills = { ...project.skills }
  for (const { candidate } of decided) skills[candidate.name] = formatSpec(candidate.spec)
  return {
    ...project,
    skills,
    agents: [...new Set([...(project.agents ?? []), ...agents])],
    ...(copy === undefined ? {} : { link: copy ? ('copy' as const) : ('symlink' as const) }),
  }
}

function describe({ candidate, granted }: Decided, lock: Lockfile): AddedSkill {
  const before = lock.skills[candidate.name]
  const { integrity } = granted.verified
  return {
    name: candidate.name,
    status: before ? (before.integrity === integrity ? 'unchanged' : 'updated') : 'added',
    ...versionOf(candidate),
    spec: formatSpec(candidate.spec),
    resolution: candidate.resolution,
    integrity,
    capabilities: granted.grant,
    path: `.agents/skills/${candidate.name}`,
    diagnostics: candidate.diagnostics,
  }
}

function versionOf(candidate: Candidate): { version?: string } {
  return candidate.version ? { version: candidate.version } : {}
}

function resultOf(scope: Scope, rest: Omit<AddResult, 'scope' | 'root'>): AddResult {
  return { scope: scope.kind, root: scope.root, ...rest }
}
