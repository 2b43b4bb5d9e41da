// An operator takes a version out: its content goes, its number and the reason stay.
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { repositoryOfName, tagOfVersion } from '../../src/registry/names.ts'
import type { Actor, RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import { blobIsUsed, unlinkBlob } from '../db/blobs.ts'
import type { Database } from '../db/database.ts'
import { blobsOfManifest, deleteManifest } from '../db/manifests.ts'
import { findRemoval, insertRemoval } from '../db/removals.ts'
import { findRepository } from '../db/repositories.ts'
import { findSkill } from '../db/skills.ts'
import { deleteTag } from '../db/tags.ts'
import { deleteVersion, findVersion, versionsOfDigest } from '../db/versions.ts'
import { refresh } from './catalogue.ts'
import { removed } from './removed.ts'

export interface RemoveRequest extends Actor {
  /** `@scope/name`. */
  readonly name: string
  readonly version: string
  readonly reason: string
}

/**
 * Takes the version out. Its manifest and what it alone showed are gone at once, the bytes with the next `gc`; the number is
 * never published again.
 * @returns the version that a plain name means now
 * @throws skill_not_found, version_not_found; version_removed when it is out already
 */
export async function removeVersion(
  { db, now }: Pick<RegistryContext, 'db' | 'now'>,
  { name, version, reason, actor, requestId }: RemoveRequest,
): Promise<{ readonly digest: string; readonly current: string | undefined }> {
  const at = now().toISOString()
  const repositoryName = repositoryOfName(name)
  return db.transaction(async (tx) => {
    await tx.lock(`repository:${repositoryName}`)
    await tx.lock(`skill ${name}`)
    const skill = await findSkill(tx, name)
    if (!skill) {
      throw new SkillsError('skill_not_found', `There is no ${displayShort(name, 150)}`, {
        hint: 'check the name, and that --data or --database names this registry',
      })
    }
    const row = await findVersion(tx, skill.id, version)
    if (!row) {
      const before = await findRemoval(tx, skill.id, version)
      if (before) throw removed(name, before)
      throw new SkillsError('version_not_found', `There is no ${displayShort(`${name} ${version}`, 200)}`, {
        hint: `the current one is ${skill.version}`,
      })
    }
    const { digest } = row
    await insertRemoval(tx, { skillId: skill.id, version, digest, reason, actor, removedAt: at })
    await deleteVersion(tx, row.id)
    const repository = await findRepository(tx, repositoryName)
    if (repository) {
      await deleteTag(tx, repository.id, tagOfVersion(version))
      // Two versions may be one manifest.
      const stays = (await versionsOfDigest(tx, name, digest)).length > 0
      if (!stays) await deleteContent(tx, repository.id, digest)
    }
    await refresh(tx, skill)
    const details = { version, digest, reason }
    await recordAudit(tx, { at, actor, action: 'skill.remove', target: name, details, requestId })
    const current = (await findSkill(tx, name))?.version
    return { digest, current: current === '' ? undefined : current }
  })
}

async function deleteContent(tx: Database, repositoryId: number, digest: string): Promise<void> {
  const blobs = await blobsOfManifest(tx, repositoryId, digest)
  await deleteManifest(tx, repositoryId, digest)
  for (const blob of blobs) {
    if (!(await blobIsUsed(tx, repositoryId, blob))) await unlinkBlob(tx, repositoryId, blob)
  }
}
