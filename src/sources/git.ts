// A git repository as a source: resolve fetches one commit into the cache, open reads it from there. A cache that a
// crash has spoilt is noticed, thrown away and fetched again.
import { SkillsError, isSkillsError } from '../errors/error.ts'
import { displayShort, displayText, redactUrl } from '../platform/text.ts'
import { BrokenCache, dropCache, hasCommit } from './git-cache.ts'
import { fetchCommit, fetchObjects, gitRepo, type GitRepo } from './git-fetch.ts'
import { newestGit, resolveGit } from './git-resolve.ts'
import { listTree, readObjects, type GitEntry, type GitTree } from './git-tree.ts'
import type { GitResolution, Source, SourceIo, SourceTree } from './source.ts'
import { checkedRef, isCommitId } from './spec-fragment.ts'

/** A list of more likely files is read when it is asked for. */
const KEPT_FILES = 200

export const gitSource: Source<'git'> = {
  resolve: resolveGit,
  open: openGit,
  newest: newestGit,
}

async function openGit(resolution: GitResolution, io: SourceIo): Promise<SourceTree> {
  if (!isCommitId(resolution.commit)) {
    throw new SkillsError('ref_invalid', `Not the id of a commit: ${displayShort(resolution.commit, 100)}`)
  }
  if (resolution.ref !== undefined) checkedRef(resolution.ref)
  const closed = new AbortController()
  const own: SourceIo = { ...io, signal: AbortSignal.any([io.signal, closed.signal]) }
  const repo = gitRepo(resolution.url, own)
  const tree = await healing(repo, resolution, () => listTree(repo, resolution.commit))
  const { entries } = tree
  const proof: Proof = { tree, done: false }
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  /** Absent in the list, brought since. */
  const present = new Set<string>()
  const ahead = { likely: likelyEntries(entries, resolution, io), kept: new Map<string, Uint8Array>() }
  return {
    entries,
    read: async (paths) => {
      const wanted = paths.map((path) => entryAt(byPath, path))
      return healing(repo, resolution, () => readEntries(repo, resolution, { wanted, present, ahead, proof }))
    },
    close: () => {
      closed.abort()
      ahead.kept.clear()
    },
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

/** Files of the folders that will be read next; one request for all is cheaper than two. */
function likelyEntries(
  entries: readonly GitEntry[],
  { subdir }: GitResolution,
  { likely = [] }: SourceIo,
): readonly GitEntry[] {
  const files = entries.filter(({ kind }) => kind !== 'submodule')
  if (likely === 'all') return files
  const names = new Set(likely)
  const inside = (path: string) =>
    (subdir !== undefined && path.startsWith(`${subdir}/`)) ||
    path
      .split('/')
      .slice(0, -1)
      .some((part) => names.has(part))
  return files.filter(({ path }) => inside(path))
}

/** Every tree that was opened is proved once, with the first files that are read of it. */
interface Proof {
  readonly tree: GitTree
  done: boolean
}

interface Reading {
  readonly proof: Proof
  readonly wanted: readonly GitEntry[]
  /** Objects that were absent when the tree was listed and have been fetched since. */
  readonly present: Set<string>
  readonly ahead: Ahead
}

interface Ahead {
  readonly likely: readonly GitEntry[]
  /** Content of likely files that was read together with other files. */
  readonly kept: Map<string, Uint8Array>
}

/** Files that the first fetch left on the server come in one further request. */
async function readEntries(
  repo: GitRepo,
  resolution: GitResolution,
  { wanted, present, ahead, proof }: Reading,
): Promise<Uint8Array[]> {
  if (wanted.length === 0) return []
  const { likely, kept } = ahead
  const objects = new Map(kept)
  const absentOf = (some: readonly GitEntry[]) =>
    some.filter(({ absent, object }) => absent && !present.has(object)).map(({ object }) => object)
  // What the list showed as absent needs no look into the cache first.
  const fetched = async (some: readonly string[]): Promise<void> => {
    const ids = [...new Set([...some, ...absentOf(likely)])]
    repo.io.report(`fetching ${ids.length} more ${ids.length === 1 ? 'file' : 'files'}`)
    await fetchMissing(repo, resolution, ids)
    for (const id of ids) present.add(id)
  }
  const absent = absentOf(wanted)
  if (absent.length > 0) await fetched(absent)
  const missing = await readInto(objects, repo, { entries: [...wanted, ...soon(ahead)], proof })
  const gone = wanted.filter(({ object }) => missing.has(object)).map(({ object }) => object)
  if (gone.length > 0) {
    await fetched(gone)
    const still = await readInto(objects, repo, { entries: wanted, proof })
    if (still.size > 0) throw new BrokenCache(`${still.size} objects are missing`)
  }
  if (kept.size === 0) {
    for (const { object } of soon(ahead)) {
      const bytes = objects.get(object)
      if (bytes) kept.set(object, bytes)
    }
  }
  return wanted.map((entry) => objects.get(entry.object) as Uint8Array)
}

/** What is worth being kept in memory until it is asked for: the files of a skill or two. */
function soon({ likely, kept }: Ahead): readonly GitEntry[] {
  return kept.size === 0 && likely.length <= KEPT_FILES ? likely : []
}

/** Reads what is not there yet, and gives the ids that the cache does not have. */
async function readInto(
  objects: Map<string, Uint8Array>,
  repo: GitRepo,
  { entries, proof }: { readonly entries: readonly GitEntry[]; readonly proof: Proof },
): Promise<Set<string>> {
  const ids = [...new Set(entries.map(({ object }) => object))].filter((id) => !objects.has(id))
  const found = await readObjects(repo, ids, proof.done ? undefined : proof.tree)
  proof.done ||= ids.length > 0
  for (const [index, bytes] of found.entries()) if (bytes) objects.set(ids[index] as string, bytes)
  return new Set(ids.filter((_, index) => found[index] === undefined))
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
