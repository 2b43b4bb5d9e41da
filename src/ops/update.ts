// Moves locked skills to what their specs name now; `check` only tells.
import type { CapabilityChange } from '../capabilities/diff.ts'
import { isSkillsError } from '../errors/error.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import { groupBy } from '../platform/group.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText, redactUrl } from '../platform/text.ts'
import { isSameAddress } from '../sources/address.ts'
import { sourceOf } from '../sources/index.ts'
import { readSkill } from '../sources/read-skill.ts'
import type { Resolution, Source, SourceIo, SourceTree, Spec } from '../sources/source.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import { openStore } from '../store/store.ts'
import { consentNeed } from '../trust/consent.ts'
import { candidateOf } from './candidate-of.ts'
import type { Candidate } from './candidates.ts'
import { applyChange } from './change.ts'
import { decideGrants, earlierAnswer } from './decide-grants.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'
import { nextLock } from './lock-entry.ts'
import { openResolution, sourceIo } from './open-source.ts'
import { recordAll } from './record.ts'
import { knownNames } from './remove.ts'
import { findScope } from './scope.ts'
import { assertSourceAllowed } from './source-policy.ts'
import { settled, stageDecided } from './stage.ts'
import { readWorkspace, requireProject, withWorkspace, type Workspace } from './workspace.ts'

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
}

/**
 * `current` nothing newer · `available` newer content, capabilities not wider · `widens` newer content that asks for
 * more · `refused` newer content that is broken or unsafe · `gone` the source or the skill in it no longer exists ·
 * `unreachable` it could not be asked · `pinned` the spec can never name anything else · `updated` done now.
 */
export type UpdateStatus =
  | 'current'
  | 'available'
  | 'widens'
  | 'refused'
  | 'gone'
  | 'unreachable'
  | 'pinned'
  | 'updated'

interface Version {
  readonly version?: string
  readonly integrity: string
  readonly resolution: Resolution
}

export interface UpdateItem {
  readonly name: string
  readonly status: UpdateStatus
  readonly spec: string
  readonly from: Version
  readonly to?: Version
  readonly changes: readonly CapabilityChange[]
  /** Why it is refused, gone or unreachable. */
  readonly reason?: string
}

export interface UpdateResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly checked: boolean
  readonly items: readonly UpdateItem[]
}

/** The exit status that the result asks for: 4 for a finding of `--check`, 1 when a skill could not be looked at or moved. */
export function updateExit({ items, checked }: UpdateResult): 0 | 1 | 4 {
  const has = (...statuses: UpdateStatus[]): boolean => items.some((item) => statuses.includes(item.status))
  if (checked && has('available', 'widens', 'refused', 'gone')) return 4
  return has('unreachable', 'refused', 'gone') ? 1 : 0
}

interface Found {
  readonly item: UpdateItem
  /** The newer content, when there is some. */
  readonly candidate?: Candidate
}

