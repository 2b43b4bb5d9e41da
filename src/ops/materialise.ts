// The locked content of a skill, verified against the lock whatever road it takes: the store, or the source.
import type { SkillFile } from '../integrity/tree.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { groupBy } from '../platform/group.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { Resolution } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'

/** Sources that are opened at the same time. */
const SIDE_BY_SIDE = 16

/** A skill as the lock names it. */
export interface LockedSkill {
  readonly name: string
  readonly entry: LockEntry
}

export interface MaterialiseOptions {
  readonly scope: Scope
  readonly store: Store
  readonly offline: boolean
  readonly io: Io
  /** Called once a skill, in no order; its files may be forgotten afterwards. */
  readonly take: (skill: LockedSkill, files: readonly SkillFile[]) => void
}

/**
 * Hands every skill's verified files to `take`: those of the store first, the rest from their sources, each source
 * opened once. What was fetched is stored.
 * @throws integrity_mismatch, offline, and what opening and reading a source throw
 */
export async function materialise(
  skills: readonly LockedSkill[],
  options: MaterialiseOptions,
): Promise<void> {
  const missing: LockedSkill[] = []
  for (const skill of skills) {
    options.io.signal.throwIfAborted()
    const files = options.store.read(skill.entry.integrity)
    if (files) options.take(skill, files)
    else missing.push(skill)
  }
  if (missing.length === 0) return
  const { fetchGroup } = await import('./fetch-group.ts')
  const groups = [...groupBy(missing, ({ entry }) => addressOf(entry.resolution)).values()]
  let done = 0
  await mapParallel(groups, SIDE_BY_SIDE, async (group) => {
    await fetchGroup(group, options)
    done += group.length
    options.io.report(`fetched ${done} of ${missing.length} skills`)
  })
}

/** Entries with one address come out of one tree. */
function addressOf({ subdir: _subdir, ...address }: Resolution): string {
  return JSON.stringify(address)
}
