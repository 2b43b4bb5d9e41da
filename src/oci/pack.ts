// Packs one skill as an OCI artifact in the form of the Agent Skills OCI draft. The same files and words give the same
// bytes. Never reads a clock; never packs a link, an unsafe name, or a tree without SKILL.md.
import { gzipSync } from 'node:zlib'
import { SkillsError } from '../errors/error.ts'
import { sha256Digest } from '../integrity/digest.ts'
import { digestOfFiles, type SkillFile } from '../integrity/tree.ts'
import { LIMITS } from '../platform/limits.ts'
import { assertSafePath, pathCollision } from '../platform/path-name.ts'
import { displayShort, displayText } from '../platform/text.ts'
import {
  INTEGRITY,
  OCI_MANIFEST,
  SKILL_ARTIFACT,
  SKILL_CONFIG,
  SKILL_CONTENT,
  SKILL_NAME,
  TITLE,
} from './media-types.ts'
import { writeTar } from './tar-writer.ts'

/** What the artifact says of the skill. */
export interface PackMeta {
  readonly name: string
  /** A semantic version. */
  readonly version: string
  readonly description: string
  readonly license?: string
  readonly compatibility?: string
  readonly allowedTools?: readonly string[]
  readonly metadata?: Readonly<Record<string, string>>
  /** Address of the repository that it was made from, and the commit. */
  readonly source?: string
  readonly revision?: string
  /** When it was made, as the caller knows it (SOURCE_DATE_EPOCH, the commit's date); left out when unknown. */
  readonly created?: Date
}

/** Content as it is stored in a registry. */
export interface PackedBlob {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
}

export interface Packed {
  readonly manifest: Buffer
  readonly manifestType: string
  /** `sha256:<hex>` */
  readonly manifestDigest: string
  readonly config: PackedBlob
  /** Exactly one. */
  readonly layers: readonly PackedBlob[]
  /** `h1:…` of the files. */
  readonly integrity: string
}

/**
 * The artifact `application/vnd.agentskills.skill.v1` of the files.
 * @throws manifest_invalid, name_invalid, path_unsafe, limit_exceeded
 */
export function packSkill(files: readonly SkillFile[], meta: PackMeta): Packed {
  checkFiles(files, meta)
  const integrity = digestOfFiles(files)
  const config = blobOf(SKILL_CONFIG, Buffer.from(JSON.stringify(configOf(meta))))
  const layer = blobOf(SKILL_CONTENT, gzip(writeTar(meta.name, files)))
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: SKILL_ARTIFACT,
      config: descriptorOf(config),
      // Without a title `oras pull` passes the layer over, and says that it is done.
      layers: [{ ...descriptorOf(layer), annotations: { [TITLE]: `${meta.name}-${meta.version}.tar.gz` } }],
      annotations: annotationsOf(meta, integrity),
    }),
  )
  return {
    manifest,
    manifestType: OCI_MANIFEST,
    manifestDigest: sha256Digest(manifest),
    config,
    layers: [layer],
    integrity,
  }
}

function checkFiles(files: readonly SkillFile[], { name }: PackMeta): void {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(name)) {
    throw new SkillsError(
      'name_invalid',
      `A skill cannot be published by the name ${displayShort(name, 100)}`,
      {
        hint: 'use 1 to 64 of a-z, 0-9 and hyphens, with a letter or digit at both ends',
      },
    )
  }
  if (!files.some(({ path }) => path === 'SKILL.md')) {
    throw new SkillsError('manifest_invalid', `The skill ${name} has no SKILL.md`)
  }
  for (const { path } of files) assertSafePath(path, `skill ${name}`)
  const pair = pathCollision(files.map(({ path }) => path))
  if (pair) {
    const [a, b] = pair.map(displayText)
    throw new SkillsError('path_unsafe', `Two names in skill ${name} are one on some systems: ${a} and ${b}`)
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  if (files.length <= LIMITS.skillFiles && bytes <= LIMITS.skillBytes) return
  throw new SkillsError('limit_exceeded', `The skill ${name} has ${files.length} files of ${bytes} bytes`, {
    details: { files: files.length, bytes, limitFiles: LIMITS.skillFiles, limitBytes: LIMITS.skillBytes },
  })
}

function configOf(meta: PackMeta): object {
  const { name, version, description, license, compatibility, allowedTools = [], metadata = {} } = meta
  const keys = Object.keys(metadata).sort()
  return {
    schemaVersion: '1',
    name,
    version,
    description,
    ...(license !== undefined && { license }),
    ...(compatibility !== undefined && { compatibility }),
    ...(allowedTools.length > 0 && { allowedTools }),
    ...(keys.length > 0 && { metadata: Object.fromEntries(keys.map((key) => [key, metadata[key]])) }),
  }
}

/** Sorted by key, so that no caller's order gets into the bytes. */
function annotationsOf(meta: PackMeta, integrity: string): Record<string, string> {
  const image = (key: string, value: string | undefined): [string, string | undefined] => [
    `org.opencontainers.image.${key}`,
    value,
  ]
  const all: (readonly [string, string | undefined])[] = [
    [INTEGRITY, integrity],
    ['io.agentskills.skill.compatibility', meta.compatibility],
    [SKILL_NAME, meta.name],
    image('created', meta.created?.toISOString().replace(/\.\d{3}Z$/, 'Z')),
    image('description', meta.description),
    image('licenses', meta.license),
    image('revision', meta.revision),
    image('source', meta.source),
    [TITLE, meta.name],
    image('version', meta.version),
  ]
  const present = all.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '')
  return Object.fromEntries(present.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Node writes the system it runs on into byte 9; "unknown" is the same everywhere. */
function gzip(tar: Buffer): Buffer {
  const bytes = gzipSync(tar, { level: 9, memLevel: 9 })
  bytes[9] = 0xff
  return bytes
}

function blobOf(mediaType: string, bytes: Buffer): PackedBlob {
  return { mediaType, digest: sha256Digest(bytes), bytes }
}

function descriptorOf({ mediaType, digest, bytes }: PackedBlob): object {
  return { mediaType, digest, size: bytes.length }
}
