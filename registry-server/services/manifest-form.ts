// What a manifest must be to be stored, and what it refers to. Pure.
import { isDigest } from '../../src/oci/digest.ts'
import { listedAnnotations } from '../db/listed-annotations.ts'
import { ociError } from '../problem.ts'

const IMAGE = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const INDEX = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
/** Layers that a registry need not have. */
const ELSEWHERE = /nondistributable|\.foreign\./

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface ReadManifest {
  readonly mediaType: string
  /** As it stands in the manifest. */
  readonly artifactType: string | undefined
  /** As referrers show it: for an image without one the media type of its config. */
  readonly shownType: string | undefined
  readonly subject: string | undefined
  readonly parts: readonly (Descriptor & { readonly kind: 'blob' | 'manifest'; readonly optional: boolean })[]
  /** JSON, of those that are text, as far as lists show them. */
  readonly annotations: string | undefined
}

/** Reads the bytes of a manifest sent with a content type. @throws MANIFEST_INVALID, DIGEST_INVALID */
export function readManifestForm(bytes: Uint8Array, contentType: string | undefined): ReadManifest {
  const json = parse(bytes)
  const declared = optionalText(json, 'mediaType')
  const sent = contentType?.split(';')[0]?.trim().toLowerCase()
  const mediaType = sent !== undefined && sent !== '' && sent !== 'application/json' ? sent : declared
  if (mediaType === undefined) throw invalid('The manifest has no media type')
  if (declared !== undefined && declared !== mediaType) {
    throw invalid('The Content-Type is not the mediaType of the manifest')
  }
  if (json.schemaVersion !== 2) throw invalid('schemaVersion is not 2')
  const artifactType = optionalText(json, 'artifactType') || undefined
  const subject = json.subject === undefined ? undefined : descriptor(json.subject, 'subject').digest
  const base = { mediaType, artifactType, subject, annotations: listedAnnotations(json) }
  if (IMAGE.includes(mediaType)) {
    const config = descriptor(json.config, 'config')
    const layers = list(json.layers, 'layers').map((layer, index) => descriptor(layer, `layers[${index}]`))
    return {
      ...base,
      shownType: artifactType ?? config.mediaType,
      parts: [config, ...layers].map((part) => ({
        ...part,
        kind: 'blob',
        optional: ELSEWHERE.test(part.mediaType),
      })),
    }
  }
  if (INDEX.includes(mediaType)) {
    const children = list(json.manifests, 'manifests')
    return {
      ...base,
      shownType: artifactType,
      parts: children.map((child, index) => ({
        ...descriptor(child, `manifests[${index}]`),
        kind: 'manifest',
        optional: false,
      })),
    }
  }
  throw invalid('The media type is none of an image manifest or index')
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw invalid('The manifest is not JSON')
  }
  if (!isObject(value)) throw invalid('The manifest is not an object')
  return value
}

function descriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw invalid(`${where} is not a descriptor`)
  const { mediaType, digest, size } = value
  if (typeof mediaType !== 'string' || mediaType === '') throw invalid(`${where}.mediaType is missing`)
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw ociError('DIGEST_INVALID', `${where}.digest is not a digest that is supported`)
  }
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(`${where}.size is not a size`)
  return { mediaType, digest, size: size as number }
}

function list(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`)
  if (value.length > 4096) throw invalid(`${where} is longer than 4096`)
  return value
}

function optionalText(json: Record<string, unknown>, field: string): string | undefined {
  const value = json[field]
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${field} is not text`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string): Error {
  return ociError('MANIFEST_INVALID', message)
}
