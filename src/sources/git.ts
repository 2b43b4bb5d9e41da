// A git repository as a source: resolve fetches one commit into the cache, open reads it from there. A cache that a
// crash has spoilt is noticed, thrown away and fetched again.
import { SkillsError, isSkillsError } from '../errors/error.ts'
import { displayShort, displayText, redactUrl } from '../platform/text.ts'
import { BrokenCache, dropCache, hasCommit } from './git-cache.ts'
import { fetchCommit, fetchObjects, gitRepo, type GitRepo } from './git-fetch.ts'
import { newestGit, resolveGit } from './git-resolve.ts'
import { listTree, readObjects, type GitEntry } from './git-tree.ts'
import type { GitResolution, Source, SourceIo, SourceTree } from './source.ts'
import { checkedRef, isCommitId } from './spec-fragment.ts'

export const gitSource: Source<'git'> = {
  resolve: resolveGit,
  open: openGit,
  newest: (spec, _current, io) => newestGit(spec, io),
}

async function openGit(resolution: GitResolution, io: SourceIo): Promise<SourceTree> {
  if (!isCommitId(resolution.commit)) {
    throw new SkillsError('ref_invalid', `Not the id of a commit: ${displayShort(resolution.commit, 100)}`)
  }
  if (resolution.ref !== undefined) checkedRef(resolution.ref)
  const closed = new AbortController()
  const own: SourceIo = { ...io, signal: AbortSignal.any([io.signal, closed.signal]) }
  const repo = gitRepo(resolution.url, own)
  const entries = await healing(repo, resolution, () => listTree(repo, resolution.commit))
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  /** Absent in the list, brought since. */
  const present = new Set<string>()
  const likely = likelyObjects(entries, resolution, io)
  return {
    entries,
    read: async (paths) => {
      const wanted = paths.map((path) => entryAt(byPath, path))
      return healing(repo, resolution, () => readEntries(repo, resolution, { wanted, present, likely }))
    },
    close: () => closed.abort(),
  }
}

/** Does something with the cache; when that is broken, builds it anew and does it once more. */
async function healing<T>(repo: GitRepo, resolution: GitResolution, act: () => Promise<T>): Promise<T> {
  try {
    await bring(repo, resolution)
    return await act()
  } catch (error) {
    if (!(error instanceof BrokenCache)) throw error
    if (!repo.io.offline) dropCache(repo.cache)
  }
  try {
    await bring(repo, resolution)
    return await act()
  } catch (error) {
    if (!(error instanceof BrokenCache)) throw error
    const where = displayShort(redactUrl(repo.url), 200)
    throw repo.io.offline
      ? new SkillsError('offline', `The cache of ${where} is damaged, and the network is off`, {
          hint: 'run the command without --offline once',
        })
      : new SkillsError('fetch_failed', `git cannot read what it fetched from ${where}: ${error.message}`)
  }
}

/** Makes sure that the commit is in the cache. */
async function bring(repo: GitRepo, { commit, ref }: GitResolution): Promise<void> {
  if (hasCommit(repo.cache, commit)) return
  try {
    await fetchCommit(repo, commit)
  } catch (error) {
    // Some servers give only what a name leads to; then the name must still lead here.
    if (!isSkillsError(error, 'ref_not_found') || ref === undefined) throw error
    const found = await fetchCommit(repo, ref).catch(() => undefined)
    if (found?.commit !== commit) throw error
  }
}

function entryAt(byPath: ReadonlyMap<string, GitEntry>, path: string): GitEntry {
  const entry = byPath.get(path)
  if (entry && entry.kind !== 'submodule') return entry
  throw new SkillsError('internal', `Not a file of the repository: ${displayText(path)}`)
}

/** Absent files of the folders that will be read next; one request for all is cheaper than two. */
function likelyObjects(
  entries: readonly GitEntry[],
  { subdir }: GitResolution,
  { likely = [] }: SourceIo,
): string[] {
  if (likely === 'all') return entries.filter(({ absent }) => absent).map(({ object }) => object)
  const names = new Set(likely)
  const inside = (path: string) =>
    (subdir !== undefined && path.startsWith(`${subdir}/`)) ||
    path
      .split('/')
      .slice(0, -1)
      .some((part) => names.has(part))
  return entries.filter(({ absent, path }) => absent && inside(path)).map(({ object }) => object)
}

interface Reading {
  readonly wanted: readonly GitEntry[]
  /** Objects that were absent when the tree was listed and have been fetched since. */
  readonly present: Set<string>
  readonly likely: readonly string[]
}

/** Files that the first fetch left on the server come in one further request. */
async function readEntries(
  repo: GitRepo,
  resolution: GitResolution,
  { wanted, present, likely }: Reading,
): Promise<Uint8Array[]> {
  const ids = [...new Set(wanted.map((entry) => entry.object))]
  const objects = new Map<string, Uint8Array>()
  const take = async (some: readonly string[]): Promise<string[]> => {
    const found = await readObjects(repo, some)
    for (const [index, bytes] of found.entries()) if (bytes) objects.set(some[index] as string, bytes)
    return some.filter((_, index) => found[index] === undefined)
  }
  // What the list showed as absent needs no look into the cache first.
  let missing = [...new Set(wanted.filter(({ absent }) => absent).map(({ object }) => object))]
  missing = missing.some((id) => !present.has(id))
    ? missing.filter((id) => !present.has(id))
    : await take(ids)
  if (missing.length > 0) {
    missing = [...new Set([...missing, ...likely.filter((id) => !present.has(id))])]
    repo.io.report(`fetching ${missing.length} more ${missing.length === 1 ? 'file' : 'files'}`)
    await fetchMissing(repo, resolution, missing)
    for (const id of missing) present.add(id)
    missing = await take(ids)
  }
  if (missing.length > 0) throw new BrokenCache(`${missing.length} objects are missing`)
  return wanted.map((entry) => objects.get(entry.object) as Uint8Array)
}

/** By object id; from a server that refuses ids, the whole commit. */
async function fetchMissing(repo: GitRepo, resolution: GitResolution, ids: readonly string[]): Promise<void> {
  try {
    await fetchObjects(repo, ids)
  } catch (error) {
    if (!isSkillsError(error, 'ref_not_found')) throw error
    dropCache(repo.cache)
    await fetchCommit(repo, resolution.ref ?? resolution.commit, { filter: false })
  }
}
