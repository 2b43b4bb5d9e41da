// The two requests that git makes of a server for content: one commit without its history, and files that the first
// left out because they are large. Everything lands in a quarantine first; nothing is checked out.
import { SkillsError } from '../errors/error.ts'
import type { ExecResult } from '../platform/exec.ts'
import { LIMITS } from '../platform/limits.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { BrokenCache, cacheOf, dropCache, openQuarantine, type Quarantine } from './git-cache.ts'
import { assertGit, runGit, type GitConfigPair } from './git-command.ts'
import { gitError, isBrokenCache } from './git-errors.ts'
import { protocolOf, readUserConfig } from './git-user-config.ts'
import type { SourceIo } from './source.ts'
import { isCommitId } from './spec-fragment.ts'
import { checkedUrl } from './spec-url.ts'

/** A repository of a server, and its pool in the cache. */
export interface GitRepo {
  readonly url: string
  readonly cache: string
  readonly io: SourceIo
}

/** A commit that is now in the cache. */
export interface FetchedCommit {
  readonly commit: string
  /** What kind of ref the name led to; a commit id and `HEAD` are `other`. */
  readonly kind: 'branch' | 'tag' | 'other'
}

/**
 * Larger files stay on the server until they are asked for by `fetchObjects`. A server without filters ignores it and
 * sends all. At 4 KiB the first answer is a quarter of a clone's time even for a large repository, and holds small
 * skills whole; a second request for the rest of one skill costs less than everybody else's files would.
 */
export const FILTER_BYTES = 4 * 1024

/** `--no-negotiate-only` changes nothing but that a git older than 2.32 refuses it, before it reads or reaches anything. */
const FETCH = [
  '--no-negotiate-only',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-recurse-submodules',
  '--no-progress',
  '--no-auto-gc',
]
const INCOMING = 'refs/skillward/in'

/**
 * The one way to name a repository, so that an address out of a lockfile is held to the same rules as a typed one.
 * @throws spec_invalid | spec_credentials | source_insecure
 */
export function gitRepo(url: string, io: SourceIo): GitRepo {
  checkedUrl(url)
  return { url, cache: cacheOf(io.settings, url), io }
}

/**
 * Fetches the commit that a ref or commit id names, in one go: the server resolves the name and sends the content.
 * @param source `HEAD`, a full ref, a short name (looked up as git does: tags before branches) or a commit id
 * @throws ref_not_found | ref_invalid | source_not_found | source_unauthorized | redirect_refused | fetch_failed |
 *   git_missing | limit_exceeded | path_unsafe | offline | cancelled
 */
export async function fetchCommit(
  repo: GitRepo,
  source: string,
  options: { readonly filter?: boolean; readonly maxBytes?: number } = {},
): Promise<FetchedCommit> {
  const whole = options.filter === false || repo.io.likely === 'all'
  const filter = whole ? [] : [`--filter=blob:limit=${FILTER_BYTES}`]
  const args = ['--depth=1', ...filter, '--', repo.url, `+${source}:${INCOMING}`]
  return fetching(repo, options, async (quarantine, run) => {
    const { stderr } = await run(args)
    const object = quarantine.readRef(INCOMING)
    const kind = /^ \* \[new (tag|branch)\]/m.exec(stderr)?.[1] as 'tag' | 'branch' | undefined
    const certain = kind === 'branch' || source === 'HEAD'
    const commit = certain ? object : await peel(repo, quarantine, object)
    if (isCommitId(source) && commit !== source) {
      throw new SkillsError('ref_invalid', `${source} is not the id of a commit in ${shown(repo)}`, {
        hint: `the commit that it leads to is ${commit}`,
      })
    }
    quarantine.publish(commit)
    return { commit, kind: kind ?? 'other' }
  })
}

/** Brings files into the cache by their object ids. @throws as fetchCommit */
export async function fetchObjects(repo: GitRepo, ids: readonly string[]): Promise<void> {
  const args = [
    '-c',
    'fetch.negotiationAlgorithm=noop',
    'fetch',
    ...FETCH,
    '--filter=blob:none',
    '--stdin',
    '--',
    repo.url,
  ]
  await fetching(repo, { incremental: false }, async (quarantine, run) => {
    await run(args, `${ids.join('\n')}\n`)
    quarantine.publish()
  })
}

/** One line a ref, as the server lists them. @throws as fetchCommit */
export async function listRefs(
  repo: GitRepo,
  flags: readonly string[],
  patterns: readonly string[],
): Promise<Map<string, string>> {
  refuseOffline(repo)
  const [access] = await Promise.all([accessTo(repo), gitChecked(repo)])
  const args = ['ls-remote', '--quiet', ...flags, '--', repo.url, ...patterns]
  const { settings, signal } = repo.io
  const result = await runGit(args, { settings, signal, gitDir: '/dev/null', ...access })
  if (result.code !== 0) throw gitError(result.stderr, repo.url, repo.io.settings.env)
  const refs = new Map<string, string>()
  for (const line of result.stdout.toString('utf8').split('\n')) {
    const [id, ref] = line.split('\t')
    if (id && ref && isCommitId(id)) refs.set(ref, id)
  }
  return refs
}

