// Publishes a skill's folder: to a registry as `@scope/name`, or to any OCI repository. A version is immutable: the same
// content again is a success, other content is refused before anything is sent.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { CapabilityChange } from '../capabilities/diff.ts'
import type { Code } from '../errors/codes.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import type { CredentialLookup } from '../oci/credential.ts'
import { ociClient, type OciClient } from '../oci/client.ts'
import { parseManifest } from '../oci/manifest.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { repositoryOfName, SCOPE, tagOfVersion, VERSION } from '../registry/names.ts'
import type { SkillDocument } from '../registry/protocol.ts'
import { describeChange, type Widening, wideningOf } from '../registry/release-rules.ts'
import { asOciCredential, ociCredentials } from '../sources/oci-access.ts'
import type { OciSpec } from '../sources/source.ts'
import { parseSpec } from '../sources/spec.ts'
import type { Io } from './io.ts'
import { packFolder, type PackedFolder, type PackRequest } from './pack.ts'
import { openRegistry, type RegistryAccess, type RegistryRequest } from './registry-access.ts'

export interface PublishRequest extends RegistryRequest, Pick<PackRequest, 'folder' | 'release'> {
  /** `oci://host/repository[:tag]` instead of a registry. */
  readonly to?: string
  /** `@scope`; the only one that the user may publish to when absent. */
  readonly scope?: string
  readonly dryRun?: boolean
}

