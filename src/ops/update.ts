// Moves locked skills to what their specs name now; `check` only tells.
import type { LockEntry } from '../lock/lockfile.ts'
import { groupBy } from '../platform/group.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { Spec } from '../sources/source.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import { openStore } from '../store/store.ts'
import { applyChange } from './change.ts'
import { decideGrants } from './decide-grants.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'
import { nextLock } from './lock-entry.ts'
import { sourceIo } from './open-source.ts'
import { recordAll } from './record.ts'
import { knownNames } from './remove.ts'
import { findScope } from './scope.ts'
import { remarkUncovered } from './source-policy.ts'
import { settled, stageDecided } from './stage.ts'
import { type Asked, failed, type Found, type UpdateItem, type UpdateResult } from './update-item.ts'
import { askSource } from './update-sources.ts'
import { readWorkspace, requireProject, withWorkspace, type Workspace } from './workspace.ts'
import { keep } from './origins.ts'

/** Sources that are asked at the same time. */
const SIDE_BY_SIDE = 8

export interface UpdateRequest extends ScopeRequest {
  /** Empty means all. */
  readonly names: readonly string[]
  /** Write nothing. */
  readonly check?: boolean
  readonly grant?: GrantChoice
  readonly dryRun?: boolean
  readonly force?: boolean
  /** Names of skills whose moved tag, version or archive address is taken all the same. */
  readonly acceptMoved?: readonly string[]
}

/** @throws consent_required, consent_denied, local_edits; a source that fails is an item, not an error */
export async function update(request: UpdateRequest, io: Io): Promise<UpdateResult> {
  const scope = findScope(io.settings, request.global)
  const before = await readWorkspace(scope, io, { looks: request.check === true || request.dryRun })
  requireProject(before)
  const names = knownNames(request.names, before).filter((name) => before.lock.skills[name])
  const accepted = request.acceptMoved ?? []
  if (accepted.length > 0) knownNames(accepted, before)
  const found = await findNewer(names, before, { accepted, io })
  const result = (items: readonly UpdateItem[]): UpdateResult => ({
    scope: scope.kind,
    root: scope.root,
    checked: request.check === true,
    dryRun: request.dryRun === true,
    items,
  })
  const candidates = found.flatMap(({ candidate }) => candidate ?? [])
  if (candidates.length > 0 && request.dryRun && !request.check)
    await decideGrants(candidates, before.lock, { grant: request.grant, preview: true, io })
  if (request.check || request.dryRun || candidates.length === 0) return result(found.map(({ item }) => item))

  const decided = await decideGrants(candidates, before.lock, { grant: request.grant, io })
  const store = openStore(io.settings.dataDir)
  for (const { granted } of decided) keep(granted.verified, { store, scope })
  return withWorkspace(scope, io, async (workspace) => {
    const still = decided.filter(
      ({ candidate }) => candidate.dependency === true || workspace.lock.skills[candidate.name],
    )
    const place = await stageDecided(still, workspace, { force: request.force === true, io })
    await recordAll(still, workspace, io)
    const next = { project: workspace.project, lock: nextLock(workspace.lock, still) }
    const after = await settled(workspace, next, { force: request.force === true, io })
    applyChange(
      workspace.scope,
      { before: workspace, after, place },
      { settings: io.settings, force: request.force === true },
    )
    return result(
      found.map(({ item, candidate }) => (candidate ? { ...item, status: 'updated' as const } : item)),
    )
  })
}

/** Every source is asked once for all its skills, and opened once when it moved. */
async function findNewer(
  names: readonly string[],
  workspace: Workspace,
  { accepted, io }: { readonly accepted: readonly string[]; readonly io: Io },
): Promise<readonly Found[]> {
  const { scope, lock, project } = workspace
  const from = sourceIo(io, scope)
  const found = new Map<string, Found>()
  const all = names.flatMap((name): Asked[] => {
    const entry = lock.skills[name] as LockEntry
    try {
      return [{ name, entry, spec: sourceOfText(entry.spec) }]
    } catch (error) {
      found.set(name, failed({ name, entry }, error))
      return []
    }
  })
  remarkUncovered(
    all.map(({ spec }) => spec),
    project,
    io,
  )
  const catalogued = all.filter(({ entry }) => entry.resolution.kind === 'registry')
  if (catalogued.length > 0) {
    const { askCatalogues } = await import('./update-catalogues.ts')
    for (const one of await askCatalogues(catalogued, { workspace, io, from, accepted }))
      found.set(one.item.name, one)
  }
  const rest = all.filter((one) => !catalogued.includes(one))
  const groups = [...groupBy(rest, ({ spec }) => formatSpec({ ...spec, subdir: '' })).values()]
  let asked = 0
  await mapParallel(groups, SIDE_BY_SIDE, async (group) => {
    for (const one of await askSource(group, { lock, project, from, accepted })) found.set(one.item.name, one)
    asked += 1
    io.report(`asked ${asked} of ${groups.length} sources`)
  })
  return [...found.values()].sort((a, b) => (a.item.name < b.item.name ? -1 : 1))
}

/** The source that a lock entry names; only of an index is the picked skill a part of it. */
function sourceOfText(text: string): Spec {
  const parsed = parseSpec(text)
  if (parsed.kind === 'well-known') return parsed
  const { skill: _skill, ...spec } = parsed
  return spec
}
