// What git's complaints mean. Its text is untrusted: a server writes part of it, and it may repeat a credential.
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { gitNetworkError } from './git-network.ts'

interface Meaning {
  readonly pattern: RegExp
  readonly code: Code
  readonly what: string
  readonly hint: string
}

/** The first that matches counts. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /No space left on device/,
    code: 'disk_full',
    what: 'No space is left to fetch',
    hint: 'free some space, then run the command again',
  },
  {
    pattern:
      /(?:unable to (?:create|write|open)|cannot (?:create|mkdir|open)).{0,500}: (?:Permission denied|Read-only file system)/,
    code: 'permission_denied',
    what: 'The cache cannot be written to fetch',
    hint: 'check the owner and the mode of the cache folder',
  },
  {
    pattern: /(?:unknown (?:option|switch)|is not a git command)/,
    code: 'git_missing',
    what: 'The installed git is too old to fetch',
    hint: 'install git 2.32 or newer',
  },
  {
    pattern: /couldn't find remote ref|Remote branch .{0,500} not found|invalid refspec/,
    code: 'ref_not_found',
    what: 'There is no such branch or tag in',
    hint: 'check the part after # (git ls-remote lists what there is)',
  },
  {
    pattern: /not our ref|unadvertised object/,
    code: 'ref_not_found',
    what: 'The commit is not, or no longer, in',
    hint: 'the history may have been rewritten; update to a commit that exists',
  },
  {
    pattern: /returned error: 30\d|unable to update url base from redirection|redirect/i,
    code: 'redirect_refused',
    what: 'The server redirects to another address for',
    hint: 'open it in a browser and use the new address',
  },
  {
    pattern: /transport '.{0,100}' not allowed/,
    code: 'redirect_refused',
    what: 'Another transport than the one asked for would be needed for',
    hint: 'name the repository by its own address',
  },
  {
    pattern: /dubious ownership/,
    code: 'source_unauthorized',
    what: 'Another user owns',
    hint: 'copy the repository, or fetch it over ssh or https',
  },
  {
    pattern:
      /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied|Access denied|Host key verification failed|returned error: 40[13]|not authorized/i,
    code: 'source_unauthorized',
    what: 'Access is refused, or there is no such repository:',
    hint: 'check the name; for a private one set up an SSH agent or a git credential helper (git ls-remote must work without asking)',
  },
  {
    pattern:
      /returned error: (?:404|410)|repository .{0,500}not found|does not appear to be a git repository|does not exist|not valid: is this a git repository/i,
    code: 'source_not_found',
    what: 'There is no git repository at',
    hint: 'check the name',
  },
  {
    pattern: /: (?:hasDotgit|hasDotdot|hasDot|fullPathname|emptyName|duplicateEntries|treeNotSorted)\b/,
    code: 'path_unsafe',
    what: 'A file name is unsafe, as git itself finds, in',
    hint: 'the author has to rename the file',
  },
  {
    pattern: /\bfsck\b/,
    code: 'fetch_failed',
    what: 'git refuses the content of',
    hint: 'the repository is damaged or hostile',
  },
]

/** The error that git's standard error stands for; `url` as in the spec, `env` the user's. */
export function gitError(stderr: string, url: string, env: Settings['env']): SkillsError {
  const where = displayShort(redactUrl(url), 200)
  const said = gitSaid(stderr)
  const network = gitNetworkError(said, url, env)
  if (network) return network
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(stderr)) ?? {
    code: 'fetch_failed',
    what: 'git cannot fetch',
    hint: 'check the address and the network',
  }
  return new SkillsError(meaning.code, `${meaning.what} ${where}${said && ` (git: ${said})`}`, {
    hint: meaning.hint,
    details: { url: redactUrl(url), git: said },
  })
}

/** True when the complaint is about objects on this disk: a cache that a crash or a full disk has spoilt. */
export function isBrokenCache(stderr: string): boolean {
  return /corrupt|not a git repository: |unable to (?:unpack|find|read) (?:[0-9a-f]{40}|\/)|inflate|pack.*cannot be accessed|loose object|bad (?:object|tree|config|pack)|missing (?:blob|tree|commit)|Could not read [0-9a-f]{40}|not a valid object|not a tree object|unresolved deltas|unknown index|index file|did not send all necessary objects/i.test(
    stderr,
  )
}

/** The telling line of git's complaint, without credentials and unsafe characters. */
export function gitSaid(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const telling = lines.find((line) => /^(?:fatal|error|ERROR):/.test(line)) ?? lines.at(-1) ?? ''
  return displayShort(redactText(telling.replace(/^(?:fatal|error): /i, '')), 300)
}

/** Takes user, password and query values out of every URL in a text. */
function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/'"]*@/gi, '$1')
    .replace(/\?[^\s'"]*/g, (query) => query.replace(/=[^&]*/g, '=…'))
}
