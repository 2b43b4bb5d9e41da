// What an untrusted manifest or index says, taken apart: descriptors with well-formed digests and bounded sizes.
// Never follows a URL that stands in one, never believes a size without bounds.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { isDigest } from './digest.ts'
import { DOCKER_LIST, MANIFEST_TYPES, OCI_INDEX, OCI_MANIFEST } from './media-types.ts'

/** The largest manifest or index that is read, as registries have it. */
export const MANIFEST_BYTES: number = 4 * 1024 * 1024

/** One content that a manifest or index points to. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly artifactType?: string
  readonly annotations: Readonly<Record<string, string>>
  readonly platform?: { readonly os: string; readonly architecture: string }
}

/** An image manifest: one artifact. */
export interface ImageManifest {
  readonly kind: 'manifest'
  readonly mediaType: string
  readonly artifactType: string | undefined
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly subject: Descriptor | undefined
  readonly annotations: Readonly<Record<string, string>>
}

/** An image index: a list of manifests. */
export interface ImageIndex {
  readonly kind: 'index'
  readonly mediaType: string
  readonly artifactType: string | undefined
  readonly manifests: readonly Descriptor[]
  readonly subject: Descriptor | undefined
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * Reads a manifest or index of OCI or of Docker's schema 2.
 * @param what for messages: `ghcr.io/o/r:1.0.0`
 * @throws artifact_invalid
 */
export function parseManifest(bytes: Uint8Array, what: string): ImageManifest | ImageIndex {
  const bad = (problem: string): SkillsError => artifactInvalid(what, problem)
  if (bytes.length > MANIFEST_BYTES) throw bad('its manifest is larger than 4 MiB')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw bad('its manifest is not JSON')
  }
  if (!isRecord(value) || value.schemaVersion !== 2) throw bad('its manifest is not of schema version 2')
  const mediaType = textOf(value.mediaType)
  if (mediaType !== undefined && !MANIFEST_TYPES.includes(mediaType)) {
    throw bad(`its manifest has the unknown media type ${displayShort(mediaType, 100)}`)
  }
  const asIndex = Array.isArray(value.manifests)
  const said = mediaType === OCI_INDEX || mediaType === DOCKER_LIST
  // A text that is both would be read differently by different readers.
  if (asIndex === Array.isArray(value.layers) || (mediaType !== undefined && said !== asIndex)) {
    throw bad('its manifest is neither an image manifest nor an index')
  }
  const shared = {
    artifactType: textOf(value.artifactType),
    subject: value.subject === undefined ? undefined : readDescriptor(value.subject, 'subject', bad),
    annotations: readAnnotations(value.annotations, bad),
  }
  const list = (field: 'layers' | 'manifests'): Descriptor[] =>
    (value[field] as unknown[]).map((item, index) => readDescriptor(item, `${field}[${index}]`, bad))
  if (asIndex)
    return { kind: 'index', mediaType: mediaType ?? OCI_INDEX, ...shared, manifests: list('manifests') }
  const config = readDescriptor(value.config, 'config', bad)
  return { kind: 'manifest', mediaType: mediaType ?? OCI_MANIFEST, ...shared, config, layers: list('layers') }
}

/** What kind of artifact it is: `artifactType`, or where that is missing the media type of its config. */
export function artifactTypeOf(manifest: ImageManifest): string {
  return manifest.artifactType ?? manifest.config.mediaType
}

/** The refusal of an artifact that cannot be read. `problem` is a clause: `its manifest is not JSON`. */
export function artifactInvalid(what: string, problem: string, hint?: string): SkillsError {
  return new SkillsError('artifact_invalid', `${displayShort(what, 300)} is not usable: ${problem}`, {
    hint: hint ?? 'check the reference; skills inside OCI artifacts are tar layers or files with a title',
    details: { artifact: displayShort(what, 300), problem: displayShort(problem, 300) },
  })
}

function readDescriptor(value: unknown, field: string, bad: (problem: string) => SkillsError): Descriptor {
  if (!isRecord(value)) throw bad(`${field} of its manifest is not a descriptor`)
  const { mediaType, digest, size, platform } = value
  if (typeof mediaType !== 'string' || mediaType.length > 255)
    throw bad(`${field} of its manifest has no media type`)
  if (typeof digest !== 'string' || !isDigest(digest))
    throw bad(`${field} of its manifest has no valid digest`)
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    throw bad(`${field} of its manifest has no valid size`)
  const artifactType = textOf(value.artifactType)
  const os = isRecord(platform) ? textOf(platform.os) : undefined
  return {
    mediaType,
    digest,
    size: size as number,
    annotations: readAnnotations(value.annotations, bad),
    ...(artifactType !== undefined && { artifactType }),
    ...(isRecord(platform) && {
      platform: { os: os ?? '', architecture: textOf(platform.architecture) ?? '' },
    }),
  }
}

function readAnnotations(
  value: unknown,
  bad: (problem: string) => SkillsError,
): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw bad('its annotations are not an object')
  const entries = Object.entries(value)
  if (entries.some(([, text]) => typeof text !== 'string')) throw bad('one of its annotations is not text')
  // From entries, so that a key `__proto__` is a key like any other.
  return Object.fromEntries(entries as [string, string][])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
