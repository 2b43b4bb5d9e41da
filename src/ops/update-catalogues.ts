// What registries have now for locked skills. Skills of registries constrain each other and are solved together; one that
// cannot be had, or whose locked version was replaced, stays as it is locked, and the others are solved beside it.
import { dependencyTarget } from '../lock/dependencies.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { SkillDocument } from '../registry/protocol.ts'
import { isSameAddress } from '../sources/address.ts'
import { movedName } from '../sources/moved.ts'
import type { RegistryResolution, RegistrySpec, SourceIo } from '../sources/source.ts'
import type { Candidate } from './candidates.ts'
import type { Io } from './io.ts'
import {
  assertSameRegistry,
  catalogues,
  type DocumentOf,
  type SolvedSkill,
  solveProject,
} from './resolve-dependencies.ts'
import { assertSourceAllowed } from './source-policy.ts'
import { obtainSolved } from './solved-candidates.ts'
import { type Asked, failed, type Found, itemOf, judged, movedItem, type UpdateItem } from './update-item.ts'
import { remark, remarksOf } from './update-remarks.ts'
import type { Workspace } from './workspace.ts'

const SIDE_BY_SIDE = 8

interface Context {
  readonly workspace: Workspace
  readonly io: Io
  readonly from: SourceIo
  readonly documentOf: DocumentOf
  readonly accepted: readonly string[]
}

/** A locked skill of a registry. */
interface AskedHere extends Asked {
  /** `@scope/name` */
  readonly target: string
  readonly resolution: RegistryResolution
}

/** The skills asked about, and with them what they need anew. */
export async function askCatalogues(
  asked: readonly Asked[],
  at: Pick<Context, 'workspace' | 'io' | 'from' | 'accepted'>,
): Promise<readonly Found[]> {
  const context: Context = { ...at, documentOf: catalogues(at.from) }
  const here = asked.flatMap((one): AskedHere[] => {
    const { resolution } = one.entry
    return resolution.kind === 'registry' ? [{ ...one, target: resolution.name, resolution }] : []
  })
  /** What is told of those that stay, by target. */
  const stays = new Map<string, Found>()
  const documents = new Map<string, SkillDocument>()
  await mapParallel(here, SIDE_BY_SIDE, async (one) => {
    try {
      const document = await askFor(one, context)
      documents.set(one.target, document)
      const moved = movedVersion(one, document)
      if (moved && !context.accepted.includes(one.name))
        stays.set(one.target, movedItem(one, moved, undefined))
    } catch (error) {
      stays.set(one.target, failed(one, error))
    }
  })
  const tries = new Map<string, Promise<Tried>>()
  for (;;) {
    const fresh = here.filter(({ target }) => !stays.has(target))
    const solved = await solveMost(fresh, { stays, context })
    const results = await mapParallel(changed(solved, fresh, context), SIDE_BY_SIDE, (skill) =>
      obtain(skill, { tries, context }),
    )
    const failures = results.filter((result) => 'error' in result)
    for (const failure of failures) blame(failure, { solved, fresh, stays })
    for (const { skill, candidate } of results.filter((result) => 'candidate' in result)) {
      const one = here.find(({ target }) => target === skill.resolution.name)
      const moved = one && replaced(one, candidate)
      if (one && moved && !context.accepted.includes(one.name))
        stays.set(one.target, movedItem(one, moved, candidate))
    }
    if (fresh.some(({ target }) => stays.has(target))) continue
    if (failures[0]) throw failures[0].error
    const found = results.flatMap((result) =>
      'candidate' in result ? [judgedHere(result.candidate, context)] : [],
    )
    const told = new Set([...found, ...stays.values()].map(({ item }) => item.name))
    const rest = here
      .filter(({ name }) => !told.has(name))
      .map((one): Found => ({ item: itemOf(one, 'current') }))
    for (const one of here) {
      const document = documents.get(one.target)
      const chosen = solved.find(({ resolution }) => resolution.name === one.target)?.resolution
      const { version } = stays.has(one.target) ? one.resolution : (chosen ?? one.resolution)
      if (document) remark(document, { locked: one.resolution, chosen: version }, at.from)
    }
    return [...found, ...stays.values(), ...rest].map((one) => withRemarks(one, here, documents))
  }
}

function withRemarks(
  found: Found,
  here: readonly AskedHere[],
  documents: ReadonlyMap<string, SkillDocument>,
): Found {
  const one = here.find(({ name }) => name === found.item.name)
  const document = one && documents.get(one.target)
  if (!document) return found
  return { ...found, item: { ...found.item, ...remarksOf(document, one.resolution) } }
}

/** @throws source_denied, registry_missing, registry_changed, and what asking throws */
async function askFor(one: AskedHere, { workspace, from, documentOf }: Context): Promise<SkillDocument> {
  const { registryOf } = await import('../sources/registry-place.ts')
  const spec: RegistrySpec = one.spec.kind === 'registry' ? one.spec : { kind: 'registry', name: one.target }
  assertSourceAllowed(spec, workspace.project)
  const registry = registryOf(spec, from)
  assertSameRegistry(one.target, registry, workspace.lock)
  return documentOf(registry, one.target)
}

