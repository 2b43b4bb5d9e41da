// Bare repositories under the cache, one for each URL: a pool of objects, and one ref for each commit that is whole.
// Safe under parallel processes and kill -9: every fetch has a git directory of its own, whose packs move into the pool
// by rename, so git never takes a lock in the pool and never leaves one.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../integrity/digest.ts'
import {
  errnoOf,
  isMissing,
  removeAbandoned,
  removeTree,
  temporaryName,
  toFsError,
  makeFolders,
} from '../platform/fs.ts'
import type { Settings } from '../platform/env.ts'

/** Commits that a fetch tells the server of, so that it sends only what is new. */
const KNOWN_COMMITS = 16
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n'

/** The cache cannot give what it should have; git.ts and git-fetch.ts build it anew. */
export class BrokenCache extends Error {}

/** The repository of a URL; it may not exist yet. */
export function cacheOf(settings: Settings, url: string): string {
  return join(settings.cacheDir, 'git', sha256Hex(url))
}

/** True when a fetch of that commit has ended well. What a crash did to it since, reading tells. */
export function hasCommit(cache: string, commit: string): boolean {
  return existsSync(join(cache, 'refs', 'skillward', commit))
}

/** Takes a broken repository away; the next fetch builds it anew. */
export function dropCache(cache: string): void {
  const aside = join(cache, '..', temporaryName())
  try {
    renameSync(cache, aside)
  } catch (error) {
    if (isMissing(error)) return
    throw toFsError(error, cache)
  }
  removeTree(aside)
}

/** A git directory for one fetch. */
export interface Quarantine {
  readonly gitDir: string
  /** What git needs to find the objects that the server was told of. */
  readonly variables: Readonly<Record<string, string>>
  /** The object id that a ref of the quarantine holds. */
  readRef(ref: string): string
  /** Bytes of the packs so far. */
  bytes(): number
  /** Moves the packs into the pool, and then, with a commit, marks it as whole. */
  publish(commit?: string): void
  discard(): void
}

/**
 * Opens a quarantine beside the pool, and the pool itself when it is new.
 * @param incremental the server is told of commits that the pool has, and sends only what they lack
 * @throws permission_denied | disk_full | fs_failed
 */
export function openQuarantine(cache: string, incremental: boolean): Quarantine {
  const folder = join(cache, '..')
  const gitDir = join(folder, temporaryName())
  let objects: string | undefined
  try {
    makeFolders(folder)
    removeAbandoned(folder)
    if (!existsSync(join(cache, 'HEAD'))) createPool(cache, folder)
    createRepository(gitDir)
    if (incremental && tellCommits(cache, gitDir)) objects = join(cache, 'objects')
  } catch (error) {
    removeTree(gitDir)
    throw toFsError(error, folder)
  }
  return {
    gitDir,
    variables: objects === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects },
    readRef: (ref) => readFileSync(join(gitDir, ref), 'latin1').trim(),
    bytes: () => folderBytes(join(gitDir, 'objects', 'pack')),
    publish: (commit) => publish(cache, gitDir, commit),
    discard: () => removeTree(gitDir),
  }
}

/** Whole or absent; when another process is faster, its pool is as good. */
function createPool(cache: string, folder: string): void {
  const fresh = join(folder, temporaryName())
  createRepository(fresh)
  try {
    renameSync(fresh, cache)
  } catch (error) {
    removeTree(fresh)
    const errno = errnoOf(error)
    if (errno !== 'ENOTEMPTY' && errno !== 'EEXIST' && errno !== 'EPERM') throw error
    // A folder without HEAD is what a crash or a stranger left there.
    if (!existsSync(join(cache, 'HEAD'))) {
      dropCache(cache)
      createPool(cache, folder)
    }
  }
}

/** What `git init --bare` makes, without its hooks and without a process. */
function createRepository(gitDir: string): void {
  mkdirSync(join(gitDir, 'objects', 'pack'), { recursive: true })
  mkdirSync(join(gitDir, 'objects', 'info'))
  mkdirSync(join(gitDir, 'refs', 'skillward'), { recursive: true })
  writeFileSync(join(gitDir, 'config'), CONFIG)
  writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n')
}

/** Every commit of the pool is shallow: its parents were never asked for. */
function tellCommits(cache: string, gitDir: string): boolean {
  const refs = join(cache, 'refs', 'skillward')
  const commits = readdirSync(refs)
    .filter((name) => /^[0-9a-f]{40}$/.test(name))
    .map((commit) => ({ commit, at: statSync(join(refs, commit)).mtimeMs }))
    .sort((a, b) => b.at - a.at)
    .slice(0, KNOWN_COMMITS)
  if (commits.length === 0) return false
  const lines = (form: (commit: string) => string) => commits.map(({ commit }) => form(commit)).join('')
  writeFileSync(
    join(gitDir, 'shallow'),
    lines((commit) => `${commit}\n`),
  )
  writeFileSync(
    join(gitDir, 'packed-refs'),
    lines((commit) => `${commit} refs/skillward/known/${commit}\n`),
  )
  return true
}

function folderBytes(folder: string): number {
  let bytes = 0
  for (const name of readdirSync(folder)) {
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}

function publish(cache: string, gitDir: string, commit: string | undefined): void {
  const from = join(gitDir, 'objects', 'pack')
  const to = join(cache, 'objects', 'pack')
  try {
    // git believes in a pack from the moment its index is there.
    const names = readdirSync(from).filter((name) => name.startsWith('pack-'))
    const last = (name: string) => Number(name.endsWith('.idx'))
    for (const name of names.sort((a, b) => last(a) - last(b))) renameSync(join(from, name), join(to, name))
    if (commit === undefined) return
    const ref = join(gitDir, 'whole')
    writeFileSync(ref, `${commit}\n`)
    renameSync(ref, join(cache, 'refs', 'skillward', commit))
  } catch (error) {
    // Somebody took the pool away meanwhile, or half of it.
    if (isMissing(error)) throw new BrokenCache('the cache vanished')
    throw toFsError(error, cache)
  }
}
