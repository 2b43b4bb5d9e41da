// The versions of all skills of registries that a project needs, solved together: what skills.json asks for, what is
// being added, and what any of them depends on. Asks catalogues only; content is fetched and granted by the caller.
import { SkillsError } from '../errors/error.ts'
import { dependencyTarget, lockedAs } from '../lock/dependencies.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import type { Project } from '../lock/project.ts'
import { displayText } from '../platform/text.ts'
import type { SkillDocument } from '../registry/protocol.ts'
import type { Need, Solution } from '../registry/solve.ts'
import type { RegistryResolution, RegistrySpec, Resolution, SourceIo } from '../sources/source.ts'
import { parseSpec } from '../sources/spec.ts'
import { assertSourceAllowed } from './source-policy.ts'

/** A skill from elsewhere, which stands fast, with what it depends on. */
export interface Standing {
  readonly name: string
  readonly version?: string
  readonly resolution: Resolution
  readonly dependencies: Readonly<Record<string, string>>
}

export interface Asked {
  readonly spec: RegistrySpec
  /** The name to lock it under, where it is not the skill's own. */
  readonly as?: string
}

export interface SolveProject {
  readonly project: Project
  readonly lock: Lockfile
  /** Specs that are being added, or whose lock entry is missing. */
  readonly asked: readonly Asked[]
  /** Skills of other sources that are being added; they take the place of locked ones of the same name. */
  readonly standing: readonly Standing[]
  /** True for a `@scope/name` whose newest version is wanted rather than the locked one. */
  readonly fresh: (target: string) => boolean
  /** True for a locked `@scope/name` that stays as it is: its catalogue is not even asked. */
  readonly held: (target: string) => boolean
  readonly documentOf: DocumentOf
}

/** What a registry's catalogue says of a skill. */
export type DocumentOf = (registry: string, target: string) => Promise<SkillDocument>

/** Asks each catalogue once for each skill. */
export function catalogues(from: SourceIo): DocumentOf {
  const known = new Map<string, Promise<SkillDocument>>()
  return (registry, target) => {
    const key = `${registry} ${target}`
    const document = known.get(key) ?? ask(registry, target, from)
    known.set(key, document)
    return document
  }
}

async function ask(registry: string, target: string, from: SourceIo): Promise<SkillDocument> {
  const { clientOf } = await import('../sources/registry-place.ts')
  from.report(`asking for ${target}`)
  return clientOf(registry, from).skill(target)
}

/** One skill of the solution. */
export interface SolvedSkill {
  /** The key in the lock. */
  readonly name: string
  readonly spec: RegistrySpec
  readonly resolution: RegistryResolution
  /** What the catalogue says that it depends on. */
  readonly dependencies: Readonly<Record<string, string>>
  /** True when only other skills need it, so that it has no place in skills.json. */
  readonly dependency: boolean
  readonly document: SkillDocument
}

interface Root {
  readonly name: string
  readonly spec: RegistrySpec
}

/**
 * Every skill of a registry that the project needs; empty, without any request, when there is none.
 * @throws dependency_conflict, dependency_missing, registry_missing, registry_changed, source_denied, and what asking a
 *   catalogue throws
 */
export async function solveProject(request: SolveProject, from: SourceIo): Promise<readonly SolvedSkill[]> {
  const roots = rootsOf(request)
  const needs: Need[] = roots.map(({ spec }) => ({
    name: spec.name,
    range: spec.range,
    chain: ['skills.json'],
  }))
  for (const skill of standingOf(request)) needs.push(...needsOf(skill))
  if (needs.length === 0) return []
  const [{ solve }, { registryOf }, { choiceRules }] = await Promise.all([
    import('../registry/solve.ts'),
    import('../sources/registry-place.ts'),
    import('../sources/registry.ts'),
  ])
  const { lock } = request
  const specs = new Map(roots.map(({ spec }) => [spec.name, spec]))
  const scopes = scopeRegistries(roots)
  const registries = new Map<string, string>()
  const again = new Set(request.asked.map(({ spec }) => spec.name))
  const solution = await solve({
    roots: needs,
    async document(target) {
      const entry = lockedEntry(lock, target)
      if (entry && request.held(target)) {
        registries.set(target, entry.resolution.registry)
        return lockedDocument(entry)
      }
      const spec = specs.get(target) ?? specOf(target, scopes)
      if (!entry) assertSourceAllowed(spec, request.project)
      const registry = registryOf(spec, from)
      assertSameRegistry(target, registry, lock)
      registries.set(target, registry)
      const document = await request.documentOf(registry, target)
      return entry && !request.fresh(target) && !again.has(target) ? asLocked(document, entry) : document
    },
    rules: (target) =>
      choiceRules(target, { locked: lockedVersion(lock, target), moving: request.fresh(target) }, from),
    prefer: (target) => (request.fresh(target) ? undefined : lockedVersion(lock, target)),
    target: (key, of) => (key.startsWith('@') ? key : `${of.slice(0, of.indexOf('/'))}/${key}`),
  })
  return skillsOf(solution, { request, roots, registries, scopes })
}

type RegistryEntry = LockEntry & { readonly resolution: RegistryResolution }

/** A catalogue that knows the locked version alone. */
function lockedDocument(entry: RegistryEntry): SkillDocument {
  const { name, version } = entry.resolution
  return {
    name,
    description: '',
    version,
    downloads: 0,
    updatedAt: LONG_AGO,
    capabilities: [],
    signed: false,
    certified: false,
    // Whatever tag led to it then, it is the answer now.
    tags: {},
    versions: [lockedSummary(entry)],
    owners: [],
    dependents: 0,
  }
}

