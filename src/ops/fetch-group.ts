// Locked skills out of one source, each verified against the lock and stored. Loaded only when the store lacks some.
import { isSkillsError, type SkillsError } from '../errors/error.ts'
import type { SkillFile } from '../integrity/tree.ts'
import { readEach } from '../sources/read-skill.ts'
import type { Fetched, SourceTree } from '../sources/source.ts'
import { verifyFetched } from '../trust/verify.ts'
import type { LockedSkill, MaterialiseOptions } from './materialise.ts'
import { openResolution, sourceIo } from './open-source.ts'
import { keep } from './origins.ts'
import type { Problems } from './problems.ts'

/**
 * Opens the address that the skills share, stores each and hands it to `take`, whose files it may forget afterwards. A
 * skill that cannot be had, or is not the locked one, is put among the problems; the others of its source are not.
 */
export async function fetchGroup(
  group: readonly LockedSkill[],
  { problems, ...options }: MaterialiseOptions & { readonly problems: Problems },
  take: (skill: LockedSkill, files: readonly SkillFile[]) => void,
): Promise<void> {
  const [first] = group
  if (!first) return
  const { subdir: _subdir, ...address } = first.entry.resolution
  let tree: SourceTree
  try {
    tree = await openResolution(address, sourceIo(options.io, options.scope, options.offline))
  } catch (error) {
    return problems.add(
      group.map(({ name }) => name),
      error,
    )
  }
  try {
    const folders = group.map(({ entry }) => entry.resolution.subdir ?? '')
    const found = await readEach(tree, address, folders)
    for (const [index, skill] of group.entries()) {
      const fetched = found[index] as Fetched | SkillsError
      if (isSkillsError(fetched)) {
        problems.add([skill.name], fetched)
        continue
      }
      const verified = verifiedOf(skill, fetched, problems)
      if (!verified) continue
      keep(verified, options)
      take(skill, verified.files)
    }
  } finally {
    tree.close()
  }
}

function verifiedOf(
  { name, entry }: LockedSkill,
  fetched: Fetched,
  problems: Problems,
): ReturnType<typeof verifyFetched> | undefined {
  try {
    return verifyFetched(fetched, { name, integrity: entry.integrity })
  } catch (error) {
    problems.add([name], error)
    return undefined
  }
}
