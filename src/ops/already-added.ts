// The short way of `add`: what is asked for is locked, installed byte for byte and linked. No request, no write.
import type { Agent } from '../link/agents.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { isSameAddress } from '../sources/address.ts'
import type { Spec } from '../sources/source.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import type { AddedSkill, AddRequest } from './add.ts'
import { readInstalled } from './installed.ts'
import type { Io } from './io.ts'
import { sourceKey } from './lock-entry.ts'
import { recallOffers } from './offer-memory.ts'
import { inspectProjectLinks } from './project-links.ts'
import type { Workspace } from './workspace.ts'

interface Locked {
  readonly name: string
  readonly entry: LockEntry
  readonly spec: Spec
}

/** The skills asked for, when every one of them already stands; undefined when any has to be looked at. */
export function alreadyAdded(
  request: AddRequest,
  workspace: Workspace,
  { agents, io }: { readonly agents: readonly Agent[] | undefined; readonly io: Io },
): readonly AddedSkill[] | undefined {
  const { project, lock } = workspace
  const chosen = project.agents
  const settled = chosen !== undefined && (agents ?? []).every((agent) => chosen.includes(agent.id))
  const sameMode = request.copy === undefined || request.copy === (project.link === 'copy')
  // These take away what was granted before.
  const limited = request.grant !== undefined && request.grant !== 'requested'
  if (!settled || !sameMode || limited || request.force || request.dryRun) return undefined

  const locked = Object.entries(lock.skills)
    .filter(([name, entry]) => project.skills[name] === entry.spec)
    .map(([name, entry]) => ({ name, entry, spec: parseSpec(entry.spec) }))
  const wanted: Locked[] = []
  for (const source of request.sources) {
    const found = lockedOf(source, request, { locked, cacheDir: io.settings.cacheDir })
    if (!found) return undefined
    wanted.push(...found)
  }
  const names = wanted.map(({ name }) => name)
  if (inspectProjectLinks(workspace.scope, workspace, { settings: io.settings, names }).length > 0)
    return undefined
  for (const { name, entry } of wanted) {
    const installed = readInstalled(workspace.scope, name)
    if (installed.kind !== 'folder' || installed.integrity !== entry.integrity) return undefined
    if (installed.modes.length > 0) return undefined
  }
  return wanted.map(unchanged)
}

/** The entries that this source and selection mean, if that can be told from the lock. */
function lockedOf(
  source: AddRequest['sources'][number],
  request: AddRequest,
  { locked, cacheDir }: { readonly locked: readonly Locked[]; readonly cacheDir: string },
): readonly Locked[] | undefined {
  if (source.kind === 'path') return undefined
  const { skill, ...spec } = source
  const same = locked.filter((one) => sourceKey(one.spec) === sourceKey(spec) && sameAim(one.spec, spec))
  const [first] = same
  if (!first) return undefined
  if (same.some((one) => !isSameAddress(one.entry.resolution, first.entry.resolution))) return undefined
  const { subdir: _subdir, ...address } = first.entry.resolution
  const offers = recallOffers(cacheDir, spec.subdir ? { ...address, subdir: spec.subdir } : address)
  const dirs = wantedDirs([...(request.skills ?? []), ...(skill ? [skill] : [])], request.all === true, {
    offers,
    subdir: spec.subdir,
  })
  if (!dirs || (request.as !== undefined && dirs.length !== 1)) return undefined
  const found = dirs.map((dir) =>
    same.find((one) => (one.spec.subdir ?? '') === dir && fits(one, request.as)),
  )
  return found.every((one) => one !== undefined) ? found : undefined
}

/** The folders of the skills meant; undefined when only the source can tell. */
function wantedDirs(
  names: readonly string[],
  all: boolean,
  {
    offers,
    subdir,
  }: { readonly offers: ReturnType<typeof recallOffers>; readonly subdir: string | undefined },
): readonly string[] | undefined {
  if (!offers) return undefined
  if (all || names.includes('*')) return offers.map((offer) => offer.dir)
  if (names.length === 0) {
    const only =
      offers.length === 1 ? offers[0] : offers.find((offer) => subdir !== undefined && offer.dir === subdir)
    return only && [only.dir]
  }
  const dirs = names.map((name) => {
    const named = offers.filter((offer) => offer.name === name)
    return named.length === 1 ? named[0]?.dir : offers.find((offer) => offer.dir === name)?.dir
  })
  return dirs.every((dir) => dir !== undefined) ? dirs : undefined
}

function fits(one: Locked, as: string | undefined): boolean {
  return as === undefined || one.name === as
}

/** The same branch, tag, range or digest was asked for. */
function sameAim(a: Spec, b: Spec): boolean {
  if (a.kind === 'git' && b.kind === 'git') return a.ref === b.ref && a.range === b.range
  if (a.kind === 'archive' && b.kind === 'archive') return b.digest === undefined || a.digest === b.digest
  const { subdir: _a, ...aim } = a
  const { subdir: _b, ...other } = b
  return formatSpec(aim) === formatSpec(other)
}

function unchanged({ name, entry, spec }: Locked): AddedSkill {
  return {
    name,
    status: 'unchanged',
    ...(entry.version && { version: entry.version }),
    spec: formatSpec(spec),
    resolution: entry.resolution,
    integrity: entry.integrity,
    capabilities: entry.capabilities,
    path: `.agents/skills/${name}`,
    diagnostics: [],
  }
}
