// Makes the project's folders what skills.json and skills.lock say; frozen (`ci`) exactly the lock or nothing.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { dependenciesOf, reachable } from '../lock/dependencies.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import { displayText } from '../platform/text.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import { openStore } from '../store/store.ts'
import { applyChange, assertPossible } from './change.ts'
import type { Decided } from './decide-grants.ts'
import { claimPlace, mendModes } from './installed.ts'
import { type GrantChoice, type Io, type ScopeRequest, silent } from './io.ts'
import { foldersIn } from './list.ts'
import { assertClaims } from './lock-claims.ts'
import { nextLock, wantedLock } from './lock-entry.ts'
import { type LockedSkill, materialise } from './materialise.ts'
import type { Resolved } from '../lock/merge.ts'
import type { ResolvedWorkspace } from './resolve-conflict.ts'
import { findScope, type Scope } from './scope.ts'
import { isAnswer } from './spec-answer.ts'
import { findStale, type Stale, staleNames } from './stale.ts'
import { checkOwnPolicy, readWorkspace, requireProject, withWorkspace, type Workspace } from './workspace.ts'
import { falseOrigins, keep } from './origins.ts'

export interface InstallRequest extends ScopeRequest {
  /** Exactly the lock: never resolve, never write skills.json or skills.lock (`ci`, `install --frozen`). */
  readonly frozen?: boolean
  readonly grant?: GrantChoice
  readonly dryRun?: boolean
  readonly offline?: boolean
  readonly force?: boolean
  /** Bring both sides of an unfinished merge together first. */
  readonly resolve?: boolean
  /** Every skill may go: skills.json asks for none. */
  readonly removeAll?: boolean
  /** Names of skills whose moved tag, version or archive address is taken all the same. */
  readonly acceptMoved?: readonly string[]
}

export interface InstalledSkill {
  readonly name: string
  /** `locked`: newly resolved because the lock had no entry. `mended`: only permission bits were wrong. */
  readonly status: 'unchanged' | 'installed' | 'replaced' | 'mended' | 'locked'
  readonly version?: string
  readonly integrity: string
}

export interface InstallResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly InstalledSkill[]
  /** Names that were installed and that the lock does not name any more. */
  readonly removed: readonly string[]
  readonly agents: readonly string[]
  /** What became of the skills on which an unfinished merge did not agree. */
  readonly resolved: readonly Resolved[]
  readonly dryRun: boolean
}

/**
 * @throws project_missing, lock_missing and lock_stale when frozen; consent_required for what the lock does not grant;
 * integrity_mismatch when a source no longer has the locked content; local_edits; removal_unconfirmed
 */
export async function install(request: InstallRequest, user: Io): Promise<InstallResult> {
  const io = request.dryRun ? silent(user) : user
  const scope = findScope(io.settings, request.global)
  const merge = request.resolve ? await resolving(scope, request, io) : undefined
  const before = merge?.workspace ?? (await readWorkspace(scope, io, { looks: request.dryRun }))
  requireProject(before)
  if (request.frozen) assertFresh(before, io)
  else if (!request.dryRun) await agreeToEmpty(before, request, io)
  const answers = merge?.answers ?? before.lock
  const resolved = request.frozen ? [] : await resolveStale(before, { request, answers, io })
  const told = merge?.resolved ?? []
  if (request.dryRun) return { ...(await dryRun(before, { resolved, request, io })), resolved: told }
  const done = await withWorkspace(
    scope,
    io,
    (workspace) => installLocked(workspace, { resolved, request, merged: merge !== undefined, io }),
    merge && ((current) => ({ ...merge.workspace, scope: { ...current, merged: merge.workspace.project } })),
  )
  return { ...done, resolved: told }
}

/** @throws usage together with `frozen`; project_conflict, lock_conflict */
async function resolving(
  scope: Scope,
  { frozen }: InstallRequest,
  io: Io,
): Promise<ResolvedWorkspace | undefined> {
  if (frozen) {
    throw new SkillsError('usage', '--resolve writes skills.lock, and --frozen does not', {
      hint: io.settings.ci ? 'resolve the merge before CI, or add --no-frozen' : 'leave out one',
    })
  }
  checkOwnPolicy(scope, io)
  const { resolveConflict } = await import('./resolve-conflict.ts')
  return resolveConflict(scope, io)
}

type Done = Omit<InstallResult, 'resolved'>

interface Installing {
  readonly resolved: readonly Decided[]
  readonly request: InstallRequest
  /** The files on disk still have conflict markers: both are written. */
  readonly merged: boolean
  readonly io: Io
}

