// Lock entries of decided skills, and the rule that one name belongs to one source.
import { sameCapabilities } from '../capabilities/capabilities.ts'
import { SkillsError } from '../errors/error.ts'
import { reachable, withoutOrphans } from '../lock/dependencies.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import { displayText } from '../platform/text.ts'
import type { Spec } from '../sources/source.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import type { Candidate } from './candidates.ts'
import type { Decided } from './decide-grants.ts'
import type { ProjectState } from './project-links.ts'
import { shellCommand } from '../platform/shell.ts'

/** The entry for a skill; fields of an older entry that this version does not know survive. */
function entryOf({ candidate, granted }: Decided, before: LockEntry | undefined): LockEntry {
  const { grant, requested, verified } = granted
  const { requested: _answered, version: _version, ...kept } = before ?? {}
  return {
    ...kept,
    spec: formatSpec(candidate.spec),
    resolution: candidate.resolution,
    ...(candidate.version && { version: candidate.version }),
    integrity: verified.integrity,
    signer: verified.signer,
    capabilities: grant,
    ...(!sameCapabilities(grant, requested) && { requested }),
    dependencies: candidate.dependencies,
  }
}

/** The lock with the entries of decided skills in it. */
export function nextLock(lock: Lockfile, decided: readonly Decided[]): Lockfile {
  const skills: Record<string, LockEntry> = { ...lock.skills }
  for (const one of decided) skills[one.candidate.name] = entryOf(one, lock.skills[one.candidate.name])
  return { ...lock, skills }
}

/** The lock with what skills.json asks for and what that needs, and nothing else. */
export function wantedLock({ project, lock }: ProjectState): Lockfile {
  return withoutOrphans(lock, Object.keys(project.skills))
}

/**
 * The next lock without the skills that were only needed by others and are not any more. What skills.json never asked
 * for stays as it is: that is for `install` to settle.
 */
export function withoutUnneeded(before: ProjectState, after: ProjectState): Lockfile {
  const was = reachable(before.lock, Object.keys(before.project.skills))
  const is = reachable(after.lock, Object.keys(after.project.skills))
  const entries = Object.entries(after.lock.skills)
  if (entries.every(([name]) => is.has(name) || !was.has(name))) return after.lock
  const kept = entries.filter(([name]) => is.has(name) || !was.has(name))
  return { ...after.lock, skills: Object.fromEntries(kept) }
}

/** One text for everything that names the same source, whatever ref and skill of it. */
export function sourceKey(spec: Spec): string {
  switch (spec.kind) {
    case 'git':
      return `git ${spec.url.replace(/\/$/, '').replace(/\.git$/, '')}`
    case 'archive':
      return `archive ${spec.url}`
    case 'path':
      return `path ${spec.path}`
    case 'oci':
      return `oci ${spec.registry}/${spec.repository}`
    case 'registry':
      return `registry ${spec.registry ?? ''} ${spec.name}`
    case 'npm':
      return `npm ${spec.name}`
    case 'well-known':
      return `well-known ${spec.url} ${spec.skill ?? ''}`
  }
}

/**
 * Every candidate, when no name is taken twice or by a skill from elsewhere.
 * @throws skill_exists with the way out, usage for `--as` with several skills
 */
export function assertFree(
  candidates: readonly Candidate[],
  lock: Lockfile,
  as: string | undefined,
): readonly Candidate[] {
  const chosen = candidates.filter(({ name }) => name === as)
  if (chosen.length > 1) {
    throw new SkillsError('usage', `--as names one skill, but ${chosen.length} were chosen`, {
      hint: 'choose one with --skill NAME',
    })
  }
  const taken = new Map(
    Object.entries(lock.skills).map(([name, entry]) => [name.toLowerCase(), { name, entry }]),
  )
  const seen = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const key = candidate.name.toLowerCase()
    const twin = seen.get(key)
    if (twin)
      throw exists(candidate.name, `two of the sources: ${place(twin.spec)} and ${place(candidate.spec)}`)
    seen.set(key, candidate)
    const holder = taken.get(key)
    if (!holder) continue
    const theirs = withoutPick(parseSpec(holder.entry.spec))
    const same = holder.name === candidate.name && isSameSkill(theirs, candidate.spec)
    if (!same) throw exists(holder.name, place(theirs))
  }
  return candidates
}

/** The source itself; the skill of an index is part of it. */
function withoutPick(parsed: Spec & { readonly skill?: string }): Spec {
  if (parsed.kind === 'well-known') return parsed
  const { skill: _skill, ...spec } = parsed
  return spec
}

/** The same folder of the same source, whatever ref of it. */
export function isSameSkill(a: Spec, b: Spec): boolean {
  // Where a setting says which registry it is, the resolution is held to it.
  if (a.kind === 'registry' && b.kind === 'registry') return a.name === b.name
  return sourceKey(a) === sourceKey(b) && (a.subdir ?? '') === (b.subdir ?? '')
}

function place(spec: Spec): string {
  return displayText(formatSpec(spec))
}

function exists(name: string, where: string): SkillsError {
  return new SkillsError('skill_exists', `The name "${displayText(name)}" is taken by ${where}`, {
    hint: `add it under another name with --as NAME, or run "${shellCommand('skills remove', name)}" first`,
    details: { name },
  })
}
