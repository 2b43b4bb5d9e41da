// Every git process of the program: its arguments and its environment. Not through simple-git, whose environment and
// argument handling cannot keep these promises: no shell, no hooks, no prompts, no protocol but the one asked for.
import { SkillsError } from '../errors/error.ts'
import { execFile, type ExecOptions, type ExecResult } from '../platform/exec.ts'
import { errnoOf } from '../platform/fs.ts'
import type { Settings } from '../platform/env.ts'
import { networkVariables } from './git-network.ts'

/** A pair of git's configuration: `credential.helper`, its value. */
export type GitConfigPair = readonly [key: string, value: string]

export interface GitCall extends Pick<
  ExecOptions,
  'input' | 'signal' | 'timeoutMs' | 'maxBytes' | 'onStdout'
> {
  readonly settings: Settings
  /** The repository that git works in. */
  readonly gitDir: string
  /** The one transport that this call may use; without it git reaches nothing. */
  readonly protocol?: string
  /** Of the user's own configuration: what the transport needs (git-user-config.ts). */
  readonly userConfig?: readonly GitConfigPair[]
  /** Further GIT_ variables. */
  readonly variables?: Readonly<Record<string, string>>
}

const OVERALL_MS = 15 * 60 * 1000

/**
 * Nothing that a repository or a server says may start a program, and everything that it sends is checked. Objects are
 * kept in packs and never collected; what a crash spoils is fetched again, so git need not sync the disk.
 */
const ALWAYS: readonly GitConfigPair[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.symlinks', 'false'],
  ['core.askPass', ''],
  ['core.attributesFile', '/dev/null'],
  ['core.fsync', 'none'],
  ['core.alternateRefsPrefixes', 'refs/none'],
  ['transfer.fsckObjects', 'true'],
  ['submodule.recurse', 'false'],
  ['fetch.unpackLimit', '1'],
  ['fetch.writeCommitGraph', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['protocol.version', '2'],
  ['protocol.allow', 'never'],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '60'],
]

/**
 * Runs git. Options and user text are the caller's to separate with `--` or `--end-of-options`.
 * @throws git_missing | cancelled | fetch_failed (no end within 15 minutes) | limit_exceeded
 */
export async function runGit(args: readonly string[], call: GitCall): Promise<ExecResult> {
  const config =
    call.protocol === undefined ? ALWAYS : [...ALWAYS, [`protocol.${call.protocol}.allow`, 'always']]
  const argv = [...config.flatMap(([key, value]) => ['-c', `${key}=${value}`]), ...args]
  return execGit(argv, { timeoutMs: OVERALL_MS, ...call, env: gitEnv(call) })
}

/** Runs git with an environment of the caller's. @throws git_missing, and what execFile throws */
export async function execGit(args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  try {
    return await execFile('git', args, options)
  } catch (error) {
    throw errnoOf(error) === 'ENOENT' ? gitMissing() : error
  }
}

/** The user's variables without those that steer git or ask for passwords, and ours, which shut every other door. */
function gitEnv(call: GitCall): Record<string, string | undefined> {
  const user = call.settings.env
  return {
    ...withoutGit(user),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: call.protocol ?? 'none',
    GIT_DIR: call.gitDir,
    ...(call.protocol === 'https' ? networkVariables(user) : {}),
    ...(call.protocol === 'ssh' ? sshVariables(user, call.userConfig ?? []) : {}),
    ...configVariables(call.userConfig ?? []),
    ...call.variables,
  }
}

function withoutGit(env: Settings['env']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([key]) => !/^(?:GIT_|SSH_ASKPASS|LANGUAGE$|LC_ALL$)/i.test(key)),
  )
}

/** The user's own way to run ssh; else plain ssh, which must never ask. */
function sshVariables(env: Settings['env'], config: readonly GitConfigPair[]): Record<string, string> {
  const own: Record<string, string> = {}
  for (const name of ['GIT_SSH_COMMAND', 'GIT_SSH', 'GIT_SSH_VARIANT']) {
    const value = env[name]
    if (value) own[name] = value
  }
  if (own.GIT_SSH_COMMAND || own.GIT_SSH || config.some(([key]) => key === 'core.sshcommand')) return own
  return { ...own, GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=30' }
}

/** By environment, not by argument: other users of the machine can read arguments. */
function configVariables(config: readonly GitConfigPair[]): Record<string, string> {
  const variables: Record<string, string> = {}
  if (config.length > 0) variables.GIT_CONFIG_COUNT = String(config.length)
  for (const [index, [key, value]] of config.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key
    variables[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return variables
}

/** The oldest git whose GIT_CONFIG_GLOBAL shuts out the user's hooks and filters. */
const OLDEST = [2, 32] as const

/** @throws git_missing when there is no git, or one that is too old to be kept from running the user's hooks */
export async function assertGit(settings: Settings, signal: AbortSignal): Promise<void> {
  const { stdout } = await runGit(['version'], { settings, signal, gitDir: '/dev/null' })
  const [, major = '0', minor = '0'] = /(?<!\d)(\d{1,6})\.(\d{1,6})/.exec(stdout.toString('latin1')) ?? []
  if (Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return
  throw new SkillsError('git_missing', `git ${major}.${minor} is older than ${OLDEST.join('.')}`, {
    hint: `install git ${OLDEST.join('.')} or newer`,
  })
}

function gitMissing(): SkillsError {
  return new SkillsError('git_missing', 'There is no git on the PATH', {
    hint: 'install git, or use a folder or an archive as the source',
  })
}
