// A commit's files out of the cache, read as objects: no checkout, so no hook, filter, attribute or submodule counts.
import { createHash } from 'node:crypto'
import { SkillsError } from '../errors/error.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { BrokenCache } from './git-cache.ts'
import { runGit } from './git-command.ts'
import { FILTER_BYTES, type GitRepo } from './git-fetch.ts'
import { gitSaid } from './git-errors.ts'
import type { TreeEntry } from './source.ts'

/** One entry and the object that holds its bytes. `absent`: still on the server, `size` is a lower bound. */
export interface GitEntry extends TreeEntry {
  readonly object: string
  readonly absent: boolean
}

/** A commit's files, and the trees that name them. */
export interface GitTree {
  readonly commit: string
  readonly entries: readonly GitEntry[]
  /** Object ids of all folders but the root. */
  readonly trees: readonly string[]
}

/**
 * Every file, link and submodule of a commit that the cache has.
 * @param maxEntries git is stopped at more
 * @throws limit_exceeded | cancelled; BrokenCache
 */
export async function listTree(
  repo: GitRepo,
  commit: string,
  maxEntries: number = LIMITS.entries,
): Promise<GitTree> {
  const entries: GitEntry[] = []
  const trees: string[] = []
  let rest: Buffer = Buffer.alloc(0)
  const onStdout = (chunk: Buffer): void => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = buffer.indexOf(0); end !== -1; end = buffer.indexOf(0)) {
      const line = buffer.toString('utf8', 0, end)
      const tree = /^040000 tree ([0-9a-f]+) /.exec(line)?.[1]
      if (tree === undefined) entries.push(parseEntry(line))
      else trees.push(tree)
      buffer = buffer.subarray(end + 1)
      if (Math.max(entries.length, trees.length) > maxEntries) {
        throw new SkillsError('limit_exceeded', `More than ${maxEntries} files in ${shown(repo)}`, {
          details: { limit: maxEntries },
        })
      }
    }
    rest = buffer
  }
  const { settings, signal } = repo.io
  const args = ['ls-tree', '-r', '-t', '-z', '-l', '--full-tree', '--end-of-options', commit]
  const { code, stderr } = await runGit(args, { settings, signal, gitDir: repo.cache, onStdout })
  if (code !== 0) throw new BrokenCache(gitSaid(stderr))
  return { commit, entries, trees: [...new Set(trees)] }
}

/** `<mode> <type> <object> <size>\t<path>`; the size is `-` for a submodule and `BAD` for what is not here. */
function parseEntry(line: string): GitEntry {
  const [, mode = '', object = '', size = '', path = ''] =
    /^(\d{6}) \w+ ([0-9a-f]+) +(\S+)\t(.*)$/s.exec(line) ?? []
  if (object === '') throw new BrokenCache(`unexpected line from git ls-tree: ${displayShort(line, 100)}`)
  const kind = mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file'
  const absent = kind !== 'submodule' && !/^\d+$/.test(size)
  return { path, kind, object, absent, size: absent ? FILTER_BYTES : Number(size) || 0 }
}

/**
 * The bytes of blobs, in the order asked; undefined for one that is not in the cache. git does not compare an object with its
 * id when it reads one, so that is done here; with `proof`, for the commit and its trees too: then the commit's id
 * vouches for every name and byte, whoever wrote into the cache.
 * @throws limit_exceeded | cancelled; BrokenCache
 */
export async function readObjects(
  repo: GitRepo,
  ids: readonly string[],
  proof?: GitTree,
): Promise<(Uint8Array | undefined)[]> {
  if (ids.length === 0) return []
  const { settings, signal } = repo.io
  const path = proof ? [proof.commit, `${proof.commit}^{tree}`, ...proof.trees] : []
  const { code, stdout, stderr } = await runGit(['cat-file', '--batch', '--buffer'], {
    settings,
    signal,
    gitDir: repo.cache,
    input: `${[...path, ...ids].join('\n')}\n`,
    maxBytes: LIMITS.unpackedBytes,
  })
  if (code !== 0) throw new BrokenCache(gitSaid(stderr))
  const next = objectReader(stdout)
  if (proof) proveTrees(proof, next)
  return ids.map((id) => {
    const object = next(id)
    if (object && (object.type !== 'blob' || object.id !== id)) throw new BrokenCache(`${id} is not a file`)
    return object?.bytes
  })
}

interface GitObject {
  readonly id: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** Reads the answers of `git cat-file --batch` one by one, each compared with its id; undefined for a missing object. */
function objectReader(stdout: Buffer): (asked: string) => GitObject | undefined {
  let at = 0
  return (asked) => {
    const end = stdout.indexOf(10, at)
    const head = stdout.toString('latin1', at, end)
    at = end + 1
    if (head === `${asked} missing`) return undefined
    const [, id = '', type = '', digits = ''] = /^([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)$/.exec(head) ?? []
    const size = Number(digits)
    if (end === -1 || id === '' || at + size >= stdout.length) {
      throw new BrokenCache(`unexpected answer from git cat-file: ${displayShort(head, 100)}`)
    }
    at += size + 1
    const bytes = stdout.subarray(at - size - 1, at - 1)
    const hash = createHash(id.length === 40 ? 'sha1' : 'sha256')
    if (hash.update(`${type} ${size}\0`).update(bytes).digest('hex') === id) return { id, type, bytes }
    throw new BrokenCache(`the object ${id} is not what its id says`)
  }
}

function proveTrees({ commit, trees }: GitTree, next: (asked: string) => GitObject | undefined): void {
  const [top, root] = [next(commit), next(`${commit}^{tree}`)]
  const named = /^tree ([0-9a-f]+)\n/.exec(
    Buffer.from(top?.bytes.subarray(0, 80) ?? []).toString('latin1'),
  )?.[1]
  const whole = top?.type === 'commit' && top.id === commit && root?.type === 'tree' && root.id === named
  if (!whole) throw new BrokenCache(`the commit ${commit} is not whole`)
  for (const id of trees) if (next(id)?.id !== id) throw new BrokenCache(`the tree ${id} is missing`)
}

function shown(repo: GitRepo): string {
  return displayShort(redactUrl(repo.url), 200)
}
