// Shows, grants and revokes what locked skills may do; every change goes to skills.lock and to the ledger.
import { type Capabilities, sameCapabilities } from '../capabilities/capabilities.ts'
import { isLimit } from '../capabilities/ceilings.ts'
import { capabilitiesOf, rulesOf } from '../capabilities/rules.ts'
import { SkillsError } from '../errors/error.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import { displayText } from '../platform/text.ts'
import { describeSpec, parseSpec } from '../sources/spec.ts'
import { within } from '../trust/consent.ts'
import { applyChange } from './change.ts'
import { readGrantFile } from './decide-grants.ts'
import type { ConsentItem, GrantChoice, Io, ScopeRequest } from './io.ts'
import { recordGrant } from './record.ts'
import { knownNames } from './remove.ts'
import { findScope } from './scope.ts'
import { readLockedContent } from './skill-content.ts'
import { readWorkspace, requireProject, withWorkspace, type Workspace } from './workspace.ts'

export interface CapabilitiesResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly {
    readonly name: string
    readonly granted: Capabilities
    /** Absent when the content is not at hand to ask it. */
    readonly request?: CapabilityRequest
    readonly changed: boolean
  }[]
}

interface NamesRequest extends ScopeRequest {
  readonly names: readonly string[]
}

/** What is granted and what is requested. Empty `names` means all. */
export async function showCapabilities(request: NamesRequest, io: Io): Promise<CapabilitiesResult> {
  const scope = findScope(io.settings, request.global)
  const workspace = await readWorkspace(scope, io, { looks: true })
  requireProject(workspace)
  const skills = lockedNames(request, workspace).map((name) => {
    const entry = workspace.lock.skills[name] as LockEntry
    const content = readLockedContent(name, entry, { scope, io })
    return { name, granted: entry.capabilities, ...(content && { request: content.request }), changed: false }
  })
  return { scope: scope.kind, root: scope.root, skills }
}

/**
 * Asks again, or takes the answer of `grant`, for the skills named.
 * @throws usage without names, consent_required, consent_denied, skill_not_found when the content is not at hand
 */
export async function grantCapabilities(
  request: NamesRequest & { readonly grant?: GrantChoice },
  io: Io,
): Promise<CapabilitiesResult> {
  assertNamed(request.names, 'grant')
  const scope = findScope(io.settings, request.global)
  const before = await readWorkspace(scope, io)
  requireProject(before)
  const items = lockedNames(request, before).map((name) => itemOf(name, before, io))
  const grants = await answers(items, request.grant, io)
  const asked = new Map(items.map((item) => [item.name, item.request.requested]))
  const answerOf = (name: string): Answer | undefined => {
    const [grant, requested] = [grants[name], asked.get(name)]
    return grant && requested && { grant, requested }
  }
  return change(request, io, { action: 'grant', answerOf })
}

/** Takes back everything, or only the capabilities of the kinds named (`network`, `terminal` …). */
export async function revokeCapabilities(
  request: NamesRequest & { readonly kinds?: readonly string[] },
  io: Io,
): Promise<CapabilitiesResult> {
  assertNamed(request.names, 'revoke')
  const { kinds } = request
  return change(request, io, {
    action: 'revoke',
    answerOf: (_name, entry) => ({
      grant: kinds?.length ? withoutKinds(entry.capabilities, kinds) : {},
      requested: entry.requested ?? entry.capabilities,
    }),
  })
}

/** Denials and ceilings stay: without them less would be taken back than given. */
function withoutKinds(granted: Capabilities, kinds: readonly string[]): Capabilities {
  return capabilitiesOf(rulesOf(granted).filter((rule) => isLimit(rule) || !kinds.includes(rule.capability)))
}

