// The source `registry`: a version of `@scope/name`, chosen from the catalogue and pulled over OCI from the same host.
// A yanked version is never chosen, but stays installable from a lock, with a remark.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { chooseVersion, type ChoiceRules } from '../registry/choose.ts'
import { repositoryOfName } from '../registry/names.ts'
import type { SkillDocument } from '../registry/protocol.ts'
import { displayShort, displayText, redactUrl } from '../platform/text.ts'
import { openArtifact } from './oci.ts'
import { clientOf, registryOf } from './registry-place.ts'
import type { RegistryResolution, RegistrySpec, Source, SourceIo } from './source.ts'
import { shellCommand } from '../platform/shell.ts'

export const registrySource: Source<'registry'> = {
  /** @throws registry_missing, registry_changed, skill_not_found, version_not_found, version_too_new, offline */
  resolve: (spec, io) => resolveVersion(spec, undefined, io),

  /** @throws integrity_mismatch when the registry gives other bytes than the digest names; offline */
  async open(resolution, io) {
    const { registry, name, digest } = resolution
    const place = { registry: new URL(registry).host, repository: repositoryOfName(name), digest }
    const [tree] = await Promise.all([openArtifact(place, io), remarkYanked(resolution, io)])
    return tree
  },

  /** @throws registry_changed when the skill was locked from another registry than the settings name now */
  async newest(spec, current, io) {
    const registry = registryOf(spec, io)
    if (registry !== current.registry) {
      throw new SkillsError(
        'registry_changed',
        `${spec.name} is locked from ${shown(current.registry)}, but now ${shown(registry)} is named for it`,
        {
          hint: `remove it and add it again if that is meant: skills remove, then ${shellCommand('skills add', spec.name)}`,
          details: { name: spec.name, expected: shown(current.registry), actual: shown(registry) },
        },
      )
    }
    return resolveVersion(spec, current.version, io)
  },
}

async function resolveVersion(
  spec: RegistrySpec,
  locked: string | undefined,
  io: SourceIo,
): Promise<RegistryResolution> {
  const registry = registryOf(spec, io)
  const document = await clientOf(registry, io).skill(spec.name)
  const { version, digest } = chooseVersion(
    document,
    spec.range,
    choiceRules(spec.name, { locked, moving: true }, io),
  )
  remarkDeprecated(document, version, io)
  remarkLocked(document, { locked, chosen: version }, io)
  const { name, subdir } = spec
  return { kind: 'registry', registry, name, version, digest, ...(subdir !== undefined && { subdir }) }
}

/** The settings' rules for choosing versions of a skill. */
export function choiceRules(
  name: string,
  { locked, moving }: { readonly locked: string | undefined; readonly moving: boolean },
  io: SourceIo,
): ChoiceRules {
  const policy = io.policy?.()
  const exempt = policy?.ageExempt?.(name) === true
  return { locked, moving, ...(!exempt && { publishedBefore: policy?.publishedBefore }) }
}

/** Tells once that what was chosen is deprecated. */
export function remarkDeprecated(document: SkillDocument, version: string, io: SourceIo): void {
  const own = document.versions.find((one) => one.version === version)?.deprecated
  const text = own ?? document.deprecated
  if (text === undefined) return
  const what = own === undefined ? document.name : `${document.name}@${version}`
  io.notice?.({ code: 'deprecated', message: `${what} is deprecated: ${displayShort(text, 300)}` })
}

/** Tells why an update leaves the locked version for another, perhaps an older one, or finds no other. */
export function remarkLocked(
  document: SkillDocument,
  { locked, chosen }: { readonly locked: string | undefined; readonly chosen: string },
  io: SourceIo,
): void {
  const yanked = document.versions.find(({ version }) => version === locked)?.yanked
  if (locked === undefined || yanked === undefined) return
  io.notice?.({
    code: 'yanked',
    message: `${displayText(document.name)}@${displayShort(locked, 128)} was yanked: ${displayShort(yanked, 300)}`,
    hint: chosen === locked ? 'nothing else fits its range' : `${chosen} takes its place`,
  })
}

/** A look at the catalogue beside the download; that it cannot be had is no failure of a locked install. */
async function remarkYanked({ registry, name, version }: RegistryResolution, io: SourceIo): Promise<void> {
  if (io.offline) return
  try {
    const { yanked } = await clientOf(registry, io).version(name, version)
    if (yanked === undefined) return
    io.notice?.({
      code: 'yanked',
      message: `${displayText(name)}@${version} was yanked: ${displayShort(yanked, 300)}`,
      hint: 'it is installed because it is locked; "skills update" moves off it',
    })
  } catch (error) {
    if (!isSkillsError(error) || error.code === 'cancelled') throw error
  }
}

function shown(registry: string): string {
  return displayShort(redactUrl(registry), 200)
}
