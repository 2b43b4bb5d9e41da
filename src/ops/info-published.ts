// Everything that a registry says of a skill: the version that a range means, what it asks for, and the other versions.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { chooseVersion, versionsIn } from '../registry/choose.ts'
import type { VersionDocument } from '../registry/protocol.ts'
import { parseSpec } from '../sources/spec.ts'
import type { Io } from './io.ts'
import { openRegistry, type RegistryRequest } from './registry-access.ts'

export interface PublishedRequest extends RegistryRequest {
  /** `@scope/name` or `@scope/name@RANGE`. */
  readonly skill: string
}

export interface PublishedInfo {
  readonly registry: string
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license?: string | undefined
  readonly publishedAt: string
  readonly publisher: string
  readonly signer: string
  readonly integrity: string
  /** Of the OCI manifest. */
  readonly digest: string
  /** The reasons, where it is yanked or deprecated. */
  readonly yanked?: string | undefined
  readonly deprecated?: string | undefined
  readonly capabilities: Capabilities
  readonly optionalCapabilities?: Capabilities | undefined
  readonly dependencies: Readonly<Record<string, string>>
  readonly files: VersionDocument['files']
  readonly tags: Readonly<Record<string, string>>
  /** Newest first. */
  readonly versions: readonly {
    readonly version: string
    readonly publishedAt: string
    readonly yanked?: string | undefined
  }[]
  readonly owners: readonly string[]
  readonly downloads: number
  /** How many skills depend on it. */
  readonly dependents: number
}

/**
 * The best version in the range, a yanked one where there is no other.
 * @throws usage, registry_missing, skill_not_found, version_not_found, and what asking throws
 */
export async function infoPublished({ skill, ...place }: PublishedRequest, io: Io): Promise<PublishedInfo> {
  const spec = skill.startsWith('@') ? parseSpec(skill) : undefined
  if (spec?.kind !== 'registry') {
    throw new SkillsError('usage', `"${displayShort(skill, 100)}" is no skill of a registry`, {
      hint: 'expected @scope/name or @scope/name@RANGE',
    })
  }
  const registry = place.registry ?? spec.registry
  const { client, registry: asked } = await openRegistry(
    { ...place, ...(registry !== undefined && { registry }), name: spec.name },
    io,
  )
  const document = await client.skill(spec.name)
  const matching = versionsIn(document, spec.range)
  const { version } =
    matching.find(({ yanked }) => yanked === undefined) ??
    matching[0] ??
    chooseVersion(document, spec.range, {})
  const {
    name: _name,
    repository: _repository,
    tag: _tag,
    size: _size,
    ...found
  } = await client.version(spec.name, version)
  const { tags, owners, downloads, dependents, deprecated } = document
  return {
    registry: asked,
    name: document.name,
    ...found,
    deprecated,
    tags,
    versions: document.versions.map(({ version: one, publishedAt, yanked }) => ({
      version: one,
      publishedAt,
      yanked,
    })),
    owners,
    downloads,
    dependents,
  }
}
