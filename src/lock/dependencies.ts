// Who needs whom in a lock. Pure.
// A dependency `@scope/name` means that skill of a registry; a bare `name` means the one of the same scope where the
// skill that needs it came from a registry, and elsewhere the skill locked under that name.
import { dependencyName } from '../registry/names.ts'
import type { Resolution } from '../sources/source.ts'
import type { LockEntry, Lockfile } from './lockfile.ts'

/** `@scope/name` that a dependency of a skill at this address means; undefined for a bare name outside a registry. */
export function dependencyTarget(key: string, from: Resolution): string | undefined {
  if (from.kind === 'registry') return dependencyName(key, from.name)
  return key.startsWith('@') ? key : undefined
}

/** The name that a skill of a registry is locked under; undefined when it is not locked. */
export function lockedAs(lock: Lockfile, registryName: string): string | undefined {
  return Object.keys(lock.skills).find((name) => {
    const resolution = lock.skills[name]?.resolution
    return resolution?.kind === 'registry' && resolution.name === registryName
  })
}

/** A dependency of a locked skill, and the name that answers it in the lock. */
export interface LockedDependency {
  /** As the skill writes it. */
  readonly key: string
  readonly range: string
  /** The locked name; undefined when nothing in the lock answers. */
  readonly name: string | undefined
  /** `@scope/name`, where it means a skill of a registry. */
  readonly target: string | undefined
}

export function dependenciesOf(entry: LockEntry, lock: Lockfile): readonly LockedDependency[] {
  return Object.entries(entry.dependencies).map(([key, range]) => {
    const target = dependencyTarget(key, entry.resolution)
    const byName = lock.skills[key] === undefined ? undefined : key
    return { key, range, target, name: target === undefined ? byName : lockedAs(lock, target) }
  })
}

/** The names of the lock that the roots need, with the roots themselves. */
export function reachable(lock: Lockfile, roots: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>()
  const pending = [...roots]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const entry = Object.hasOwn(lock.skills, name) ? lock.skills[name] : undefined
    if (!entry || found.has(name)) continue
    found.add(name)
    for (const dependency of dependenciesOf(entry, lock)) if (dependency.name) pending.push(dependency.name)
  }
  return found
}

/** The lock without what no root needs any more. */
export function withoutOrphans(lock: Lockfile, roots: Iterable<string>): Lockfile {
  const kept = reachable(lock, roots)
  const entries = Object.entries(lock.skills)
  if (entries.every(([name]) => kept.has(name))) return lock
  return { ...lock, skills: Object.fromEntries(entries.filter(([name]) => kept.has(name))) }
}
