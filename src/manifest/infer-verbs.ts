// The narrowest rule that a use of a well-known program shows: its verb where it has verbs, all that is written out where
// nothing is left open. Pure.
import { GIT_PLAIN, GIT_REMOTE, UV_RUN_PLAIN } from '../capabilities/programs.ts'
import { commandSeverity } from '../capabilities/severity-commands.ts'
import { CONTACTED_BY_URL, VERB_PROGRAMS } from './infer-words.ts'

const MAX_LITERAL = 7

/** A rule for a known program with these arguments. */
export function narrowRule(program: string, given: readonly string[]): string {
  const args = withoutRedirections(given)
  if (args.length === 0) return program
  if (program === 'git') return gitRule(args)
  if (VERB_PROGRAMS.has(program)) return verbRule(program, args)
  const open = `${program} **`
  const exact = literalRule(program, args)
  return exact !== undefined && commandSeverity([program, '**']) !== commandSeverity(exact.split(' '))
    ? exact
    : open
}

function withoutRedirections(args: readonly string[]): readonly string[] {
  return args.filter((arg, index) => {
    const target = /^[<>]+$/.test(args[index - 1] ?? '')
    const number = /^[012]$/.test(arg) && /^[<>]/.test(args[index + 1] ?? '')
    return !/^[<>]/.test(arg) && !target && !number
  })
}

/** All written out, without a name that stands for another. */
function literalRule(program: string, args: readonly string[]): string | undefined {
  const shown = args.length > 0 && args.length <= MAX_LITERAL && args.every(isLiteral)
  return shown ? [program, ...args].join(' ') : undefined
}

/** Capitals stand for something that somebody fills in. */
function isLiteral(token: string): boolean {
  return /^[\w@%+=:,./~^-]+$/.test(token) && !/^(?!HEAD\b)[A-Z][A-Z0-9_-]{2,}$/.test(token)
}

function gitRule(args: readonly string[]): string {
  const before: string[] = []
  let rest = args
  for (;;) {
    const [first = ''] = rest
    if (first === '-C' && rest.length > 1) {
      before.push('-C', '*')
      rest = rest.slice(2)
    } else if (/^--?[\w-]+$/.test(first) && first !== '-c') {
      before.push(first)
      rest = rest.slice(1)
    } else break
  }
  const [verb = '', ...others] = rest
  if (!/^[a-z][a-z-]*$/.test(verb))
    return before.length > 0 && rest.length === 0 ? ['git', ...before].join(' ') : 'git **'
  const start = ['git', ...before, verb].join(' ')
  if (GIT_PLAIN.has(verb)) return `${start} **`
  const exact = GIT_REMOTE.has(verb) || verb === 'config' ? literalRule(start, others) : undefined
  return exact ?? (others.length === 0 ? start : `${start} **`)
}

/** Other subcommands of git that texts name. */
const GIT_OTHERS =
  /^(?:bisect|config|credential|daemon|difftool|fast-import|filter-branch|filter-repo|help|hook|lfs|maintenance|mergetool|send-email|sparse-checkout|submodule|subtree|svn|update-index|update-ref|var)$/

/** A plain word of prose, as in `git history`. */
export function isNoVerbOfGit(word: string | undefined): boolean {
  return (
    word !== undefined &&
    /^[a-z]+$/.test(word) &&
    !GIT_PLAIN.has(word) &&
    !GIT_REMOTE.has(word) &&
    !GIT_OTHERS.test(word)
  )
}

/** `gh pr view **`, `cargo +nightly test **`, `npm run build **`, `uv run pytest **`. */
function verbRule(program: string, args: readonly string[], options: readonly string[] = []): string {
  const at = args.findIndex((arg) => !/^[-+]/.test(arg))
  if (at < 0) return literalRule(program, args) ?? `${program} **`
  const before = args.slice(0, at)
  const [verb = '', ...others] = args.slice(at)
  const start = [program, ...before, verb]
  const [next = '', file = ''] = others
  const named = /^[a-zA-Z][\w:@./-]*$/.test(next) && isLiteral(next)
  if (program === 'uv' && verb === 'run') {
    const plain = others.findIndex((arg) => !UV_RUN_PLAIN.test(arg))
    if (plain > 0) return verbRule(program, [...before, verb, ...others.slice(plain)], others.slice(0, plain))
    start.push(...options)
    if (named && /^python[\d.]*$/.test(next) && /^[\w./-]+\.py$/.test(file))
      return [...start, next, file, '**'].join(' ')
  }
  const two = VERB_PROGRAMS.get(program) === 2 || /^(?:run|run-script|tool|pip|compose|mod|x)$/.test(verb)
  return [...start, ...(two && named ? [next] : []), '**'].join(' ')
}

/**
 * True when all that a download does is to contact hosts that it names: the network's lines say that better. What sends
 * a file, takes options from one, or writes outside of the folder is more.
 */
export function isOnlyContact(program: string, args: readonly string[]): boolean {
  if (!CONTACTED_BY_URL.has(program)) return false
  return !args.some(
    (arg, index) =>
      /^(?:-[a-zA-Z]*[TKFx]|--(?:upload-file|config|form\S*|proxy\S*|preproxy|socks\S*|unix-socket|abstract-unix-socket|libcurl|post-file|body-file|execute|use-askpass|input-file|connect-to|resolve|netrc\S*|cert|key|output-dir|directory-prefix|-i)(?:=|$))/.test(
        arg,
      ) ||
      /^@|=@/.test(arg) ||
      (/^(?:-[a-zA-Z]*[oPO]|--output\S*)$/.test(args[index - 1] ?? '') &&
        /^[/~.$…]|\.\./.test(arg) &&
        !/^(?:\/dev\/null|\/tmp\/[\w.-]+|\.\/[\w.-]+)$/.test(arg)) ||
      /^(?:\||>)$/.test(arg),
  )
}