export interface PublishResult {
  /**
   * `published` now, `unchanged` because it was there already, `healed` because the registry had it but had lost bytes of
   * it, `checked` with `dryRun`.
   */
  readonly status: 'published' | 'unchanged' | 'healed' | 'checked'
  /** `@scope/name`, or the OCI repository. */
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly integrity: string
  readonly registry: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly capabilities: Capabilities
  /** What it may do beyond the version before it, in a minor release. */
  readonly widened: readonly CapabilityChange[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * @throws version_exists, capability_widened, secret_found, publish_refused, manifest_invalid, unauthorized, forbidden,
 * and what a push throws
 */
export async function publish(request: PublishRequest, io: Io): Promise<PublishResult> {
  if (request.to !== undefined && (request.registry !== undefined || request.scope !== undefined)) {
    throw new SkillsError(
      'usage',
      '--to names an OCI repository; --registry and --scope belong to a registry',
    )
  }
  const folder = await packFolder(request, io)
  return request.to === undefined
    ? toRegistry(folder, request, io)
    : toRepository(folder, request.to, { request, io })
}

async function toRegistry(folder: PackedFolder, request: PublishRequest, io: Io): Promise<PublishResult> {
  const { scope, dryRun } = request
  const named = checkedScope(scope)
  const access = await openRegistry(
    { ...request, write: dryRun !== true, ...(named !== undefined && { name: `${named}/${folder.name}` }) },
    io,
  )
  const name = `${named ?? (await onlyScope(access))}/${folder.name}`
  const document = await publishedSkill(access, name)
  const judged = resultOf(folder, name, access.registry)
  const standing = document?.versions.find(({ version }) => version === folder.version)
  if (standing) {
    // By content, not by artifact: another machine may have compressed the same files to other bytes.
    if (standing.integrity !== folder.packed.integrity)
      throw exists(`${name}@${folder.version}`, standing.digest, folder)
    const status = dryRun
      ? 'unchanged'
      : await heal(folder, standing.digest, placeOf(access, { name, folder, io }))
    return { ...judged, digest: standing.digest, widened: [], status }
  }
  const widening = await wideningFrom(folder, document, access)
  const result = {
    ...judged,
    widened: widening?.changes ?? [],
    diagnostics: [...judged.diagnostics, ...(widening ? [wideningWarning(folder, widening)] : [])],
  }
  if (dryRun) return { ...result, status: 'checked' }
  io.report(`publishing ${displayText(name)}@${folder.version}`)
  await push(folder, placeOf(access, { name, folder, io })).catch((error: unknown) => {
    throw isSkillsError(error, 'source_unauthorized') ? mayNot(name, access.registry) : error
  })
  return { ...result, status: 'published' }
}

interface Place {
  readonly client: OciClient
  readonly repository: string
  readonly tag: string
}

function placeOf(
  { credential, registry }: RegistryAccess,
  { name, folder, io }: { readonly name: string; readonly folder: PackedFolder; readonly io: Io },
): Place {
  const credentials: CredentialLookup = async () => credential && asOciCredential(credential)
  const client = ociClient({ registry: new URL(registry).host, credentials, signal: io.signal })
  return { client, repository: repositoryOfName(name), tag: tagOfVersion(folder.version) }
}

/**
 * Sends a published artifact again when the registry no longer has all its bytes.
 * @throws registry_damaged when they were lost and this machine compresses the same files to other bytes
 */
async function heal(folder: PackedFolder, digest: string, place: Place): Promise<'unchanged' | 'healed'> {
  const { repository } = place
  const lost = await lostParts(place, digest)
  if (lost.length === 0) return 'unchanged'
  if (digest !== folder.packed.manifestDigest) {
    throw new SkillsError(
      'registry_damaged',
      `The registry has lost ${lost.join(', ')} of ${displayText(repository)}:${place.tag}, and this machine packs the same files to other bytes`,
      { hint: 'publish it from the machine that published it first, or publish a new version' },
    )
  }
  await push(folder, place)
  return 'healed'
}

/** What a registry answers that lost a manifest, or a part of it. */
const LOST: readonly Code[] = ['source_not_found', 'registry_damaged', 'integrity_mismatch']

/** Digests of what the registry should have for the artifact, and has not. */
async function lostParts({ client, repository }: Place, digest: string): Promise<string[]> {
  const standing = await client.getManifest(repository, digest).catch((error: unknown) => {
    if (isSkillsError(error) && LOST.includes(error.code)) return undefined
    throw error
  })
  if (!standing) return [digest]
  const manifest = parseManifest(standing.bytes, repository)
  if (manifest.kind !== 'manifest') return []
  const lost: string[] = []
  for (const part of [manifest.config, ...manifest.layers]) {
    if ((await client.statBlob(repository, part.digest)) === undefined) lost.push(part.digest)
  }
  return lost
}

async function toRepository(
  folder: PackedFolder,
  to: string,
  { request, io }: { readonly request: PublishRequest; readonly io: Io },
): Promise<PublishResult> {
  const place = ociPlace(to)
  const { registry, repository, tag = tagOfVersion(folder.version) } = place
  const client = ociClient({ registry, credentials: ociCredentials(io.settings), signal: io.signal })
  const result = { ...resultOf(folder, `${registry}/${repository}`, registry), widened: [] }
  const standing = await client.headManifest(repository, tag)
  if (standing) {
    const digest = standing.digest ?? (await client.getManifest(repository, tag)).digest
    if (digest === folder.packed.manifestDigest) {
      const status = request.dryRun ? 'unchanged' : await heal(folder, digest, { client, repository, tag })
      return { ...result, status }
    }
    if (VERSION.test(tag.replace('_', '+'))) throw exists(`${registry}/${repository}:${tag}`, digest, folder)
  }
  if (request.dryRun) return { ...result, status: 'checked' }
  io.report(`pushing to ${displayText(`${registry}/${repository}:${tag}`)}`)
  await push(folder, { client, repository, tag })
  return { ...result, status: 'published' }
}

async function push({ packed }: PackedFolder, { client, repository, tag }: Place): Promise<void> {
  for (const { digest, bytes } of [packed.config, ...packed.layers]) {
    await client.pushBlob(repository, { digest, bytes })
  }
  await client.putManifest(repository, {
    reference: tag,
    bytes: packed.manifest,
    mediaType: packed.manifestType,
  })
}

function ociPlace(to: string): OciSpec {
  const spec = parseSpec(/^oci:/i.test(to) ? to : `oci://${to}`)
  if (spec.kind === 'oci' && spec.digest === undefined && spec.subdir === undefined) return spec
  throw new SkillsError('usage', `Not a repository to publish to: ${displayShort(to, 200)}`, {
    hint: 'write oci://host/repository or oci://host/repository:tag',
  })
}

function checkedScope(scope: string | undefined): string | undefined {
  const name = scope === undefined || scope.startsWith('@') ? scope : `@${scope}`
  if (name === undefined || SCOPE.test(name)) return name
  throw new SkillsError('usage', `Not a scope: ${displayShort(scope ?? '', 80)}`, {
    hint: 'write --scope @acme',
  })
}

async function onlyScope({ client }: RegistryAccess): Promise<string> {
  const { scopes, user } = await client.whoami()
  const own = scopes.filter(({ role }) => role !== 'reader')
  const [only] = own
  if (only && own.length === 1) return only.scope
  const names = own.map(({ scope }) => scope)
  throw new SkillsError(
    'usage',
    names.length === 0 ? `${displayText(user)} may publish to no scope` : 'More than one scope may be meant',
    {
      hint:
        names.length === 0
          ? 'ask for one, or name it with --scope'
          : `pass --scope with one of ${names.join(', ')}`,
    },
  )
}

/** Undefined when nothing of that name is published yet. */
async function publishedSkill({ client }: RegistryAccess, name: string): Promise<SkillDocument | undefined> {
  try {
    return await client.skill(name)
  } catch (error) {
    if (isSkillsError(error, 'skill_not_found') || isSkillsError(error, 'not_found')) return undefined
    throw error
  }
}

/** @throws capability_widened in a patch release */
async function wideningFrom(
  { version, request }: PackedFolder,
  document: SkillDocument | undefined,
  { client }: RegistryAccess,
): Promise<Widening | undefined> {
  if (!document) return undefined
  const { compare } = await import('semver')
  const [previous] = document.versions
    .filter((one) => compare(one.version, version) < 0 && one.yanked === undefined)
    .toSorted((a, b) => compare(b.version, a.version))
  if (!previous) return undefined
  const { capabilities, optionalCapabilities } = await client.version(document.name, previous.version)
  const widening = wideningOf(
    { version: previous.version, capabilities, ...(optionalCapabilities && { optionalCapabilities }) },
    { version, capabilities: request.requested, optionalCapabilities: request.optional },
  )
  if (widening?.verdict !== 'refuse') return widening
  throw new SkillsError(
    'capability_widened',
    `${version} is a patch of ${widening.previous}, but asks for more: ${widening.changes.map(describeChange).map(displayText).join('; ')}`,
    {
      hint: 'publish it as a minor version, or ask for no more',
      details: { previous: widening.previous, version },
    },
  )
}

function wideningWarning({ version, manifest }: PackedFolder, { previous, changes }: Widening): Diagnostic {
  return {
    severity: 'warning',
    code: 'capability_widened',
    file: manifest.contract === undefined ? 'SKILL.md' : 'skill.toml',
    message: `${version} asks for more than ${previous}: ${changes.map(describeChange).join('; ')}`,
    hint: 'whoever updates to it is asked first; say why in its text',
  }
}

function mayNot(name: string, registry: string): SkillsError {
  const scope = name.slice(0, name.indexOf('/'))
  return new SkillsError(
    'forbidden',
    `The token for ${displayText(registry)} may not publish ${displayText(name)}`,
    {
      hint: `"skills whoami" shows what it may; an owner of ${scope} can make you a maintainer, and the token needs publish:${scope}/*`,
    },
  )
}

function exists(what: string, digest: string, { packed }: PackedFolder): SkillsError {
  return new SkillsError('version_exists', `${displayText(what)} is published already, with other content`, {
    hint: 'give it a new version; what is published never changes',
    details: { expected: displayShort(digest, 100), actual: packed.manifestDigest },
  })
}

function resultOf(
  { version, packed, files, request, diagnostics }: PackedFolder,
  name: string,
  registry: string,
): Omit<PublishResult, 'status' | 'widened'> {
  return {
    name,
    version,
    digest: packed.manifestDigest,
    integrity: packed.integrity,
    registry,
    files: files.map(({ path, bytes }) => ({ path, bytes: bytes.length })),
    capabilities: request.requested,
    diagnostics,
  }
}