async function installLocked(
  workspace: Workspace,
  { resolved, request, merged, io }: Installing,
): Promise<Done> {
  const { scope } = workspace
  if (request.frozen) assertFresh(workspace, io)
  const store = openStore(io.settings.dataDir)
  for (const { granted } of resolved) keep(granted.verified, { store, scope })
  const { lock, fresh, standing, mended, wanted, removed, stale } = await claimAll(workspace, {
    resolved,
    request,
    io,
  })
  const done = standing.map((one) => standingLine(one, { fresh, mended }))

  const options = { scope, store, offline: request.offline === true, io }
  await refuseAll(await falseOrigins(standing, options))
  await materialise(wanted, options)
  const present = new Set(foldersIn(scope))
  await assertClaims(
    [...standing, ...wanted].filter(({ name }) => !fresh.has(name)),
    { scope, io },
  )
  for (const { name, entry } of wanted) {
    const how = present.has(name) ? 'replaced' : 'installed'
    done.push(line(name, entry, fresh.has(name) ? 'locked' : how))
  }
  if (resolved.length > 0) {
    const { recordAll } = await import('./record.ts')
    await recordAll(resolved, workspace, io)
  }
  applyChange(
    scope,
    {
      before: workspace,
      after: { project: merged ? { ...workspace.project } : workspace.project, lock },
      place: wanted.map(({ name }) => name),
      stale,
    },
    { settings: io.settings, force: request.force === true },
  )
  for (const name of mended) mendModes(scope, name)
  return result(workspace, { skills: done, removed, dryRun: false })
}

/** @throws the gravest of them, with all as its `problems` */
async function refuseAll(
  found: readonly { readonly name: string; readonly error: unknown }[],
): Promise<void> {
  if (found.length === 0) return
  const { gatherProblems } = await import('./problems.ts')
  const problems = gatherProblems()
  for (const { name, error } of found) problems.add([name], error)
  problems.throwIfAny()
}

/** A skills.json that asks for nothing may be a slip: what the lock has goes only when somebody says so. */
async function agreeToEmpty(
  { scope, project, lock, hasProject }: Workspace,
  { removeAll }: InstallRequest,
  io: Io,
): Promise<void> {
  const count = Object.keys(lock.skills).length
  if (!hasProject || count === 0 || removeAll || Object.keys(project.skills).length > 0) return
  const what = count === 1 ? 'the one skill' : `all ${count} skills`
  const file = displayText(scope.projectFile)
  if (io.ask && (await io.ask.confirm(`${file} asks for no skill. Remove ${what} of skills.lock?`))) return
  throw new SkillsError('removal_unconfirmed', `${file} asks for no skill, which would remove ${what}`, {
    hint: 'restore what it asked for, or pass --remove-all',
    details: { file: scope.projectFile, field: 'skills' },
  })
}

interface Claims {
  /** What shall be installed. */
  readonly lock: Lockfile
  /** Names that were resolved now. */
  readonly fresh: ReadonlySet<string>
  /** Skills whose copy is right already, and those whose place may be taken. */
  readonly standing: readonly LockedSkill[]
  /** Names of those that stand with wrong permission bits. */
  readonly mended: ReadonlySet<string>
  readonly wanted: readonly LockedSkill[]
  readonly removed: readonly string[]
  /** What was removed from the lock before, by somebody else. */
  readonly stale: Stale
}

/** @throws local_edits naming all that were edited */
async function claimAll(
  workspace: Workspace,
  { resolved, request, io }: { resolved: readonly Decided[]; request: InstallRequest; io: Io },
): Promise<Claims> {
  const lock = request.frozen ? workspace.lock : lockWith(workspace, resolved)
  const how = { force: request.force === true, dryRun: request.dryRun === true, io }
  const refused: { name: string; error: unknown }[] = []
  const claim = async (place: Parameters<typeof claimPlace>[1]): ReturnType<typeof claimPlace> => {
    try {
      // After one refusal nothing will be changed, so nothing more is asked.
      return await claimPlace(workspace, place, refused.length > 0 ? { ...how, io: silent(io) } : how)
    } catch (error) {
      if (!isSkillsError(error, 'local_edits')) throw error
      refused.push({ name: place.name, error })
      return 'free'
    }
  }
  const standing: LockedSkill[] = []
  const mended = new Set<string>()
  const wanted: LockedSkill[] = []
  for (const [name, entry] of Object.entries(lock.skills)) {
    const state = await claim({ name, integrity: entry.integrity })
    ;(state === 'free' ? wanted : standing).push({ name, entry })
    if (state === 'modes') mended.add(name)
  }
  const removed = Object.keys(workspace.lock.skills).filter((name) => !lock.skills[name])
  for (const name of removed) await claim({ name })
  await refuseAll(refused)
  const fresh = new Set(resolved.map(({ candidate }) => candidate.name))
  const skills = { ...workspace.lock.skills, ...lock.skills }
  const stale = findStale(workspace.scope, { ...workspace, lock: { ...lock, skills } }, io)
  return { lock, fresh, standing, mended, wanted, removed: [...removed, ...staleNames(stale)], stale }
}

/** Resolves what skills.json asks for and the lock does not answer, and asks for its grants. */
async function resolveStale(
  workspace: Workspace,
  { request, answers, io }: { readonly request: InstallRequest; readonly answers: Lockfile; readonly io: Io },
): Promise<readonly Decided[]> {
  const stale = staleSpecs(workspace).map(([name, text]) => ({ name, spec: parseSpec(text) }))
  if (stale.length === 0 && unanswered(workspace) === undefined) return []
  const { resolveMissing } = await import('./resolve-missing.ts')
  return resolveMissing(stale, workspace, { request, answers, io })
}

