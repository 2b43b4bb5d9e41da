// The second half of `add`, for skills that are at hand: agents, consent, store, copies, links and lock.
import { expandAgents } from '../link/agents.ts'
import { type Capabilities, sameCapabilities } from '../capabilities/capabilities.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import { loadDatabases } from '../platform/sqlite.ts'
import { formatSpec } from '../sources/spec.ts'
import { openStore } from '../store/store.ts'
import type { AddedSkill, AddRequest, AddResult } from './add.ts'
import type { Candidate } from './candidates.ts'
import { applyChange, assertPossible } from './change.ts'
import { chooseAgents } from './choose-agents.ts'
import { type Decided, decideGrants } from './decide-grants.ts'
import type { Io } from './io.ts'
import { assertFree, nextLock } from './lock-entry.ts'
import { assertNotMoved } from './moved.ts'
import { recordAll } from './record.ts'
import type { Scope } from './scope.ts'
import { settled, stageDecided } from './stage.ts'
import { withWorkspace, type Workspace } from './workspace.ts'
import { keep } from './origins.ts'

/** Loads what `addCandidates` will need in the end; what fails to load is told then. */
export function warmUp(): void {
  try {
    loadDatabases()
  } catch {}
}

/** Nothing is visible before everything was granted; an error leaves the project as it was. */
export async function addCandidates(
  candidates: readonly Candidate[],
  request: Pick<AddRequest, 'agents' | 'as' | 'copy' | 'yes' | 'grant' | 'dryRun' | 'force' | 'acceptMoved'>,
  { workspace: before, io }: { readonly workspace: Workspace; readonly io: Io },
): Promise<AddResult> {
  const { scope } = before
  const accepted = request.acceptMoved ?? []
  assertNotMoved(candidates, before.lock, accepted)
  const wanted = request.agents && expandAgents(request.agents)
  const agents = await chooseAgents({ wanted, yes: request.yes === true, workspace: before, io })
  const { grant, dryRun: preview } = request
  const decided = await decideGrants(candidates, before.lock, { grant, preview, io })
  if (request.dryRun) {
    const skills = decided.map((skill) => ({
      ...describe(skill, before.lock),
      ...(skill.answered && grant === undefined && { asks: true as const }),
    }))
    const relinked = isRelinked(before.project, { agents, copy: request.copy })
    const project = nextProject(before, decided, { agents, copy: request.copy })
    const states = { before, after: { project, lock: nextLock(before.lock, decided) } }
    assertPossible(scope, states, { settings: io.settings, force: request.force === true })
    return addResult(scope, { skills, agents, relinked, dryRun: true })
  }
  const store = openStore(io.settings.dataDir)
  for (const skill of decided) keep(skill.granted.verified, { store, scope })
  const force = request.force === true
  return withWorkspace(scope, io, async (workspace) => {
    assertFree(candidates, workspace.lock, request.as)
    assertNotMoved(candidates, workspace.lock, accepted)
    const skills = decided.map((skill) => describe(skill, workspace.lock))
    const place = await stageDecided(decided, workspace, { force, io })
    await recordAll(decided, workspace, io)
    const relinked = isRelinked(workspace.project, { agents, copy: request.copy })
    const project = nextProject(workspace, decided, { agents, copy: request.copy })
    const after = await settled(
      workspace,
      { project, lock: nextLock(workspace.lock, decided) },
      { force, io },
    )
    applyChange(workspace.scope, { before: workspace, after, place }, { settings: io.settings, force })
    return addResult(scope, { skills, agents, relinked, dryRun: false })
  })
}

function isRelinked(
  project: Workspace['project'],
  { agents, copy }: { readonly agents: readonly string[]; readonly copy: boolean | undefined },
): boolean {
  const mode = copy !== undefined && copy !== (project.link === 'copy')
  return mode || agents.some((agent) => !project.agents?.includes(agent))
}

function nextProject(
  { project }: Workspace,
  decided: readonly Decided[],
  { agents, copy }: { readonly agents: readonly string[]; readonly copy: boolean | undefined },
): Workspace['project'] {
  const skills = { ...project.skills }
  for (const { candidate } of decided) {
    // What is asked for already keeps its place; what only others need gets none.
    if (candidate.dependency !== true) skills[candidate.name] = formatSpec(candidate.spec)
  }
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
    status: statusOf(before, { integrity, grant: granted.grant, spec: formatSpec(candidate.spec) }),
    ...versionOf(candidate),
    spec: formatSpec(candidate.spec),
    resolution: candidate.resolution,
    integrity,
    capabilities: granted.grant,
    ...(candidate.dependency && { dependency: true }),
    path: `.agents/skills/${candidate.name}`,
    diagnostics: candidate.diagnostics,
  }
}

function statusOf(
  before: LockEntry | undefined,
  now: { readonly integrity: string; readonly grant: Capabilities; readonly spec: string },
): AddedSkill['status'] {
  if (!before) return 'added'
  const sameContent = before.integrity === now.integrity && before.spec === now.spec
  return sameContent && sameCapabilities(before.capabilities, now.grant) ? 'unchanged' : 'updated'
}

function versionOf(candidate: Candidate): { version?: string } {
  return candidate.version ? { version: candidate.version } : {}
}

function addResult(scope: Scope, rest: Omit<AddResult, 'scope' | 'root'>): AddResult {
  return { scope: scope.kind, root: scope.root, ...rest }
}
