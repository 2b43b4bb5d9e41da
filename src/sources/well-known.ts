// The source `well-known`: skills that a site lists below `/.well-known/`, each bound to the digest of its bytes.
// Never gives bytes that differ from the digest, never lets an index on the internet lead to a private address.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { sha256Digest, sha256Hex } from '../integrity/digest.ts'
import { readArchive } from '../platform/archive.ts'
import { download, type DownloadOptions } from '../platform/http.ts'
import { isPrivateHost } from '../platform/http-redirect.ts'
import { LIMITS } from '../platform/limits.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { cachedBytes, keepBytes } from './download-cache.ts'
import { memoryTree, withoutWrapper, type MemoryEntry } from './memory-tree.ts'
import type { Source, SourceIo, WellKnownResolution, WellKnownSpec } from './source.ts'
import {
  artifactProblem,
  indexUrls,
  parseIndex,
  type IndexEntry,
  type SiteIndex,
} from './well-known-index.ts'

const INDEX_BYTES = 8 * 1024 * 1024
const INDEX_MS = 10_000
const SIDE_BY_SIDE = 8

export const wellKnownSource: Source<'well-known'> = {
  /** @throws skill_ambiguous for a site without a skill, skill_not_found, index_invalid, integrity_mismatch */
  async resolve(spec, io) {
    const { index, entry } = await findEntry(spec, io)
    const digest = entry.digest ?? (await fetchFiles(index.url, entry, io)).digest
    return resolutionOf(index, entry, { spec, digest })
  },

  async open(resolution, io) {
    return memoryTree(
      resolution.type === 'files' ? await openFiles(resolution, io) : await openFile(resolution, io),
    )
  },

  async newest(spec, _current, io) {
    return wellKnownSource.resolve(spec, io)
  },

  async list(spec, io) {
    if (spec.skill !== undefined) return undefined
    const { entries } = await readSite(spec, io)
    return entries.map(({ name, description }) => ({ name, description, spec: { ...spec, skill: name } }))
  },
}

async function findEntry(
  spec: WellKnownSpec,
  io: SourceIo,
): Promise<{ readonly index: SiteIndex; readonly entry: IndexEntry }> {
  const index = await readSite(spec, io)
  const names = index.entries.map(({ name }) => name)
  if (spec.skill === undefined) {
    throw new SkillsError('skill_ambiguous', `${shown(spec.url)} lists ${names.length} skills`, {
      hint: `name one: ${shown(spec.url)}#skill:NAME`,
      details: { skills: names.slice(0, 100) },
    })
  }
  const entry = index.entries.find(({ name }) => name === spec.skill)
  if (entry) return { index, entry }
  const left = index.skipped.find(({ name }) => name === spec.skill)
  const reason = left ? `; its entry ${left.reason}` : ''
  throw new SkillsError(
    'skill_not_found',
    `${shown(index.url)} lists no usable skill "${displayShort(spec.skill, 80)}"${reason}`,
    { hint: 'add --list to see its skills', details: { skills: names.slice(0, 100) } },
  )
}

/** @throws source_not_found when no index stands at any of the known places */
async function readSite(spec: WellKnownSpec, io: SourceIo): Promise<SiteIndex> {
  if (io.offline) throw offline(spec.url)
  for (const url of indexUrls(spec.url)) {
    try {
      const { bytes } = await download(url, { ...common(io), maxBytes: INDEX_BYTES, deadlineMs: INDEX_MS })
      const index = parseIndex(bytes, url)
      for (const { name, reason } of index.skipped) {
        io.notice?.({
          code: 'index_entry_skipped',
          message: `left out ${name} of ${shown(url)}: it ${reason}`,
        })
      }
      return index
    } catch (error) {
      if (!isSkillsError(error, 'source_not_found')) throw error
    }
  }
  throw new SkillsError('source_not_found', `${shown(spec.url)} has no index of skills`, {
    hint: 'an index stands at /.well-known/agent-skills/index.json; for a repository add .git or write git+https://…',
  })
}

function resolutionOf(
  index: SiteIndex,
  { name, type, artifact }: IndexEntry,
  { spec, digest }: { readonly spec: WellKnownSpec; readonly digest: string },
): WellKnownResolution {
  const { subdir } = spec
  return {
    kind: 'well-known',
    url: index.url,
    skill: name,
    type,
    artifact,
    digest,
    ...(subdir !== undefined && { subdir }),
  }
}

