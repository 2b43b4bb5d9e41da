// The source `archive`: a .tar.gz, .tgz, .tar, .zip or .skill, or a lone SKILL.md, at a URL or in a file, bound to the digest of its bytes.
// Never gives a tree of bytes that differ from the digest it was asked for, wherever they come from.
import { join, resolve as resolvePath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SkillsError } from '../errors/error.ts'
import { sha256Digest, sha256Hex } from '../integrity/digest.ts'
import { readArchive } from '../platform/archive.ts'
import type { Settings } from '../platform/env.ts'
import { readFileBounded, writeCacheFile } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { cachedBytes, isKept, keepBytes, tolerant } from './download-cache.ts'
import { memoryTree, withoutWrapper } from './memory-tree.ts'
import { isSkillFile } from './spec-url.ts'
import type { ArchiveResolution, ArchiveSpec, Source, SourceIo } from './source.ts'

/** Bytes that a resolution was made from, until it is opened or forgotten. */
const remembered = new WeakMap<ArchiveResolution, Buffer>()

export const archiveSource: Source<'archive'> = {
  /**
   * Gets the archive once; `open` of the same resolution asks no more.
   * @throws integrity_mismatch when the spec names another digest; offline, and the codes of `download`
   */
  async resolve(spec, io) {
    const known = spec.digest === undefined ? undefined : cachedBytes(spec.digest, io.settings)
    const got = known ? { bytes: known, etag: undefined } : await get(spec.url, undefined, io)
    if (!got) throw new SkillsError('fetch_failed', `Nothing came from ${shown(spec.url)}`)
    return resolutionOf(spec, got, io)
  },

  /** @throws integrity_mismatch when the address has other bytes by now; archive_invalid, archive_unsafe, limit_exceeded */
  async open(resolution, io) {
    const bytes =
      remembered.get(resolution) ??
      cachedBytes(resolution.digest, io.settings) ??
      (await reget(resolution, io))
    remembered.delete(resolution)
    const name = fileName(resolution.url)
    if (isSkillFile(name)) return memoryTree([{ path: 'SKILL.md', kind: 'file', bytes }])
    return memoryTree(withoutWrapper(await readArchive(bytes, { name })))
  },

  /** Asks with the ETag of the last answer where there is one, so that an unchanged archive is not sent again. */
  async newest(spec, current, io) {
    if (spec.digest !== undefined) return 'pinned'
    const etag = spec.url === current.url ? readEtag(current, io.settings) : undefined
    const got = await get(spec.url, etag, io)
    if (!got) return place(spec, current.digest)
    const resolution = place(spec, sha256Digest(got.bytes))
    remembered.set(resolution, got.bytes)
    return resolution
  },
}

interface Got {
  readonly bytes: Buffer
  readonly etag: string | undefined
}

/** The bytes at the address; undefined when they are still those of the ETag. */
async function get(url: string, etag: string | undefined, io: SourceIo): Promise<Got | undefined> {
  const file = localPath(url, io)
  if (file !== undefined) {
    const bytes = readFileBounded(file, LIMITS.archiveBytes)
    if (bytes) return { bytes, etag: undefined }
    throw new SkillsError('source_not_found', `There is no file ${displayShort(file, 300)}`, {
      hint: 'check the path; it starts from the project',
    })
  }
  if (io.offline) {
    throw new SkillsError('offline', `${shown(url)} is not in the cache and the network is off`, {
      hint: 'run the command again without --offline',
    })
  }
  const { downloadIfChanged } = await import('../platform/http.ts')
  return downloadIfChanged(url, etag, {
    signal: io.signal,
    maxBytes: LIMITS.archiveBytes,
    report: (message) => io.report(message),
  })
}

async function reget(resolution: ArchiveResolution, io: SourceIo): Promise<Buffer> {
  const got = await get(resolution.url, undefined, io)
  if (!got) throw new SkillsError('fetch_failed', `Nothing came from ${shown(resolution.url)}`)
  checkDigest(resolution.url, resolution.digest, got.bytes)
  // Whoever opens a locked address stores what is in it, so the bytes are not kept twice; a damaged copy is replaced.
  if (isKept(resolution.digest, io.settings)) keep(resolution, got, io)
  return got.bytes
}

function resolutionOf(spec: ArchiveSpec, got: Got, io: SourceIo): ArchiveResolution {
  if (spec.digest !== undefined) checkDigest(spec.url, spec.digest, got.bytes)
  const resolution = place(spec, spec.digest ?? sha256Digest(got.bytes))
  remembered.set(resolution, got.bytes)
  keep(resolution, got, io)
  return resolution
}

function place(spec: ArchiveSpec, digest: string): ArchiveResolution {
  const { url, subdir } = spec
  return { kind: 'archive', url, digest, ...(subdir === undefined ? {} : { subdir }) }
}

function checkDigest(url: string, wanted: string, bytes: Buffer): void {
  const actual = sha256Digest(bytes)
  if (actual === wanted) return
  throw new SkillsError(
    'integrity_mismatch',
    `${shown(url)} is not the archive that was asked for: it has ${actual}`,
    {
      hint: 'somebody changed the archive at this address; ask its owner why before you accept the new one',
      details: { url: shown(url), expected: displayShort(wanted, 100), actual },
    },
  )
}

/** The path of an archive that is a file on this machine; undefined for a URL. */
function localPath(url: string, io: SourceIo): string | undefined {
  if (/^file:/i.test(url)) return fileURLToPath(url)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(url)) return undefined
  const { home } = io.settings
  if (url.startsWith('~/') && home !== undefined) return join(home, url.slice(2))
  return resolvePath(io.root, url)
}

/** Keeps a download and its ETag. A cache that cannot be written only costs the next download. */
function keep(resolution: ArchiveResolution, got: Got, io: SourceIo): void {
  if (localPath(resolution.url, io) !== undefined || cachedBytes(resolution.digest, io.settings)) return
  tolerant(() => {
    keepBytes(resolution.digest, got.bytes, io.settings)
    if (got.etag === undefined || got.etag.length > 1024) return
    const note = JSON.stringify({ digest: resolution.digest, etag: got.etag })
    writeCacheFile(etagPath(resolution.url, io.settings), note, 0o600)
  })
}

/** The ETag that the current bytes came with. */
function readEtag(current: ArchiveResolution, settings: Settings): string | undefined {
  const bytes = tolerant(() => readFileBounded(etagPath(current.url, settings), 4096))
  try {
    const note = JSON.parse(bytes?.toString() ?? '{}') as { digest?: unknown; etag?: unknown }
    const valid =
      note.digest === current.digest && typeof note.etag === 'string' && /^[\x21-\x7e]+$/.test(note.etag)
    return valid ? (note.etag as string) : undefined
  } catch {
    return undefined
  }
}

function etagPath(url: string, settings: Settings): string {
  return join(settings.cacheDir, 'archives', `${sha256Hex(url)}.etag`)
}

function fileName(url: string): string {
  return redactUrl(url)
    .replace(/[?#].*$/, '')
    .replace(/^.*[/\\]/, '')
}

function shown(url: string): string {
  return displayShort(redactUrl(url), 300)
}
