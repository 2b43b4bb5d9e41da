// The only reader of the environment, the working directory and the home directory.
import { isAbsolute, join } from 'node:path'
import { homedir } from 'node:os'
import { SkillsError } from '../errors/error.ts'
import { displayText } from './text.ts'

/** What the program knows of its surroundings. Every path is absolute. */
export interface Settings {
  readonly cwd: string
  /** Absent when neither HOME nor the user database names one. */
  readonly home: string | undefined
  /** The global scope's skills.json and skills.lock. */
  readonly configDir: string
  /** The store and the ledger. */
  readonly dataDir: string
  /** Git repositories; may be deleted at any time. */
  readonly cacheDir: string
  /** True in CI (`CI` set and not `false`): never prompt. */
  readonly ci: boolean
  /** Variables that move an agent's own directories, and those that child processes inherit. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Reads settings by the XDG rules (relative values are ignored); SKILLWARD_HOME moves config, data and cache.
 * @throws home_missing when a directory is needed and no home is known; path_unsafe for one whose name is not UTF-8
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
  cwd: string = process.cwd(),
): Settings {
  const home = absolute(env.HOME) ?? fallbackHome(env)
  const own = absolute(env.SKILLWARD_HOME)
  const base = (variable: string, folder: string) => absolute(env[variable]) ?? (home && join(home, folder))
  const place = (variable: string, folder: string, name: string): string => {
    if (own) return join(own, name)
    const root = base(variable, folder)
    if (root) return join(root, 'skillward')
    throw new SkillsError('home_missing', 'Neither HOME nor SKILLWARD_HOME names an absolute directory', {
      hint: 'set HOME, or set SKILLWARD_HOME to a directory that may be written',
    })
  }
  const dirs = {
    cwd,
    home,
    configDir: place('XDG_CONFIG_HOME', '.config', 'config'),
    dataDir: place('XDG_DATA_HOME', '.local/share', 'data'),
    cacheDir: place('XDG_CACHE_HOME', '.cache', 'cache'),
  }
  for (const path of Object.values(dirs)) assertUtf8(path)
  return {
    ...dirs,
    ci: Boolean(env.CI) && env.CI !== 'false' && env.CI !== '0',
    env,
  }
}

/** Node gives a name that is not UTF-8 with U+FFFD in it: that is another name, and another folder would be written. */
function assertUtf8(path: string | undefined): void {
  if (path?.includes('\ufffd') !== true) return
  throw new SkillsError('path_unsafe', `The name of a directory is not UTF-8: ${displayText(path)}`, {
    hint: 'rename it, or work in another one',
    details: { path: displayText(path) },
  })
}

function absolute(value: string | undefined): string | undefined {
  return value && isAbsolute(value) ? value : undefined
}

/** The environment and the working directory of the process, where the caller does not name others. */
export function surroundings(
  env: Settings['env'] = process.env,
  cwd?: string,
): Pick<Settings, 'env' | 'cwd'> {
  return { env, cwd: cwd ?? process.cwd() }
}

/** On Windows the home is in USERPROFILE; elsewhere a missing HOME means that there is none to trust. */
function fallbackHome(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return process.platform === 'win32' ? (absolute(env.USERPROFILE) ?? homedir()) : undefined
}