async function openFile(resolution: WellKnownResolution, io: SourceIo): Promise<readonly MemoryEntry[]> {
  const { artifact, digest, type } = resolution
  let bytes = cachedBytes(digest, io.settings)
  let contentType: string | undefined
  if (!bytes) {
    if (io.offline) throw offline(artifact)
    const got = await download(artifact, guarded(resolution, io))
    assertDigest(artifact, digest, got.bytes)
    keepBytes(digest, got.bytes, io.settings)
    ;({ bytes, contentType } = got)
  }
  if (type === 'skill-md') return [{ path: 'SKILL.md', kind: 'file', bytes }]
  const name = new URL(artifact).pathname.replace(/^.*\//, '')
  return withoutWrapper(await readArchive(bytes, { name, ...(contentType !== undefined && { contentType }) }))
}

interface Files {
  /** Of the list: a line `<sha256>  <path>` for each file, sorted by path. */
  readonly digest: string
  readonly entries: readonly MemoryEntry[]
}

async function openFiles(resolution: WellKnownResolution, io: SourceIo): Promise<readonly MemoryEntry[]> {
  const known = recallFiles(resolution.digest, io)
  if (known) return known
  if (io.offline) throw offline(resolution.artifact)
  const { bytes } = await download(resolution.url, { ...common(io), maxBytes: INDEX_BYTES })
  const entry = parseIndex(bytes, resolution.url).entries.find(({ name }) => name === resolution.skill)
  if (!entry?.files) {
    throw new SkillsError(
      'source_not_found',
      `${shown(resolution.url)} lists "${resolution.skill}" no more`,
      {
        hint: 'ask the owner of the site, or remove the skill',
      },
    )
  }
  const files = await fetchFiles(resolution.url, entry, io)
  if (files.digest !== resolution.digest) throw changed(resolution.artifact, resolution.digest, files.digest)
  return files.entries
}

/** Downloads every file of an entry of the legacy form and keeps them. */
async function fetchFiles(index: string, { artifact, files = [] }: IndexEntry, io: SourceIo): Promise<Files> {
  let left = LIMITS.skillBytes
  const entries = await mapParallel(files, SIDE_BY_SIDE, async (path): Promise<MemoryEntry> => {
    const url = new URL(path.split('/').map(encodeURIComponent).join('/'), artifact).href
    const { bytes } = await download(url, guarded({ url: index, artifact: url }, io, left))
    left -= bytes.length
    if (left < 0) {
      throw new SkillsError(
        'limit_exceeded',
        `${shown(artifact)} is larger than ${LIMITS.skillBytes} bytes`,
        {
          details: { limit: LIMITS.skillBytes },
        },
      )
    }
    keepBytes(sha256Digest(bytes), bytes, io.settings)
    return { path, kind: 'file', bytes }
  })
  const list = Buffer.from(entries.map(({ path, bytes }) => `${sha256Hex(bytes)}  ${path}\n`).join(''))
  const digest = sha256Digest(list)
  keepBytes(digest, list, io.settings)
  return { digest, entries }
}

/** The files of a list that is in the cache with all that it names. */
function recallFiles(digest: string, { settings }: SourceIo): readonly MemoryEntry[] | undefined {
  const list = cachedBytes(digest, settings)?.toString('utf8')
  if (list === undefined) return undefined
  const entries: MemoryEntry[] = []
  for (const line of list.split('\n').filter(Boolean)) {
    const bytes = cachedBytes(`sha256:${line.slice(0, 64)}`, settings)
    if (!bytes) return undefined
    entries.push({ path: line.slice(66), kind: 'file', bytes })
  }
  return entries
}

function common(io: SourceIo): Pick<DownloadOptions, 'signal' | 'report'> {
  return { signal: io.signal, report: (message) => io.report(message) }
}

/** On the index's own host whatever that host is; elsewhere only public addresses, unless the index is private itself. */
function guarded(
  { url, artifact }: Pick<WellKnownResolution, 'url' | 'artifact'>,
  io: SourceIo,
  maxBytes: number = LIMITS.archiveBytes,
): DownloadOptions {
  const index = new URL(url)
  const problem = artifactProblem(new URL(artifact), index)
  if (problem !== undefined) {
    throw new SkillsError(
      'redirect_refused',
      `The index at ${shown(url)} names ${shown(artifact)}, which ${problem}`,
      {
        hint: 'ask the owner of the index',
      },
    )
  }
  const elsewhere = new URL(artifact).hostname !== index.hostname && !isPrivateHost(index.hostname)
  return { ...common(io), maxBytes: Math.max(1, maxBytes), ...(elsewhere && { publicOnly: true }) }
}

function assertDigest(url: string, wanted: string, bytes: Uint8Array): void {
  const actual = sha256Digest(bytes)
  if (actual !== wanted) throw changed(url, wanted, actual)
}

function changed(url: string, expected: string, actual: string): SkillsError {
  return new SkillsError('integrity_mismatch', `${shown(url)} is not what was asked for: it has ${actual}`, {
    hint: 'the index and its content disagree, or somebody changed the content; ask the owner of the site',
    details: { url: shown(url), expected: displayShort(expected, 100), actual },
  })
}

function offline(url: string): SkillsError {
  return new SkillsError('offline', `${shown(url)} is not in the cache and the network is off`, {
    hint: 'run the command again without --offline',
  })
}

function shown(url: string): string {
  return displayShort(redactUrl(url), 300)
}
