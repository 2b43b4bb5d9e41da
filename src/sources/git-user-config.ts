// What of the user's own git configuration a fetch may know: how to reach and how to prove who asks. Nothing that
// names a hook, a filter, an alias or a pager ever passes.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { redactUrl } from '../platform/text.ts'
import { execGit, type GitConfigPair } from './git-command.ts'
import { isLoopback } from './spec-url.ts'

const HTTP =
  'proxy|proxyauthmethod|proxysslcert|proxysslkey|proxysslcainfo|proxysslcertpasswordprotected|' +
  'sslcainfo|sslcapath|sslcert|sslcerttype|sslkey|sslkeytype|sslcertpasswordprotected|sslbackend|pinnedpubkey'
const ALLOWED = new RegExp(
  `^(?:credential\\..+|url\\..+\\.insteadof|http\\.(?:.+\\.)?(?:${HTTP})|core\\.sshcommand|ssh\\.variant)$`,
)
const OWN_VARIABLES = /^GIT_CONFIG(?:_GLOBAL|_SYSTEM|_NOSYSTEM|_PARAMETERS|_COUNT|_KEY_\d+|_VALUE_\d+)$/

/**
 * The allowed pairs of the system's, the user's and the environment's configuration, in git's order; that of a
 * repository in the working directory is not read. Certificate checks cannot be turned off this way.
 */
export async function readUserConfig(settings: Settings, signal: AbortSignal): Promise<GitConfigPair[]> {
  if (!mayHaveConfig(settings.env)) return []
  const env = Object.fromEntries(
    Object.entries(settings.env).filter(([key]) => !key.startsWith('GIT_') || OWN_VARIABLES.test(key)),
  )
  const { stdout, code } = await execGit(['config', '--list', '-z', '--includes'], {
    // A GIT_DIR that is no repository keeps git from finding one from the working directory up.
    env: { ...env, GIT_DIR: '/dev/null', LC_ALL: 'C' },
    signal,
    maxBytes: 4 * 1024 * 1024,
  })
  if (code !== 0) return []
  return allowedPairs(stdout.toString('utf8'))
}

/** False only where git would certainly find no file and no variable: then it need not be asked. */
function mayHaveConfig(env: Settings['env']): boolean {
  if (env.GIT_CONFIG_PARAMETERS || env.GIT_CONFIG_COUNT) return true
  const system = systemFile(env)
  const global = env.GIT_CONFIG_GLOBAL
  const xdg = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, '.config'))
  const users =
    global === undefined
      ? [env.HOME && join(env.HOME, '.gitconfig'), xdg && join(xdg, 'git', 'config')]
      : [global]
  return (
    system === undefined ||
    [system, ...users].some((file) => file && file !== '/dev/null' && existsSync(file))
  )
}

/** The system's file; undefined where it depends on how git was built. Empty for none. */
function systemFile(env: Settings['env']): string | undefined {
  if (/^(?:1|true|yes|on)$/i.test(env.GIT_CONFIG_NOSYSTEM ?? '')) return ''
  if (env.GIT_CONFIG_SYSTEM !== undefined) return env.GIT_CONFIG_SYSTEM
  const folder = env.PATH?.split(delimiter).find((each) => existsSync(join(each, 'git')))
  return process.platform === 'linux' && (folder === '/usr/bin' || folder === '/bin')
    ? '/etc/gitconfig'
    : undefined
}

/** Of the output of `git config --list -z`. */
export function allowedPairs(list: string): GitConfigPair[] {
  return list.split('\0').flatMap((item): GitConfigPair[] => {
    const end = item.indexOf('\n')
    const key = item.slice(0, end)
    return end !== -1 && ALLOWED.test(key) ? [[key, item.slice(end + 1)]] : []
  })
}

/**
 * The transport that git will use for a URL once the user's own `url.*.insteadOf` is applied.
 * @throws source_insecure when that leads to anything but https, ssh, file or http to this machine
 */
export function protocolOf(url: string, config: readonly GitConfigPair[]): string {
  const real = rewritten(url, config)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(real)?.[1]?.toLowerCase()
  if (scheme === 'https' || scheme === 'ssh' || scheme === 'file') return scheme
  if (scheme === 'http' && URL.canParse(real) && isLoopback(new URL(real).hostname)) return 'http'
  if (scheme === undefined && real.startsWith('/')) return 'file'
  if (scheme === undefined && /^[^-/:][^/:]*:(?!:)/.test(real)) return 'ssh'
  throw new SkillsError(
    'source_insecure',
    `Your git configuration rewrites ${redactUrl(url)} to an unsafe transport`,
    {
      hint: 'see git config --get-regexp insteadOf',
    },
  )
}

/** The longest `insteadOf` that begins the URL wins, as in git. */
function rewritten(url: string, config: readonly GitConfigPair[]): string {
  let best: { base: string; prefix: string } | undefined
  for (const [key, prefix] of config) {
    const base = /^url\.(.+)\.insteadof$/s.exec(key)?.[1]
    if (base !== undefined && url.startsWith(prefix) && prefix.length > (best?.prefix.length ?? 0)) {
      best = { base, prefix }
    }
  }
  return best ? best.base + url.slice(best.prefix.length) : url
}
