// Locked skills out of one source, each verified against the lock and stored. Loaded only when the store lacks some.
import type { SkillFile } from '../integrity/tree.ts'
import { readSkills } from '../sources/read-skill.ts'
import type { Fetched } from '../sources/source.ts'
import { verifyFetched } from '../trust/verify.ts'
import type { LockedSkill, MaterialiseOptions } from './materialise.ts'
import { openResolution, sourceIo } from './open-source.ts'

/**
 * Opens the address that the skills share, stores each and hands it to `take`, whose files it may forget afterwards.
 * @throws integrity_mismatch, offline, and what opening and reading a source throw
 */
export async function fetchGroup(
  group: readonly LockedSkill[],
  options: MaterialiseOptions,
  take: (skill: LockedSkill, files: readonly SkillFile[]) => void,
): Promise<void> {
  const [first] = group
  if (!first) return
  const { subdir: _subdir, ...address } = first.entry.resolution
  const tree = await openResolution(address, sourceIo(options.io, options.scope, options.offline))
  try {
    const subdirs = group.map(({ entry }) => entry.resolution.subdir ?? '')
    const fetched = await readSkills(tree, address, subdirs)
    for (const [index, skill] of group.entries()) {
      const { name, entry } = skill
      const verified = verifyFetched(fetched[index] as Fetched, { name, integrity: entry.integrity })
      options.store.put(verified)
      take(skill, verified.files)
    }
  } finally {
    tree.close()
  }
}
