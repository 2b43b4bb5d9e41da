// What a layer of an artifact is: the skill's content, a file with a title, or company that packers put beside it (cards,
// provenance, signatures). The bytes decide what it is; the media type decides which of several archives counts.
import * as zlib from 'node:zlib'
import type { Buffer } from 'node:buffer'
import { SkillsError } from '../errors/error.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayShort } from '../platform/text.ts'
import { artifactInvalid, type Descriptor } from './manifest.ts'
import { TITLE } from './media-types.ts'

/** A layer and its bytes. */
export interface Layer {
  readonly descriptor: Descriptor
  readonly bytes: Buffer
}

/**
 * `content` an archive whose media type says that it is a skill · `archive` one that is called an archive, as image layers
 * are · `unnamed` one that nothing calls so · `file` a file with a title · `company` anything else.
 */
export type LayerKind = 'content' | 'archive' | 'unnamed' | 'file' | 'company'

export interface KnownLayer extends Layer {
  readonly kind: LayerKind
  /** Without zstd; gzip is left to the reader of archives. */
  readonly plain: Buffer
}

const ARCHIVE_TYPE =
  /[.+](?:tar(?:[.+](?:gzip|gz|zstd))?|zip)$|^application\/(?:x-)?(?:zip|zip-compressed|gzip|tar)$/i
const ARCHIVE_NAME = /\.(?:tar\.gz|tgz|tar|zip|skill)$/i
const CONTENT_TYPE =
  /^application\/vnd\.[a-z0-9.-]*(?:skills?\.(?:content|bundle|package)|flux\.content)\.v\d/i

/** True when a media type names the content of a skill, in the form of any packer. */
export function isContentType(mediaType: string): boolean {
  return CONTENT_TYPE.test(mediaType)
}

/** @throws artifact_invalid for a layer that is called an archive and is none, limit_exceeded */
export function knownLayer(layer: Layer, what: string): KnownLayer {
  const { descriptor, bytes } = layer
  const title = descriptor.annotations[TITLE]
  const plain = plainBytes(bytes, what)
  const called = ARCHIVE_TYPE.test(descriptor.mediaType) || isContentType(descriptor.mediaType)
  const saysArchive = called || (title !== undefined && ARCHIVE_NAME.test(title))
  const kind = (): LayerKind => {
    // Old tools call every file a tar, and some call a tar anything; but a file with a title that is not called an archive
    // is a file even if it is one.
    if (looksLikeArchive(plain) && (saysArchive || title === undefined)) {
      if (isContentType(descriptor.mediaType)) return 'content'
      return saysArchive ? 'archive' : 'unnamed'
    }
    if (title !== undefined) return 'file'
    if (!called) return 'company'
    throw artifactInvalid(
      what,
      `a layer of type ${displayShort(descriptor.mediaType, 100)} is neither a tar nor a zip`,
    )
  }
  return { ...layer, kind: kind(), plain }
}

function plainBytes(bytes: Buffer, what: string): Buffer {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== 0xfd2fb528) return bytes
  // Node has it from 22.15.
  const { zstdDecompressSync } = zlib as unknown as {
    zstdDecompressSync?: (bytes: Buffer, options: object) => Buffer
  }
  if (!zstdDecompressSync) {
    throw artifactInvalid(
      what,
      'it is compressed with zstd, which this Node cannot read',
      'use Node 22.15 or later',
    )
  }
  const most = Math.min(LIMITS.unpackedBytes, Math.max(LIMITS.ratioFloor, bytes.length * LIMITS.unpackRatio))
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: most })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} unpacks to more than ${most} bytes`)
    }
    throw artifactInvalid(what, 'its zstd data is damaged')
  }
}

function looksLikeArchive(bytes: Buffer): boolean {
  if (bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) return true
  const magic = bytes.toString('latin1', 0, 4)
  if (magic === 'PK\x03\x04' || magic === 'PK\x05\x06') return true
  return bytes.toString('latin1', 257, 262) === 'ustar' || isEmptyTar(bytes)
}

/** The end mark alone, plain or compressed: what tools write for "nothing". */
export function isEmptyTar(bytes: Buffer): boolean {
  if (bytes.length > 16 * 1024) return false
  let plain = bytes
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      plain = zlib.gunzipSync(bytes, { maxOutputLength: 64 * 1024 })
    } catch {
      return false
    }
  }
  return plain.length >= 1024 && plain.length % 512 === 0 && plain.every((byte) => byte === 0)
}
