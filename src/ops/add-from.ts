// The first half of `add`: what stands already is told from the lock and the disk alone; the rest is fetched and asked
// for by files that only then are loaded.
import { expandAgents } from '../link/agents.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { AddRequest, AddResult } from './add.ts'
import { alreadyAdded } from './already-added.ts'
import type { Io } from './io.ts'
import { loadSoon } from './load-soon.ts'
import { assertFree } from './lock-entry.ts'
import type { RegistrySpec } from '../sources/source.ts'
import type { OpenSource } from './open-source.ts'
import type { Asked } from './resolve-dependencies.ts'
import type { Scope } from './scope.ts'
import { readWorkspace } from './workspace.ts'

/** Sources that are fetched at the same time. */
const SIDE_BY_SIDE = 8

/** `add`, of sources as the scope names them; `opened` is the first of them where it is being opened already. */
export async function addFrom(
  request: AddRequest,
  scope: Scope,
  { opened, io }: { readonly opened: Promise<OpenSource> | undefined; readonly io: Io },
): Promise<AddResult> {
  const { sources } = request
  const before = await readWorkspace(scope, io, { looks: request.dryRun })
  const agents = request.agents && expandAgents(request.agents)
  const standing = alreadyAdded(request, before, { agents, io })
  if (standing) {
    const chosen = before.project.agents ?? []
    return {
      scope: scope.kind,
      root: scope.root,
      skills: standing,
      agents: chosen,
      relinked: false,
      dryRun: false,
    }
  }
  const { obtainCandidates } = await import('./candidates.ts')
  const { remarkUncovered } = await import('./source-policy.ts')
  remarkUncovered(sources, before.project, io)
  const rest = loadSoon(() => loadRest(request.dryRun === true))
  const elsewhere = sources.filter(({ kind }) => kind !== 'registry')
  const found = await mapParallel(elsewhere, SIDE_BY_SIDE, (source) => {
    const at = { scope, lock: before.lock, io }
    return obtainCandidates(source, request, source === sources[0] ? { ...at, opened } : at)
  })
  const { addCandidates, solvedCandidates } = await rest()
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

/** The ledger's native module takes longer to load than what uses it. */
async function loadRest(dryRun: boolean): Promise<Rest> {
  const [rest, solving] = await Promise.all([import('./add-candidates.ts'), import('./solved-candidates.ts')])
  if (!dryRun) rest.warmUp()
  return { ...rest, ...solving }
}

type Rest = typeof import('./add-candidates.ts') & typeof import('./solved-candidates.ts')
