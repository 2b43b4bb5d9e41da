// Ties the catalogue to the distribution face: a pushed skill becomes a version, a fetched one a download.
import type { Diagnostic } from '../../src/errors/diagnostic.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { nameOfRepository, tagOfVersion, versionOfTag } from '../../src/registry/names.ts'
import type { Database } from '../db/database.ts'
import { versionsOfDigest } from '../db/versions.ts'
import { SKILL_ARTIFACT } from '../../src/oci/media-types.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import type { RegistryContext } from '../context.ts'
import type { CheckedArtifact } from './artifact.ts'
import { indexManifest } from './catalogue.ts'
import type { DownloadCounter } from './downloads.ts'
import type { PublishHook, Push, Removal } from './publish-hook.ts'

/** What the distribution face calls. `counter` gets every pull. */
export function catalogueHook(counter: DownloadCounter): PublishHook {
  return {
    async onManifest(context, push: Push) {
      const { log } = context
      const checked = await judge(context, push)
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

/** The versions that a push makes, judged in a thread. @throws what `checkArtifact` and `Work.do` throw */
async function judge(
  { blobs, cache, work }: RegistryContext,
  { repository, tags, digest, bytes, artifactType, parts, client }: Push,
): Promise<readonly CheckedArtifact[]> {
  const versions = tags.filter((tag) => versionOfTag(tag) !== undefined)
  if (versions.length === 0 || artifactType !== SKILL_ARTIFACT) return []
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  if (size > LIMITS.archiveBytes) {
    throw new SkillsError('limit_exceeded', `The artifact has ${size} bytes`, {
      hint: `a skill may have ${LIMITS.archiveBytes}, packed`,
    })
  }
  const read = new Map<string, Uint8Array>()
  // Config and layer; an artifact of more parts is refused without them.
  for (const { digest: part } of parts.length > 2 ? [] : parts) {
    read.set(part, cache.get(part) ?? (await blobs.read(part)))
  }
  const pushed = { repository: repository.name, digest, bytes, tags: versions, blobs: read }
  return work.do('judge', pushed, client)
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