/** @throws consent_required, consent_denied, local_edits; a source that fails is an item, not an error */
export async function update(request: UpdateRequest, io: Io): Promise<UpdateResult> {
  const scope = findScope(io.settings, request.global)
  const before = await readWorkspace(scope, io, { looks: request.check === true || request.dryRun })
  requireProject(before)
  const names = knownNames(request.names, before).filter((name) => before.lock.skills[name])
  const found = await findNewer(names, before, io)
  const result = (items: readonly UpdateItem[]): UpdateResult => ({
    scope: scope.kind,
    root: scope.root,
    checked: request.check === true,
    items,
  })
  const candidates = found.flatMap(({ candidate }) => candidate ?? [])
  if (request.check || request.dryRun || candidates.length === 0) return result(found.map(({ item }) => item))

  const decided = await decideGrants(candidates, before.lock, { grant: request.grant, io })
  const store = openStore(io.settings.dataDir)
  for (const { granted } of decided) store.put(granted.verified)
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
async function findNewer(names: readonly string[], workspace: Workspace, io: Io): Promise<readonly Found[]> {
  const { scope, lock, project } = workspace
  const from = sourceIo(io, scope)
  const all = names.map((name) => {
    const entry = lock.skills[name] as LockEntry
    return { name, entry, spec: sourceOfText(entry.spec) }
  })
  const found = new Map<string, Found>()
  const catalogued = all.filter(({ entry }) => entry.resolution.kind === 'registry')
  for (const one of await askCatalogues(catalogued, { workspace, io })) found.set(one.item.name, one)
  const rest = all.filter((one) => !catalogued.includes(one))
  const groups = [...groupBy(rest, ({ spec }) => formatSpec({ ...spec, subdir: '' })).values()]
  let asked = 0
  await mapParallel(groups, SIDE_BY_SIDE, async (group) => {
    for (const one of await askGroup(group, { lock, project, from })) found.set(one.item.name, one)
    asked += 1
    io.report(`asked ${asked} of ${groups.length} sources`)
  })
  return [...found.values()].sort((a, b) => (a.item.name < b.item.name ? -1 : 1))
}

/**
 * Skills of registries are looked for together, since they constrain each other; what others need anew comes with them.
 * Nothing is chosen that skills.json denies by now.
 */
async function askCatalogues(
  asked: readonly Asked[],
  { workspace, io }: { readonly workspace: Workspace; readonly io: Io },
): Promise<readonly Found[]> {
  if (asked.length === 0) return []
  const { project, lock } = workspace
  const [{ solveProject }, { obtainSolved }] = await Promise.all([
    import('./resolve-dependencies.ts'),
    import('./solved-candidates.ts'),
  ])
  const byTarget = new Map(
    asked.map((one) => [one.entry.resolution.kind === 'registry' ? one.entry.resolution.name : '', one]),
  )
  try {
    const solved = await solveProject(
      { project, lock, asked: [], standing: [], fresh: (target) => byTarget.has(target) },
      sourceIo(io, workspace.scope),
    )
    const results: Found[] = []
    for (const skill of solved) {
      const one = byTarget.get(skill.resolution.name)
      const entry = lock.skills[skill.name]
      if (!one && entry && isSameAddress(entry.resolution, skill.resolution)) continue
      if (one && isSameAddress(one.entry.resolution, skill.resolution)) {
        results.push({ item: itemOf(one, 'current') })
        continue
      }
      const [candidate] = await obtainSolved(skill, { workspace, io })
      if (candidate) results.push(judged(candidate, entry))
    }
    const gone = asked.filter(({ name }) => !results.some(({ item }) => item.name === name))
    return [...results, ...gone.map((one): Found => ({ item: itemOf(one, 'current') }))]
  } catch (error) {
    return asked.map((one) => failed(one, error))
  }
}

/** The source that a lock entry names; only of an index is the picked skill a part of it. */
function sourceOfText(text: string): Spec {
  const parsed = parseSpec(text)
  if (parsed.kind === 'well-known') return parsed
  const { skill: _skill, ...spec } = parsed
  return spec
}

interface Asked {
  readonly name: string
  readonly entry: LockEntry
  readonly spec: Spec
}

interface Context {
  readonly lock: Lockfile
  readonly project: Workspace['project']
  readonly from: SourceIo
}

async function askGroup(
  group: readonly Asked[],
  { lock, project, from }: Context,
): Promise<readonly Found[]> {
  let tree: SourceTree | undefined
  try {
    const results: Found[] = []
    if (group[0]) assertSourceAllowed(group[0].spec, project)
    for (const one of group) {
      const { subdir: _subdir, ...address } = one.entry.resolution
      const source: Source = await sourceOf(one.spec.kind)
      const { subdir: _specSubdir, ...spec } = one.spec
      const newest = await source.newest(spec, address, from)
      if (newest === 'pinned') results.push({ item: itemOf(one, 'pinned') })
      else if (isSameAddress(newest, address)) results.push({ item: itemOf(one, 'current') })
      else {
        tree ??= await openResolution(newest, from)
        results.push(await compare(one, { tree, newest, lock }))
      }
    }
    return results
  } catch (error) {
    return group.map((one) => failed(one, error))
  } finally {
    tree?.close()
  }
}

async function compare(
  one: Asked,
  { tree, newest, lock }: { readonly tree: SourceTree; readonly newest: Resolution; readonly lock: Lockfile },
): Promise<Found> {
  const dir = one.spec.subdir ?? ''
  try {
    const resolution = { ...newest, ...(dir && { subdir: dir }) }
    const fetched = await readSkill(tree, resolution)
    const candidate = candidateOf(fetched, {
      name: one.name,
      dir,
      spec: one.spec,
      lock,
      version: tree.version,
    })
    if (candidate.integrity === one.entry.integrity) return { item: itemOf(one, 'current') }
    return judged(candidate, one.entry)
  } catch (error) {
    return failed(one, error)
  }
}

/** A candidate beside what is locked now; a skill that is not locked yet is there because another needs it. */
function judged(candidate: Candidate, entry: LockEntry | undefined): Found {
  const { name, version, integrity, resolution, spec } = candidate
  const need = consentNeed(candidate.request.requested, earlierAnswer(entry))
  const to = { ...(version && { version }), integrity, resolution }
  const item = entry ? itemOf({ name, entry, spec }, 'available') : { ...newItem(name, spec), from: to }
  const changes = need.kind === 'ask' ? (need.changes ?? []) : []
  return {
    item: { ...item, status: need.kind === 'ask' ? 'widens' : 'available', to, changes },
    candidate,
  }
}

function newItem(name: string, spec: Spec): Pick<UpdateItem, 'name' | 'spec'> {
  return { name, spec: formatSpec(spec) }
}

const GONE = [
  'source_not_found',
  'ref_not_found',
  'skill_not_found',
  'not_found',
  'version_not_found',
] as const
const UNREACHABLE = [
  'fetch_failed',
  'source_unauthorized',
  'redirect_refused',
  'offline',
  'source_denied',
  'registry_changed',
  'registry_missing',
  'registry_invalid',
  'request_invalid',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'unavailable',
  'upstream_failed',
  'index_invalid',
  'version_too_new',
] as const
const REFUSED = [
  'manifest_invalid',
  'limit_exceeded',
  'archive_invalid',
  'archive_unsafe',
  'path_unsafe',
  'link_unsafe',
  'file_type_unsupported',
  'git_lfs_pointer',
] as const

/** @throws anything that is not about one source */
function failed(one: Asked, error: unknown): Found {
  const about = (codes: readonly string[]): boolean => isSkillsError(error) && codes.includes(error.code)
  const status = about(GONE)
    ? 'gone'
    : about(UNREACHABLE)
      ? 'unreachable'
      : about(REFUSED)
        ? 'refused'
        : undefined
  if (!status || !isSkillsError(error)) throw error
  return { item: { ...itemOf(one, status), reason: displayText(redactUrl(error.message)) } }
}

function itemOf({ name, entry }: Asked, status: UpdateStatus): UpdateItem {
  const { version, integrity, resolution } = entry
  return {
    name,
    status,
    spec: entry.spec,
    from: { ...(version && { version }), integrity, resolution },
    changes: [],
  }
}
