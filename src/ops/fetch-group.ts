// Locked skills out of one source, each verified against the lock and stored. Loaded only when the store lacks some.
import { readSkills } from '../sources/read-skill.ts'
import type { Fetched } from '../sources/source.ts'
import { verifyFetched } from '../trust/verify.ts'
import type { LockedSkill, MaterialiseOptions } from './materialise.ts'
import { openResolution, sourceIo } from './open-source.ts'

/**
 * Opens the address that the skills share and hands over the files of each.
 * @throws integrity_mismatch, offline, and what opening and reading a source throw
 */
export async function fetchGroup(group: readonly LockedSkill[], options: MaterialiseOptions): Promise<void> {
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
      options.take(skill, verified.files)
    }
  } finally {
    tree.close()
  }
}