async function change(
  request: NamesRequest,
  io: Io,
  how: {
    readonly action: 'grant' | 'revoke'
    readonly answerOf: (name: string, entry: LockEntry) => Answer | undefined
  },
): Promise<CapabilitiesResult> {
  const scope = findScope(io.settings, request.global)
  return withWorkspace(scope, io, async (workspace) => {
    requireProject(workspace)
    const skills: Record<string, LockEntry> = { ...workspace.lock.skills }
    const lines: { name: string; granted: Capabilities; changed: boolean }[] = []
    for (const name of lockedNames(request, workspace)) {
      const entry = skills[name] as LockEntry
      const answer = how.answerOf(name, entry)
      if (answer === undefined) throw denied(name)
      const { grant: granted, requested } = answer
      const changed =
        !sameCapabilities(granted, entry.capabilities) ||
        !sameCapabilities(requested, entry.requested ?? entry.capabilities)
      if (changed) {
        const done = { action: how.action, grant: granted }
        await recordGrant({ name, integrity: entry.integrity }, done, { scope, io })
        skills[name] = withAnswer(entry, answer)
      }
      lines.push({ name, granted, changed })
    }
    const after = { project: workspace.project, lock: { ...workspace.lock, skills } }
    applyChange(
      workspace.scope,
      { before: workspace, after, place: [] },
      { settings: io.settings, force: false },
    )
    return { scope: scope.kind, root: scope.root, skills: lines }
  })
}

/** What was given, and the request that it answers. */
interface Answer {
  readonly grant: Capabilities
  readonly requested: Capabilities
}

/** The entry with another answer; the request stays on record where it differs from the grant. */
function withAnswer(entry: LockEntry, { grant, requested }: Answer): LockEntry {
  const { requested: _answered, ...rest } = entry
  return { ...rest, capabilities: grant, ...(!sameCapabilities(requested, grant) && { requested }) }
}

async function answers(
  items: readonly ConsentItem[],
  grant: GrantChoice | undefined,
  io: Io,
): Promise<Readonly<Record<string, Capabilities>>> {
  if (grant === undefined) {
    if (!io.ask) {
      await io.show?.(items)
      throw new SkillsError('consent_required', 'There is no terminal to ask at', {
        hint: 'pass --grant requested, --grant none or --grant FILE',
        details: { skills: items.map(({ name }) => name) },
      })
    }
    return (await io.ask.consent(items)).grants
  }
  await io.show?.(items)
  const allowed = typeof grant === 'string' ? undefined : readGrantFile(grant.file, io)
  return Object.fromEntries(
    items.map(({ name, request: { requested, optional } }) => {
      if (grant === 'none') return [name, {}]
      if (!allowed) return [name, requested]
      return [
        name,
        within(capabilitiesOf([...rulesOf(requested), ...rulesOf(optional)]), allowed(name) ?? {}),
      ]
    }),
  )
}

function itemOf(name: string, { scope, lock }: Workspace, io: Io): ConsentItem {
  const entry = lock.skills[name] as LockEntry
  const content = readLockedContent(name, entry, { scope, io })
  if (!content) {
    throw new SkillsError('skill_not_found', `The content of "${displayText(name)}" is not at hand`, {
      hint: 'run "skills install" first',
      details: { name },
    })
  }
  const source = displayText(describeSpec(parseSpec(entry.spec)))
  return {
    name,
    ...(entry.version && { version: entry.version }),
    source,
    request: content.request,
    proposed: content.request.requested,
  }
}

function lockedNames(request: NamesRequest, workspace: Workspace): readonly string[] {
  return knownNames(request.names, workspace).filter((name) => workspace.lock.skills[name])
}

function assertNamed(names: readonly string[], verb: string): void {
  if (names.length > 0) return
  throw new SkillsError(
    'usage',
    `Name the skills to ${verb} capabilities ${verb === 'grant' ? 'to' : 'from'}`,
    {
      hint: `skills capabilities ${verb} NAME`,
    },
  )
}

function denied(name: string): SkillsError {
  return new SkillsError('consent_denied', `The capabilities of "${displayText(name)}" were not granted`, {
    hint: 'nothing was changed; "skills capabilities revoke" takes back what was granted before',
    details: { name },
  })
}
