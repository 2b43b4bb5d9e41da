// Judges an artifact that is about to become a version: everything that can be judged without the database, so that no
// transaction waits for it. Writes nothing.
import { createHash } from 'node:crypto'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import { SkillsError } from '../../src/errors/error.ts'
import { isSha256Digest, sha256Digest, sha256Hex } from '../../src/integrity/digest.ts'
import { digestOfFiles, type SkillFile, sortByPath } from '../../src/integrity/tree.ts'
import { readManifest, type Manifest } from '../../src/manifest/manifest.ts'
import { capabilityRequest } from '../../src/manifest/request.ts'
import { INTEGRITY, SKILL_ARTIFACT, SKILL_CONFIG, SKILL_CONTENT } from '../../src/oci/media-types.ts'
import { readArchive } from '../../src/platform/archive.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import { displayShort } from '../../src/platform/text.ts'
import { nameOfRepository, ownVersion, versionOfTag } from '../../src/registry/names.ts'
import { findSecrets } from '../../src/registry/secrets.ts'
import { writeTarGz } from '../archives/tar-gz.ts'
import { assertReadableJson } from '../json-bounds.ts'
import { fingerprintOf, npmPackage } from './packages.ts'
import { assertReadable } from './readable.ts'

/** A manifest that is pushed by tag. */
export interface PushedManifest {
  /** `scope/name`. */
  readonly repository: string
  readonly tag: string
  readonly digest: string
  readonly bytes: Uint8Array
  /** The bytes of a blob of the repository, whole. */
  readonly readBlob: (digest: string) => Promise<Uint8Array>
}

/** A version that keeps all rules that need no comparison with others. */
export interface CheckedArtifact {
  /** `@scope/name`. */
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly integrity: string
  readonly manifest: Manifest
  readonly capabilities: Capabilities
  readonly optionalCapabilities: Capabilities
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[]
  readonly size: number
  readonly layer: string
  readonly source?: string
  readonly revision?: string
  readonly license?: string
  readonly archive: { readonly digest: string; readonly size: number }
  /** `sha512-…` of the npm package. */
  readonly packageIntegrity: string
  readonly fingerprint: string
}

/**
 * The version that a push makes; undefined when it makes none: another artifact type, or a tag that is no version.
 * @throws artifact_invalid, integrity_mismatch, link_unsafe, manifest_invalid, secret_found, name_invalid, and what
 * `readArchive` throws
 */
export async function checkArtifact(pushed: PushedManifest): Promise<CheckedArtifact | undefined> {
  const version = versionOfTag(pushed.tag)
  const document = parseJson(pushed.bytes)
  if (version === undefined || document?.artifactType !== SKILL_ARTIFACT) return undefined
  const name = nameOfRepository(pushed.repository)
  if (name === undefined) {
    throw new SkillsError('name_invalid', `No skill can have the name ${shown(pushed.repository)}`, {
      hint: 'publish to SCOPE/NAME, both of a-z, 0-9 and single hyphens',
    })
  }
  if (!isSha256Digest(pushed.digest)) {
    throw invalid('a version is named by the SHA-256 of its manifest, not by another digest')
  }
  const skill = name.slice(name.indexOf('/') + 1)
  const { layer, annotations } = await checkParts(document, { pushed, skill, version })
  const files = await filesOf(await pushed.readBlob(layer), skill)
  const integrity = digestOfFiles(files)
  if (annotations[INTEGRITY] !== integrity) {
    throw new SkillsError(
      'integrity_mismatch',
      `The files of ${name} are not those that its manifest names`,
      {
        hint: 'pack and publish it again',
        details: { expected: shown(annotations[INTEGRITY]), actual: integrity },
      },
    )
  }
  const checked = {
    ...judge({ name, skill, version }, files),
    digest: pushed.digest,
    integrity,
    layer,
    ...origin(annotations),
  }
  assertReadable(checked)
  return checked
}

type Judged = Omit<CheckedArtifact, 'digest' | 'integrity' | 'layer' | 'source' | 'revision'>

/** What the files themselves say. */
function judge(
  { name, skill, version }: { name: string; skill: string; version: string },
  files: readonly SkillFile[],
): Judged {
  const { manifest, diagnostics } = readManifest(files, { folder: skill, mode: 'tolerant' })
  const broken = diagnostics.find((finding) => finding.severity === 'error')
  if (!manifest) {
    const at = broken
      ? `${broken.file}${broken.line === undefined ? '' : `:${broken.line}`}: ${broken.message}`
      : ''
    throw new SkillsError('manifest_invalid', `${name} has no valid manifest: ${displayShort(at, 300)}`, {
      hint: 'run skills validate',
    })
  }
  if (manifest.name !== skill) {
    throw new SkillsError(
      'manifest_invalid',
      `SKILL.md: name: ${shown(manifest.name)} is published as ${skill}`,
      { hint: `publish it to a repository that ends in /${shown(manifest.name)}, or change its name` },
    )
  }
  const own = ownVersion(manifest)
  if (own !== undefined && own !== version) {
    throw new SkillsError(
      'manifest_invalid',
      `${manifest.contract?.version === undefined ? 'SKILL.md: metadata.version' : 'skill.toml: skill.version'}: ${shown(own)} is published as ${version}`,
      { hint: 'publish the version that the manifest names' },
    )
  }
  refuseSecrets(name, files)
  const { requested, optional } = capabilityRequest(manifest, files)
  const archive = writeTarGz(files, '')
  return {
    name,
    version,
    manifest,
    capabilities: requested,
    optionalCapabilities: optional,
    files: files.map(({ path, bytes }) => ({ path, size: bytes.length, sha256: sha256Hex(bytes) })),
    size: files.reduce((total, { bytes }) => total + bytes.length, 0),
    ...(manifest.skill.license === undefined ? {} : { license: manifest.skill.license }),
    archive: { digest: sha256Digest(archive), size: archive.length },
    packageIntegrity: `sha512-${createHash('sha512')
      .update(npmPackage({ name, version, description: manifest.description }, files))
      .digest('base64')}`,
    fingerprint: fingerprintOf(files),
  }
}