/** The locked version as the lock has it, whatever the catalogue says of it by now, also when it is gone from there. */
function asLocked(document: SkillDocument, entry: RegistryEntry): SkillDocument {
  const others = document.versions.filter(({ version }) => version !== entry.resolution.version)
  return { ...document, versions: [lockedSummary(entry), ...others] }
}

const LONG_AGO = '1970-01-01T00:00:00Z'

function lockedSummary({
  resolution,
  integrity,
  signer,
  dependencies,
}: RegistryEntry): SkillDocument['versions'][number] {
  const { version, digest } = resolution
  return { version, digest, integrity, publishedAt: LONG_AGO, publisher: '', size: 0, signer, dependencies }
}

/** What skills.json asks of registries; what is asked now takes the place of an older wish for the same skill. */
function rootsOf({ project, asked, lock }: SolveProject): readonly Root[] {
  const roots = new Map<string, Root>()
  for (const [name, text] of Object.entries(project.skills)) {
    const { skill: _skill, ...spec } = parseSpec(text)
    if (spec.kind === 'registry') roots.set(spec.name, { name, spec })
  }
  for (const { spec, as } of asked) {
    const name = as ?? roots.get(spec.name)?.name ?? lockedAs(lock, spec.name) ?? ownName(spec.name)
    roots.set(spec.name, { name, spec })
  }
  return [...roots.values()]
}

/**
 * The registries that specs themselves name, by scope: what a skill of the scope needs of the same scope is there too.
 * @throws registry_changed for a scope with two
 */
function scopeRegistries(roots: readonly Root[]): ReadonlyMap<string, string> {
  const scopes = new Map<string, string>()
  for (const { spec } of roots) {
    if (spec.registry === undefined) continue
    const scope = scopeOf(spec.name)
    const other = scopes.get(scope)
    if (other !== undefined && other !== spec.registry) {
      throw new SkillsError(
        'registry_changed',
        `${scope} would come from two registries: ${displayText(other)} and ${displayText(spec.registry)}`,
        { hint: `a scope belongs to one registry; set registries."${scope}" in skills.json` },
      )
    }
    scopes.set(scope, spec.registry)
  }
  return scopes
}

function specOf(target: string, scopes: ReadonlyMap<string, string>): RegistrySpec {
  const registry = scopes.get(scopeOf(target))
  return { kind: 'registry', name: target, ...(registry !== undefined && { registry }) }
}

function scopeOf(target: string): string {
  return target.slice(0, target.indexOf('/'))
}

/** Skills of other sources, asked for now or locked, that skills.json still wants. */
function standingOf({ project, lock, standing }: SolveProject): readonly Standing[] {
  const replaced = new Set(standing.map(({ name }) => name))
  const locked = Object.entries(lock.skills)
    .filter(
      ([name, entry]) => !replaced.has(name) && entry.resolution.kind !== 'registry' && project.skills[name],
    )
    .map(([name, entry]): Standing => ({ name, ...entry }))
  return [...standing, ...locked]
}

function needsOf({ name, version, resolution, dependencies }: Standing): readonly Need[] {
  const chain = ['skills.json', version === undefined ? name : `${name}@${version}`]
  return Object.entries(dependencies).flatMap(([key, range]): Need[] => {
    const target = dependencyTarget(key, resolution)
    return target === undefined ? [] : [{ name: target, range, chain }]
  })
}

/** The entry of a skill that is locked from a registry. */
export function lockedEntry(lock: Lockfile, target: string): RegistryEntry | undefined {
  const name = lockedAs(lock, target)
  const entry = name === undefined ? undefined : lock.skills[name]
  return entry?.resolution.kind === 'registry' ? (entry as RegistryEntry) : undefined
}

function lockedVersion(lock: Lockfile, target: string): string | undefined {
  return lockedEntry(lock, target)?.resolution.version
}

/**
 * A lock binds a skill to its registry; a setting that changed under it is not followed without a word.
 * @throws registry_changed
 */
export function assertSameRegistry(target: string, registry: string, lock: Lockfile): void {
  const locked = lockedEntry(lock, target)?.resolution
  if (!locked || locked.registry === registry) return
  throw new SkillsError(
    'registry_changed',
    `${displayText(target)} is locked from ${displayText(locked.registry)}, but now ${displayText(registry)} is named for it`,
    {
      hint: `if that is meant, remove the skill and add it again`,
      details: { name: target, expected: locked.registry, actual: registry },
    },
  )
}

function skillsOf(
  solution: Solution,
  {
    request,
    roots,
    registries,
    scopes,
  }: {
    readonly request: SolveProject
    readonly roots: readonly Root[]
    readonly registries: ReadonlyMap<string, string>
    readonly scopes: ReadonlyMap<string, string>
  },
): readonly SolvedSkill[] {
  const rootOf = new Map(roots.map((root) => [root.spec.name, root]))
  return [...solution].map(([target, { version, document }]) => {
    const root = rootOf.get(target)
    const resolution: RegistryResolution = {
      kind: 'registry',
      registry: registries.get(target) ?? '',
      name: target,
      version: version.version,
      digest: version.digest,
      ...(root?.spec.subdir !== undefined && { subdir: root.spec.subdir }),
    }
    return {
      name: root?.name ?? lockedAs(request.lock, target) ?? ownName(target),
      spec: root?.spec ?? specOf(target, scopes),
      resolution,
      dependencies: version.dependencies,
      dependency: root === undefined,
      document,
    }
  })
}

function ownName(target: string): string {
  return target.slice(target.indexOf('/') + 1)
}
