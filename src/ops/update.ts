// Moves locked skills to what their specs name now; `check` only tells.
import type { CapabilityChange } from '../capabilities/diff.ts'
import { isSkillsError } from '../errors/error.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import { groupBy } from '../platform/group.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText, redactUrl } from '../platform/text.ts'
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
import { stageDecided } from './stage.ts'
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
  const before = await readWorkspace(scope, io)
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
    const still = decided.filter(({ candidate }) => workspace.lock.skills[candidate.name])
    const place = await stageDecided(still, workspace, { force: request.force === true, io })
    await recordAll(still, workspace, io)
    const after = { project: workspace.project, lock: nextLock(workspace.lock, still) }
    applyChange(
      scope,
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
  const { scope, lock } = workspace
  const from = sourceIo(io, scope)
  const all = names.map((name) => {
    const entry = lock.skills[name] as LockEntry
    return { name, entry, spec: parseSpec(entry.spec) }
  })
  const groups = [...groupBy(all, ({ spec }) => formatSpec({ ...spec, subdir: '' })).values()]
  const found = new Map<string, Found>()
  let asked = 0
  await mapParallel(groups, SIDE_BY_SIDE, async (group) => {
    for (const one of await askGroup(group, { lock, from })) found.set(one.item.name, one)
    asked += 1
    io.report(`asked ${asked} of ${groups.length} sources`)
  })
  return names.map((name) => found.get(name) as Found)
}

interface Asked {
  readonly name: string
  readonly entry: LockEntry
  readonly spec: Spec
}

interface Context {
  readonly lock: Lockfile
  readonly from: SourceIo
}

async function askGroup(group: readonly Asked[], { lock, from }: Context): Promise<readonly Found[]> {
  let tree: SourceTree | undefined
  try {
    const results: Found[] = []
    for (const one of group) {
      const { subdir: _subdir, ...address } = one.entry.resolution
      const source: Source = await sourceOf(one.spec.kind)
      const { subdir: _specSubdir, ...spec } = one.spec
      const newest = await source.newest(spec, address, from)
      if (newest === 'pinned') results.push({ item: itemOf(one, 'pinned') })
      else if (newest.kind !== 'path' && isSame(newest, address))
        results.push({ item: itemOf(one, 'current') })
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
    const candidate = candidateOf(fetched, { name: one.name, dir, spec: one.spec, lock })
    if (candidate.integrity === one.entry.integrity) return { item: itemOf(one, 'current') }
    const need = consentNeed(candidate.request.requested, earlierAnswer(one.entry))
    const changes = need.kind === 'ask' ? (need.changes ?? []) : []
    const to = {
      ...(candidate.version && { version: candidate.version }),
      integrity: candidate.integrity,
      resolution: candidate.resolution,
    }
    return { item: { ...itemOf(one, need.kind === 'ask' ? 'widens' : 'available'), to, changes }, candidate }
  } catch (error) {
    return failed(one, error)
  }
}

const GONE = ['source_not_found', 'ref_not_found', 'skill_not_found'] as const
const UNREACHABLE = ['fetch_failed', 'source_unauthorized', 'redirect_refused', 'offline'] as const
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

/** The same immutable bytes, whatever ref led to them. */
function isSame(a: Resolution, b: Resolution): boolean {
  if (a.kind === 'git' && b.kind === 'git') return a.commit === b.commit && a.url === b.url
  return a.kind === 'archive' && b.kind === 'archive' && a.digest === b.digest
}