function refuseSecrets(name: string, files: readonly SkillFile[]): void {
  const [secret, ...more] = findSecrets(files)
  if (!secret) return
  const others = more.length === 0 ? '' : `, and ${more.length} more`
  throw new SkillsError(
    'secret_found',
    `${name} holds ${secret.message.replace(' stands in the file', '')} in ${shown(secret.file)}:${secret.line ?? 1}${others}`,
    {
      hint: secret.hint ?? 'remove it',
      details: {
        places: [secret, ...more].map(({ file, line }) => `${displayShort(file, 200)}:${line ?? 1}`),
      },
    },
  )
}

type Json = Readonly<Record<string, unknown>>

interface Expected {
  readonly pushed: PushedManifest
  readonly skill: string
  readonly version: string
}

/** Config and layer as the format has them, and agreeing with repository and tag. */
async function checkParts(
  document: Json,
  { pushed, skill, version }: Expected,
): Promise<{ layer: string; annotations: Json }> {
  const config = asObject(document.config)
  const layers = Array.isArray(document.layers) ? document.layers.map(asObject) : []
  const [layer] = layers
  if (config?.mediaType !== SKILL_CONFIG) throw invalid(`its config must be of the type ${SKILL_CONFIG}`)
  if (layers.length !== 1 || layer?.mediaType !== SKILL_CONTENT) {
    throw invalid(`it must have exactly one layer, of the type ${SKILL_CONTENT}`)
  }
  const [configDigest, layerDigest] = [config.digest, layer.digest]
  if (typeof configDigest !== 'string' || !isSha256Digest(configDigest))
    throw invalid('its config has no digest')
  if (typeof layerDigest !== 'string' || !isSha256Digest(layerDigest))
    throw invalid('its layer has no digest')
  if (typeof config.size === 'number' && config.size > LIMITS.manifestBytes)
    throw invalid('its config is too large')
  const described = await pushed.readBlob(configDigest)
  assertReadableJson(described, 'The config')
  const about = parseJson(described)
  if (!about) throw invalid('its config is not a JSON object')
  if (about.name !== skill) {
    throw invalid(`its config names ${shown(about.name)}, the repository ${skill}`)
  }
  if (about.version !== undefined && about.version !== version) {
    throw invalid(`its config has the version ${shown(about.version)}, the tag ${version}`)
  }
  return { layer: layerDigest, annotations: asObject(document.annotations) ?? {} }
}

/**
 * The files of the one folder `<skill>/` of a layer, sorted by path.
 * @throws link_unsafe for any link, artifact_invalid for anything outside the folder
 */
export async function filesOf(layer: Uint8Array, skill: string): Promise<SkillFile[]> {
  const entries = await readArchive(layer, { contentType: 'application/gzip' })
  const root = `${skill}/`
  const files = entries.map(({ path, kind, bytes }): SkillFile => {
    if (kind === 'link') {
      throw new SkillsError('link_unsafe', `The artifact holds a link: ${shown(path)}`, {
        hint: 'pack the skill again: links are packed as the files that they lead to',
      })
    }
    if (!path.startsWith(root)) throw invalid(`${shown(path)} is outside the folder ${root}`)
    return { path: path.slice(root.length), bytes }
  })
  const size = files.reduce((total, { bytes }) => total + bytes.length, 0)
  if (files.length > LIMITS.skillFiles || size > LIMITS.skillBytes) {
    throw new SkillsError('limit_exceeded', `The skill has ${files.length} files of ${size} bytes in all`, {
      details: { files: LIMITS.skillFiles, bytes: LIMITS.skillBytes },
    })
  }
  return sortByPath(files)
}

function origin(annotations: Json): { source?: string; revision?: string } {
  const source = annotations['org.opencontainers.image.source']
  const revision = annotations['org.opencontainers.image.revision']
  return {
    ...(typeof source === 'string' && /^https:\/\/[^\s<>"'@]{1,500}$/.test(source) ? { source } : {}),
    ...(typeof revision === 'string' && /^[0-9a-f]{40,64}$/.test(revision) ? { revision } : {}),
  }
}

function parseJson(bytes: Uint8Array): Json | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function invalid(problem: string): SkillsError {
  return new SkillsError(
    'artifact_invalid',
    `The artifact is not a skill as this registry takes it: ${problem}`,
    {
      hint: 'make it with skills pack or skills publish',
    },
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? displayShort(value, 100) : 'nothing that is text'
}
