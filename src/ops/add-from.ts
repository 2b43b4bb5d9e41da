// The first half of `add`: what stands already is told from the lock and the disk alone; the rest is fetched and asked
// for by files that only then are loaded.
import { expandAgents } from '../link/agents.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { AddRequest, AddResult } from './add.ts'
import { alreadyAdded } from './already-added.ts'
import type { Io } from './io.ts'
import { loadSoon } from './load-soon.ts'
import { assertFree } from './lock-entry.ts'
import type { OpenSource } from './open-source.ts'
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
  const before = await readWorkspace(scope, io)
  const agents = request.agents && expandAgents(request.agents)
  const standing = alreadyAdded(request, before, { agents, io })
  if (standing) {
    const chosen = before.project.agents ?? []
    return { scope: scope.kind, root: scope.root, skills: standing, agents: chosen, dryRun: false }
  }
  const { obtainCandidates } = await import('./candidates.ts')
  const rest = loadSoon(() => loadRest(request.dryRun === true))
  const found = await mapParallel(sources, SIDE_BY_SIDE, (source, index) => {
    const at = { scope, lock: before.lock, io }
    return obtainCandidates(source, request, index === 0 ? { ...at, opened } : at)
  })
  const { addCandidates } = await rest()
  return addCandidates(assertFree(found.flat(), before.lock, request.as), request, { workspace: before, io })
}

/** The ledger's native module takes longer to load than what uses it. */
async function loadRest(dryRun: boolean): Promise<typeof import('./add-candidates.ts')> {
  const rest = await import('./add-candidates.ts')
  if (!dryRun) await rest.warmUp()
  return rest
}