/** That the catalogue has another artifact for the locked version, and does not say that its files are the same. */
function movedVersion({ entry, resolution }: AskedHere, { versions }: SkillDocument): UpdateItem['moved'] {
  const now = versions.find(({ version }) => version === resolution.version)
  if (!now || now.integrity === entry.integrity) return undefined
  return movedName(entry, { resolution: { ...resolution, digest: now.digest } }, { sameSpec: true })
}

/** The same, after the files were looked at. */
function replaced({ entry }: AskedHere, candidate: Candidate): UpdateItem['moved'] {
  if (candidate.integrity === entry.integrity) return undefined
  return movedName(entry, candidate, { sameSpec: true })
}

/** A solution in which as many as possible of `fresh` move; the others are put among `stays` with the reason. */
async function solveMost(
  fresh: readonly AskedHere[],
  { stays, context }: { readonly stays: Map<string, Found>; readonly context: Context },
): Promise<readonly SolvedSkill[]> {
  if (fresh.length === 0) return []
  try {
    return await solveWith(fresh, stays, context)
  } catch (error) {
    if (fresh.length === 1) {
      const [one] = fresh as readonly [AskedHere]
      stays.set(one.target, failed(one, error))
      return []
    }
  }
  const good: AskedHere[] = []
  let solved: readonly SolvedSkill[] = []
  for (const one of fresh) {
    try {
      solved = await solveWith([...good, one], stays, context)
      good.push(one)
    } catch (error) {
      stays.set(one.target, failed(one, error))
    }
  }
  return solved
}

/** Skills that were not named may move along where that is needed, and are left alone where they cannot be had. */
async function solveWith(
  fresh: readonly AskedHere[],
  stays: ReadonlyMap<string, Found>,
  { workspace, from, documentOf }: Context,
): Promise<readonly SolvedSkill[]> {
  const { project, lock } = workspace
  const targets = new Set(fresh.map(({ target }) => target))
  const request = {
    project,
    lock,
    asked: [],
    standing: [],
    documentOf,
    fresh: (target: string) => targets.has(target),
  }
  try {
    return await solveProject({ ...request, held: (target) => stays.has(target) }, from)
  } catch (error) {
    return solveProject({ ...request, held: (target) => !targets.has(target) }, from).catch(() => {
      throw error
    })
  }
}

/** What is not locked already. */
function changed(
  solved: readonly SolvedSkill[],
  fresh: readonly AskedHere[],
  { workspace }: Context,
): readonly SolvedSkill[] {
  return solved.filter(({ name, resolution }) => {
    const locked =
      fresh.find(({ target }) => target === resolution.name)?.resolution ??
      workspace.lock.skills[name]?.resolution
    return locked === undefined || !isSameAddress(locked, resolution)
  })
}

type Tried =
  | { readonly skill: SolvedSkill; readonly candidate: Candidate }
  | { readonly skill: SolvedSkill; readonly error: unknown }

/** The content of a skill of the solution; each is fetched once. */
function obtain(
  skill: SolvedSkill,
  { tries, context }: { readonly tries: Map<string, Promise<Tried>>; readonly context: Context },
): Promise<Tried> {
  const key = JSON.stringify([skill.name, skill.resolution])
  const known = tries.get(key) ?? fetchSolved(skill, context)
  tries.set(key, known)
  return known
}

async function fetchSolved(skill: SolvedSkill, { workspace, io }: Context): Promise<Tried> {
  try {
    const [candidate] = await obtainSolved(skill, { workspace, io })
    return candidate ? { skill, candidate } : { skill, error: new Error(`nothing came for ${skill.name}`) }
  } catch (error) {
    return { skill, error }
  }
}

/** Lets stay what failed; where it was not asked about, those that need it. */
function blame(
  { skill, error }: Extract<Tried, { error: unknown }>,
  {
    solved,
    fresh,
    stays,
  }: {
    readonly solved: readonly SolvedSkill[]
    readonly fresh: readonly AskedHere[]
    readonly stays: Map<string, Found>
  },
): void {
  const needs = needersOf(skill.resolution.name, solved)
  const own = fresh.filter(({ target }) => target === skill.resolution.name)
  const needing = fresh.filter(({ target }) => needs.has(target))
  const blamed = own.length > 0 ? own : needing.length > 0 ? needing : fresh
  for (const one of blamed) if (!stays.has(one.target)) stays.set(one.target, failed(one, error))
}

/** The skill, and all that need it, directly or not. */
function needersOf(name: string, solved: readonly SolvedSkill[]): ReadonlySet<string> {
  const found = new Set([name])
  for (const target of found) {
    for (const { resolution, dependencies } of solved) {
      if (Object.keys(dependencies).some((key) => dependencyTarget(key, resolution) === target))
        found.add(resolution.name)
    }
  }
  return found
}

function judgedHere(candidate: Candidate, { workspace }: Context): Found {
  const entry = Object.hasOwn(workspace.lock.skills, candidate.name)
    ? (workspace.lock.skills[candidate.name] as LockEntry)
    : undefined
  if (entry?.integrity === candidate.integrity && entry.version === candidate.version)
    return { item: itemOf({ name: candidate.name, entry }, 'current') }
  const found = judged(candidate, entry)
  const moved = entry && movedName(entry, candidate, { sameSpec: true })
  return moved ? { ...found, item: { ...found.item, moved } } : found
}