interface Fetching {
  readonly incremental?: boolean
  readonly maxBytes?: number
}

type RunFetch = (args: readonly string[], input?: string) => Promise<ExecResult>

/** Runs a fetch in a quarantine; a pool that turns out to be broken is thrown away and the fetch done once more. */
async function fetching<T>(
  repo: GitRepo,
  options: Fetching,
  act: (quarantine: Quarantine, run: RunFetch) => Promise<T>,
): Promise<T> {
  refuseOffline(repo)
  const reaching = accessTo(repo)
  const attempt = async (incremental: boolean): Promise<T> => {
    const quarantine = openQuarantine(repo.cache, incremental)
    try {
      const access = await reaching
      return await act(quarantine, (args, input) =>
        runBounded(repo, quarantine, { access, args, input, options }),
      )
    } finally {
      quarantine.discard()
    }
  }
  try {
    return await attempt(options.incremental ?? true)
  } catch (error) {
    if (!(error instanceof BrokenCache)) throw error
    dropCache(repo.cache)
  }
  return attempt(false).catch((error: unknown) => {
    throw error instanceof BrokenCache ? gitError(error.message, repo.url, repo.io.settings.env) : error
  })
}

interface Access {
  readonly protocol: string
  readonly userConfig: readonly GitConfigPair[]
}

const userConfigs = new WeakMap<SourceIo['settings'], Promise<GitConfigPair[]>>()
const checked = new WeakMap<SourceIo['settings'], Promise<void>>()

function refuseOffline({ url, io }: GitRepo): void {
  if (io.offline) {
    throw new SkillsError(
      'offline',
      `Not in the cache, and the network is off: ${displayShort(redactUrl(url), 200)}`,
      {
        hint: 'run the command without --offline once',
      },
    )
  }
}

/** How the repository may be reached; the user's configuration is read once, and only for a network. */
async function accessTo({ url, io }: GitRepo): Promise<Access> {
  const userConfig = url.startsWith('file:')
    ? []
    : await once(userConfigs, io, () => readUserConfig(io.settings, io.signal))
  return { protocol: protocolOf(url, userConfig), userConfig }
}

/** A fetch needs no look at git's version: its own options tell. */
async function gitChecked({ io }: GitRepo): Promise<void> {
  await once(checked, io, () => assertGit(io.settings, io.signal))
}

/** What succeeded is remembered for the command. */
function once<T>(
  memory: WeakMap<object, Promise<T>>,
  { settings }: SourceIo,
  make: () => Promise<T>,
): Promise<T> {
  const known = memory.get(settings)
  if (known) return known
  const fresh = make()
  memory.set(settings, fresh)
  fresh.catch(() => memory.delete(settings))
  return fresh
}

interface BoundedRun {
  readonly access: Access
  readonly args: readonly string[]
  readonly input: string | undefined
  readonly options: Fetching
}

/** Runs git fetch and ends it when the server sends more than it may. */
async function runBounded(repo: GitRepo, quarantine: Quarantine, run: BoundedRun): Promise<ExecResult> {
  const limit = run.options.maxBytes ?? LIMITS.unpackedBytes
  const overflow = new AbortController()
  const watch = setInterval(() => {
    if (quarantine.bytes() > limit) overflow.abort()
  }, 100)
  const tooLarge = () =>
    new SkillsError('limit_exceeded', `More than ${limit} bytes come from ${shown(repo)}`, {
      details: { limit },
    })
  try {
    const args = run.args[0] === '-c' ? run.args : ['fetch', ...FETCH, ...run.args]
    const running = runGit(args, {
      settings: repo.io.settings,
      signal: AbortSignal.any([repo.io.signal, overflow.signal]),
      gitDir: quarantine.gitDir,
      variables: quarantine.variables,
      ...run.access,
      ...(run.input !== undefined && { input: run.input }),
    })
    repo.io.onAsked?.()
    const result = await running
    if (quarantine.bytes() > limit) throw tooLarge()
    if (result.code === 0) return result
    throw isBrokenCache(result.stderr)
      ? new BrokenCache(result.stderr)
      : gitError(result.stderr, repo.url, repo.io.settings.env)
  } catch (error) {
    throw overflow.signal.aborted && !repo.io.signal.aborted ? tooLarge() : error
  } finally {
    clearInterval(watch)
  }
}

/** The commit that a tag leads to in the end. */
async function peel(repo: GitRepo, quarantine: Quarantine, object: string): Promise<string> {
  const { settings, signal } = repo.io
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${object}^{commit}`]
  const { gitDir, variables } = quarantine
  const { code, stdout } = await runGit(args, { settings, signal, gitDir, variables })
  const commit = stdout.toString('latin1').trim()
  if (code === 0 && isCommitId(commit)) return commit
  throw new SkillsError('ref_invalid', `${object} is not a commit of ${shown(repo)}`, {
    hint: 'name a branch, a tag or a commit',
  })
}

function shown(repo: GitRepo): string {
  return displayShort(redactUrl(repo.url), 200)
}