/** A skill of the lock that needs one which the lock has not; bare names outside registries are only remarks. */
function unanswered({
  project,
  lock,
}: Pick<Workspace, 'project' | 'lock'>): { readonly name: string; readonly key: string } | undefined {
  for (const name of reachable(lock, Object.keys(project.skills))) {
    const entry = lock.skills[name] as LockEntry
    const open = dependenciesOf(entry, lock).find((one) => one.target !== undefined && one.name === undefined)
    if (open) return { name, key: open.key }
  }
  return undefined
}

/** Entries of skills.json that the lock has not, or has for another spec, or with an address that is not the spec's. */
function staleSpecs({ project, lock }: Pick<Workspace, 'project' | 'lock'>): [string, string][] {
  return Object.entries(project.skills).filter(([name, text]) => {
    const entry = lock.skills[name]
    if (entry === undefined || (entry.spec !== text && entry.spec !== canonical(text))) return true
    return !isAnswer(entry)
  })
}

function specsOf(lock: Lockfile): Record<string, string> {
  return Object.fromEntries(Object.entries(lock.skills).map(([name, entry]) => [name, entry.spec]))
}

function canonical(text: string): string {
  const { skill: _skill, ...spec } = parseSpec(text)
  return formatSpec(spec)
}

/** @throws lock_missing, lock_stale naming the first difference */
function assertFresh(workspace: Workspace, { settings }: Io): void {
  const { scope, hasLock, hasProject, project, lock } = workspace
  const how = settings.ci ? 'skills install --no-frozen' : 'skills install'
  const hint = `run "${how}" and commit skills.lock`
  if (!hasLock)
    throw new SkillsError('lock_missing', `No skills.lock in ${displayText(scope.root)}`, { hint })
  // Without skills.json the lock speaks for itself, but an entry must still be where its spec leads.
  const asked = { lock, project: { ...project, skills: hasProject ? project.skills : specsOf(lock) } }
  const [stale] = staleSpecs(asked)
  const needed = reachable(lock, Object.keys(asked.project.skills))
  const extra = Object.keys(lock.skills).find((name) => !needed.has(name))
  const open = unanswered(asked)
  const name = stale?.[0] ?? extra ?? open?.name
  if (name === undefined) return
  const problem = stale
    ? lock.skills[name]
      ? 'is locked for another source'
      : 'is not locked'
    : extra === undefined
      ? `needs ${displayText(open?.key ?? '')}, which is not locked`
      : 'is locked but not asked for'
  throw new SkillsError(
    'lock_stale',
    `skills.lock does not match skills.json: "${displayText(name)}" ${problem}`,
    {
      hint,
      details: { name, file: scope.lockFile },
    },
  )
}

function lockWith({ project, lock, hasProject }: Workspace, resolved: readonly Decided[]): Lockfile {
  const next = nextLock(lock, resolved)
  return hasProject ? wantedLock({ project, lock: next }) : next
}

/** Refuses what the real run would refuse. @throws local_edits, link_conflict, link_unsafe */
async function dryRun(
  workspace: Workspace,
  { resolved, request, io }: { resolved: readonly Decided[]; request: InstallRequest; io: Io },
): Promise<Done> {
  const { scope, project } = workspace
  const { lock, fresh, standing, mended, wanted, removed } = await claimAll(workspace, {
    resolved,
    request,
    io,
  })
  await assertClaims(
    [...standing, ...wanted].filter(({ name }) => !fresh.has(name)),
    { scope, io },
  )
  const states = { before: workspace, after: { project, lock } }
  assertPossible(scope, states, { settings: io.settings, force: request.force === true })
  return result(workspace, {
    skills: [
      ...standing.map((one) => standingLine(one, { fresh, mended })),
      ...wanted.map(({ name, entry }) => line(name, entry, fresh.has(name) ? 'locked' : 'installed')),
    ],
    removed,
    dryRun: true,
  })
}

function standingLine(
  { name, entry }: LockedSkill,
  { fresh, mended }: Pick<Claims, 'fresh' | 'mended'>,
): InstalledSkill {
  const how = mended.has(name) ? 'mended' : 'unchanged'
  return line(name, entry, fresh.has(name) ? 'locked' : how)
}

function line(name: string, entry: LockEntry, status: InstalledSkill['status']): InstalledSkill {
  return { name, status, ...(entry.version && { version: entry.version }), integrity: entry.integrity }
}

function result(
  { scope, project }: { readonly scope: Scope; readonly project: Workspace['project'] },
  rest: Pick<InstallResult, 'skills' | 'removed' | 'dryRun'>,
): Done {
  const skills = rest.skills.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { scope: scope.kind, root: scope.root, agents: project.agents ?? [], ...rest, skills }
}
