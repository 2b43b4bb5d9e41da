// What skills.json and the user's own skills.json say about sources: registries, the age of versions, allow and deny.
// A deny beats an allow. Nothing of it holds against what is locked already.
import { SkillsError } from '../errors/error.ts'
import { loadProject } from '../lock/file.ts'
import type { Project } from '../lock/project.ts'
import { displayText } from '../platform/text.ts'
import type { SourcePolicy, Spec } from '../sources/source.ts'
import { formatSpec } from '../sources/spec.ts'
import type { Io } from './io.ts'
import { findScope, projectOf, type Scope } from './scope.ts'

const MINUTE = 60_000
const UNITS: Readonly<Record<string, number>> = { m: 1, h: 60, d: 24 * 60, w: 7 * 24 * 60 }

/**
 * The policy of a scope. Registries that the project does not name come from the user's own skills.json, then the common
 * one from SKILLWARD_REGISTRY.
 */
export function readPolicy(scope: Scope, { settings, now }: Pick<Io, 'settings' | 'now'>): SourcePolicy {
  const project = projectOf(scope)
  const own =
    scope.kind === 'global' || !settings.home ? undefined : loadProject(findScope(settings, true).projectFile)
  const registry = project?.registry ?? own?.registry ?? (settings.env.SKILLWARD_REGISTRY || undefined)
  const registries = Object.fromEntries(
    Object.entries({ ...own?.registries, ...project?.registries }).map(([key, url]) => [key, base(url)]),
  )
  const age = ageMs(project?.minimumReleaseAge)
  const exempt = (project?.minimumReleaseAgeExclude ?? []).map(patternOf)
  return {
    registries,
    ...(registry !== undefined && { registry: base(registry) }),
    ...(age > 0 && { publishedBefore: now().getTime() - age }),
    ageExempt: (name) => exempt.some((pattern) => pattern.test(name)),
  }
}

/** Milliseconds of `minimumReleaseAge`: minutes, or a number with m, h, d or w. */
export function ageMs(age: number | string | undefined): number {
  if (age === undefined) return 0
  if (typeof age === 'number') return age * MINUTE
  return Number(age.slice(0, -1)) * (UNITS[age.slice(-1)] ?? 0) * MINUTE
}

/** Kinds of sources that say nothing of when a version was published. */
const UNDATED: Readonly<Partial<Record<Spec['kind'], string>>> = {
  git: 'git repositories',
  oci: 'OCI artifacts',
  archive: 'archives',
  'well-known': 'sites with an index',
}

/** Tells, once for all of them, which sources a `minimumReleaseAge` cannot hold back. */
export function remarkUncovered(
  specs: readonly Spec[],
  { minimumReleaseAge }: Pick<Project, 'minimumReleaseAge'>,
  io: Pick<Io, 'notice'>,
): void {
  if (ageMs(minimumReleaseAge) === 0) return
  const kinds = [...new Set(specs.flatMap(({ kind }) => UNDATED[kind] ?? []))].sort()
  if (kinds.length === 0) return
  io.notice({
    code: 'release_age_unknown',
    message: `minimumReleaseAge holds for registries and npm alone; here it does not cover ${kinds.join(', ')}, which do not say how old a version is`,
    hint: 'pin those sources to a commit or a digest if you want to wait',
  })
}

/**
 * @throws source_denied when the project's lists do not let the source in
 */
export function assertSourceAllowed(spec: Spec, { sources }: Pick<Project, 'sources'>): void {
  if (sources === undefined) return
  const names = namesOf(spec)
  const shown = displayText(names[0] ?? '')
  const matching = (list: readonly string[] | undefined): string | undefined =>
    list?.find((text) => names.some((name) => patternOf(text).test(name)))
  const denied = matching(sources.deny)
  if (denied === undefined && (sources.allow === undefined || matching(sources.allow) !== undefined)) return
  throw new SkillsError(
    'source_denied',
    denied === undefined
      ? `${shown} is not among the sources that skills.json allows`
      : `skills.json denies the source ${shown} (${displayText(denied)})`,
    {
      hint: 'change "sources" in skills.json if the team agrees; what is locked stays installable',
      details: { source: shown, ...(denied !== undefined && { pattern: displayText(denied) }) },
    },
  )
}

/** The names that patterns are held against: without version, folder and choice of a skill; the canonical one first. */
function namesOf(spec: Spec): readonly string[] {
  switch (spec.kind) {
    case 'git': {
      const url = spec.url.replace(/\.git$/, '')
      const short = formatSpec({ kind: 'git', url: spec.url }).replace(/\.git$/, '')
      return [short, url]
    }
    case 'archive':
      return [spec.url]
    case 'path':
      return [spec.path]
    case 'oci':
      return [`oci://${spec.registry}/${spec.repository}`]
    case 'registry':
      return [spec.name]
    case 'npm':
      return [`npm:${spec.name}`]
    case 'well-known':
      return [spec.url]
  }
}

/** `*` is anything but a slash, `**` anything; the rest is itself. A pattern covers the whole name. */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => {
      if (part === '*') return '[^/]*'
      return /^\*+$/.test(part) ? '.*' : part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${source}$`, 'i')
}

function base(registry: string): string {
  return registry.replace(/(?<!\/)\/+$/, '')
}
