// Ties the catalogue to the distribution face: a pushed skill becomes a version, a fetched one a download.
import type { Diagnostic } from '../../src/errors/diagnostic.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { nameOfRepository, tagOfVersion, versionOfTag } from '../../src/registry/names.ts'
import type { Database } from '../db/database.ts'
import { versionsOfDigest } from '../db/versions.ts'
import { checkArtifact, type CheckedArtifact } from './artifact.ts'
import { indexManifest } from './catalogue.ts'
import type { DownloadCounter } from './downloads.ts'
import type { PublishHook, Push, Removal } from './publish-hook.ts'

/** What the distribution face calls. `counter` gets every pull. */
export function catalogueHook(counter: DownloadCounter): PublishHook {
  return {
    async onManifest({ blobs, cache, log }, push: Push) {
      const versions = push.tags.filter((tag) => versionOfTag(tag) !== undefined)
      if (versions.length === 0) return undefined
      const checked: CheckedArtifact[] = []
      for (const tag of versions) {
        const artifact = await checkArtifact({
          repository: push.repository.name,
          tag,
          digest: push.digest,
          bytes: push.bytes,
          readBlob: async (digest) => cache.get(digest) ?? blobs.read(digest),
        })
        if (artifact) checked.push(artifact)
      }
      if (checked.length === 0) return undefined
      return async (tx) => {
        const warnings: Diagnostic[] = []
        for (const artifact of checked) {
          const { scopeId } = push.repository
          const publication = { checked: artifact, scopeId, publisher: push.actor, at: push.at }
          warnings.push(...(await indexManifest(tx, publication)))
        }
        for (const { code, message } of warnings) log.info('publish', { code, message })
        return warnings
      }
    },
    onRemove: refuseRemoval,
    onPull(repository) {
      const name = nameOfRepository(repository)
      if (name !== undefined) counter.count(name)
    },
  }
}

/** A version stays: whoever locked it must be able to get it. */
async function refuseRemoval(tx: Database, { repository, digest, tag }: Removal): Promise<void> {
  const name = nameOfRepository(repository.name)
  if (name === undefined) return
  const kept = (await versionsOfDigest(tx, name, digest)).find(
    (version) => tag === undefined || tag === tagOfVersion(version),
  )
  if (kept === undefined) return
  throw new SkillsError('forbidden', `${name} ${kept} is published and stays`, {
    hint: `run skills yank ${name}@${kept}, so that nobody chooses it any more`,
  })
}
