// How a version that an operator took out is told of.
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { nameOfRepository, versionOfTag } from '../../src/registry/names.ts'
import type { Database } from '../db/database.ts'
import { findRemoval, findRemovedDigest, type RemovalRow } from '../db/removals.ts'
import { findSkill } from '../db/skills.ts'

/** The answer for a version that was taken out. */
export function removed(name: string, { version, reason, removedAt }: RemovalRow): SkillsError {
  return new SkillsError(
    'version_removed',
    `${name} ${version} was taken out of the registry on ${removedAt.slice(0, 10)}: ${displayShort(reason, 500)}`,
    {
      hint: 'choose another version; this one never comes back',
      details: { version, reason: displayShort(reason, 500), removedAt },
    },
  )
}

/** The removal of what the reference of a repository named; undefined when nothing was taken out there. */
export async function removalAt(
  db: Database,
  repository: string,
  reference: string,
): Promise<SkillsError | undefined> {
  const name = nameOfRepository(repository)
  if (name === undefined) return undefined
  const version = versionOfTag(reference)
  const skill = version === undefined ? undefined : await findSkill(db, name)
  const found =
    skill && version !== undefined
      ? await findRemoval(db, skill.id, version)
      : await findRemovedDigest(db, name, reference)
  return found && removed(name, found)
}
