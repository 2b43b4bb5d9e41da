// A commit's files out of the cache, read as objects: no checkout, so no hook, filter, attribute or submodule counts.
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

/**
 * Every file, link and submodule of a commit that the cache has.
 * @param maxEntries git is stopped at more
 * @throws limit_exceeded | cancelled; BrokenCache
 */
export async function listTree(
  repo: GitRepo,
  commit: string,
  maxEntries: number = LIMITS.entries,
): Promise<GitEntry[]> {
  const entries: GitEntry[] = []
  let rest: Buffer = Buffer.alloc(0)
  const onStdout = (chunk: Buffer): void => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = buffer.indexOf(0); end !== -1; end = buffer.indexOf(0)) {
      entries.push(parseEntry(buffer.toString('utf8', 0, end)))
      buffer = buffer.subarray(end + 1)
      if (entries.length > maxEntries) {
        throw new SkillsError('limit_exceeded', `More than ${maxEntries} files in ${shown(repo)}`, {
          details: { limit: maxEntries },
        })
      }
    }
    rest = buffer
  }
  const { settings, signal } = repo.io
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', '--end-of-options', commit]
  const { code, stderr } = await runGit(args, { settings, signal, gitDir: repo.cache, onStdout })
  if (code !== 0) throw new BrokenCache(gitSaid(stderr))
  return entries
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
 * The bytes of objects, in the order asked; undefined for one that is not in the cache.
 * @throws limit_exceeded | cancelled; BrokenCache
 */
export async function readObjects(
  repo: GitRepo,
  ids: readonly string[],
): Promise<(Uint8Array | undefined)[]> {
  if (ids.length === 0) return []
  const { settings, signal } = repo.io
  const { code, stdout, stderr } = await runGit(['cat-file', '--batch', '--buffer'], {
    settings,
    signal,
    gitDir: repo.cache,
    input: `${ids.join('\n')}\n`,
    maxBytes: LIMITS.unpackedBytes,
  })
  if (code !== 0) throw new BrokenCache(gitSaid(stderr))
  let at = 0
  return ids.map((id) => {
    const end = stdout.indexOf(10, at)
    const head = stdout.toString('latin1', at, end)
    at = end + 1
    if (head === `${id} missing`) return undefined
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(head)?.[1] ?? Number.NaN)
    if (end === -1 || !head.startsWith(id) || Number.isNaN(size) || at + size >= stdout.length) {
      throw new BrokenCache(`unexpected answer from git cat-file: ${displayShort(head, 100)}`)
    }
    at += size + 1
    return stdout.subarray(at - size - 1, at - 1)
  })
}

function shown(repo: GitRepo): string {
  return displayShort(redactUrl(repo.url), 200)
}
