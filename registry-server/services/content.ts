// What is in a version: one file of it, or all of them as an archive. Unpacked and packed in a thread.
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { clientOf, type Principal } from '../auth.ts'
import { lost } from '../blobs/folder.ts'
import type { RegistryContext } from '../context.ts'
import { hasFile } from '../db/files.ts'
import type { SkillRow } from '../db/skills.ts'
import type { VersionListRow } from '../db/versions.ts'

interface Of {
  readonly skill: SkillRow
  readonly version: Pick<VersionListRow, 'id' | 'version' | 'digest' | 'layer' | 'description'>
  readonly principal: Principal
}

/** The bytes of a file. @throws not_found; registry_damaged when the blob is not what was published */
export async function fileOf(context: RegistryContext, of: Of, path: string): Promise<Uint8Array> {
  const { skill, version, principal } = of
  const bytes = (await hasFile(context.db, version.id, path))
    ? await context.work.do('file', { ...(await layerOf(context, of)), path }, clientOf(principal))
    : undefined
  if (bytes) return bytes
  throw new SkillsError(
    'not_found',
    `${skill.name} ${version.version} has no file ${displayShort(path, 200)}`,
  )
}

/**
 * The .tar.gz with SKILL.md at its root, the npm package, or the .zip; the first two are the bytes whose digest was
 * published.
 * @throws registry_damaged
 */
export async function archiveOf(
  context: RegistryContext,
  of: Of,
  kind: 'archive' | 'package' | 'zip',
): Promise<Uint8Array> {
  const { skill, version, principal } = of
  const key = `${kind} ${skill.name} ${version.version} ${version.digest}`
  const known = context.cache.get(key)
  if (known) return known
  const layer = await layerOf(context, of)
  const client = clientOf(principal)
  const about = { name: skill.name, version: version.version, description: version.description }
  const bytes =
    kind === 'package'
      ? await context.work.do('package', { ...layer, about }, client)
      : await context.work.do(kind, layer, client)
  context.cache.put(key, Buffer.from(bytes))
  return bytes
}

async function layerOf(
  { blobs, cache }: RegistryContext,
  { skill, version }: Of,
): Promise<{ layer: Uint8Array; skill: string }> {
  const digest = version.layer
  const layer = cache.get(digest) ?? (await blobs.read(digest).catch(whenLost))
  return { layer, skill: skill.name.slice(skill.name.indexOf('/') + 1) }
  function whenLost(error: unknown): never {
    throw isSkillsError(error, 'not_found') ? lost(digest) : error
  }
}
