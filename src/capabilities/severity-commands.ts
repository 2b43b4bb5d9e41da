// How grave it is to let a skill run a command: by the worst that a program of that name does with arguments that the
// rule lets through. Pure.
import { textsMeet } from './glob-meet.ts'
import {
  ALWAYS,
  BUILDING,
  CODE_OPTION,
  GH_LOOKS,
  GIT_BEFORE,
  GIT_CODE,
  GIT_CONFIG_READS,
  GIT_OVERWRITES,
  GIT_PLAIN,
  GIT_REMOTE,
  GIT_SHORT_CODE,
  INTERPRETERS,
  LOOKING,
  PLAIN_OPTION,
  RUNNING_MODULES,
  RUNS_SCRIPTS,
  STARTERS,
  SUBCOMMANDS,
  UV_RUN_PLAIN,
  WIDE,
} from './programs.ts'
import { variableSeverity } from './severity-env.ts'
import type { CapabilitySeverity } from './severity.ts'

const KNOWN = [...INTERPRETERS, ...STARTERS, ...WIDE, ...ALWAYS]
/** Where a program of the system lies, so that its name says what it is. */
const SYSTEM_BIN = /^(?:\/usr(?:\/local)?|\/opt\/homebrew|\/opt\/local|)\/s?bin\/[^/]+$/

/** Of a rule over an argv, token by token. */
export function commandSeverity(tokens: readonly string[]): CapabilitySeverity {
  const [first = '', ...args] = tokens
  if (first === '**' || first === '') return 'high'
  const program = placeOf(first)
  if (program === undefined) return 'high'
  if (program.includes('*')) return canBeKnown(program) ? 'high' : 'medium'
  return namedSeverity(program, args)
}

/** By its name alone, a version behind it included. */
function canBeKnown(pattern: string): boolean {
  const bare = pattern.replace(/[-_.]?\d[\d.]{0,20}\*$/, '*')
  return KNOWN.some((name) => textsMeet(pattern, name) || textsMeet(bare, name))
}

/** The plain name of a program; undefined when the path leads to a file that nobody here knows. */
function placeOf(token: string): string | undefined {
  const parts: string[] = []
  for (const part of token.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue
    if (part === '..') {
      const last = parts.pop()
      if (last === undefined || last === '..' || last.includes('*')) return undefined
    } else parts.push(part)
  }
  const path = parts.join('/')
  const name = plainName(parts.at(-1) ?? '')
  if (path.startsWith('~') || (path.startsWith('/') && !SYSTEM_BIN.test(path))) return undefined
  if (path.startsWith('*')) return parts.length > 1 ? undefined : name
  return name
}

/** `python3.11`, `Python.EXE` and `gawk-5` are the programs `python`, `python` and `gawk`. */
function plainName(name: string): string {
  const lower = name.toLowerCase().replace(/\.(?:exe|cmd|bat|com|ps1)$/, '')
  if (KNOWN.includes(lower)) return lower
  const bare = lower.replace(/[-_.]?\d[\d.]{0,20}$/, '')
  return KNOWN.includes(bare) ? bare : lower
}

function namedSeverity(program: string, args: readonly string[]): CapabilitySeverity {
  if (ALWAYS.has(program)) return 'high'
  if (program === 'git') return gitSeverity(args)
  const known = verbSeverity(program, args)
  if (known !== undefined) return known
  if (INTERPRETERS.has(program)) return interpreterSeverity(program, args)
  if (STARTERS.has(program)) return starterSeverity(args)
  if (!WIDE.has(program)) return 'medium'
  return args.some(isFree) || args.some((token) => CODE_OPTION.test(token)) ? 'high' : 'medium'
}

/** A token that can be an option, or anything at all. */
function isFree(token: string): boolean {
  return token.startsWith('*') || /^-[^/]*\*/.test(token)
}

/** With a file of the skill it runs what was installed; else it runs what it is given. */
function interpreterSeverity(program: string, args: readonly string[]): CapabilitySeverity {
  const runners = program === 'deno' || program === 'bun' || program === 'dotnet'
  // A bare word is a command of theirs there, such as `eval`.
  if (runners && /^\w+$/.test(args[0] ?? '') && args[0] !== 'run') return 'high'
  const rest = runners && args[0] === 'run' ? args.slice(1) : args
  for (const [index, token] of rest.entries()) {
    if (token === '-m' && program === 'python') return moduleSeverity(rest[index + 1])
    if (PLAIN_OPTION.test(token)) {
      if (/^(?:--version|-V|--help|-h)$/.test(token)) return 'medium'
      continue
    }
    return token.startsWith('-') || isFree(token) || leaves(token) ? 'high' : 'medium'
  }
  // What comes on standard input is run.
  return 'high'
}

function moduleSeverity(module: string | undefined): CapabilitySeverity {
  const [top = ''] = (module ?? '*').toLowerCase().split('.', 1)
  const free = module === undefined || module.includes('*')
  return free || RUNNING_MODULES.has(top) || RUNNING_MODULES.has(module.toLowerCase()) ? 'high' : 'medium'
}

/** A path out of the folder that a skill works in. */
function leaves(path: string): boolean {
  return /^[/~]|^[a-z]:|:\/\//i.test(path) || path.split('/').includes('..')
}

/** As grave as what it starts. Options of its own, numbers and durations come before that. */
function starterSeverity(args: readonly string[]): CapabilitySeverity {
  const assigned = args.filter((token) => /^[A-Za-z_]\w*=/.test(token))
  if (assigned.some((token) => variableSeverity(token.split('=', 1)[0] ?? '') !== 'low')) return 'high'
  const start = args.findIndex((token) => !/^(?:[A-Za-z_]\w*=\S*|\d[\w.:]*)$/.test(token))
  const rest = start < 0 ? [] : args.slice(start)
  if (rest.length === 0) return 'medium'
  const [first = ''] = rest
  return isFree(first) || first.startsWith('-') ? 'high' : commandSeverity(rest)
}

function gitSeverity(args: readonly string[]): CapabilitySeverity {
  if (args[0] === '-C' && args.length > 2) return gitSeverity(args.slice(2))
  if (GIT_BEFORE.test(args[0] ?? '')) return gitSeverity(args.slice(1))
  const [command, ...rest] = args
  if (command === undefined || /^--(?:version|help)$/.test(command)) return 'medium'
  if (command === 'config') return GIT_CONFIG_READS.test(rest[0] ?? '') ? 'medium' : 'high'
  if (rest.some((token) => GIT_CODE.test(token))) return 'high'
  if (GIT_PLAIN.has(command)) return 'medium'
  if (!GIT_REMOTE.has(command) || rest.some(isFree)) return 'high'
  const push = command === 'push'
  const grave = (token: string): boolean => (push ? GIT_OVERWRITES.test(token) : GIT_SHORT_CODE.test(token))
  return rest.some(grave) ? 'high' : 'medium'
}

/** Verbs that look, build or test, and what runs a program that is named after it. */
function verbSeverity(program: string, args: readonly string[]): CapabilitySeverity | undefined {
  const [verb = '', next = '', ...rest] = args
  if (program === 'cargo' && /^\+[\w.-]+$/.test(verb)) return verbSeverity(program, args.slice(1))
  if (SUBCOMMANDS.has(program) && LOOKING.has(verb)) return 'medium'
  if (BUILDING[program]?.has(verb)) return 'medium'
  if (program === 'uv' && verb === 'run' && UV_RUN_PLAIN.test(next))
    return verbSeverity(program, [verb, ...rest])
  const named = next !== '' && !isFree(next) && !next.startsWith('-')
  if (program === 'uv' && verb === 'run' && next.startsWith('-')) return 'high'
  if (RUNS_SCRIPTS.has(program) && /^run(?:-script)?$/.test(verb) && named) return 'medium'
  if (program === 'uv' && verb === 'run' && named) return commandSeverity([next, ...rest])
  if (/^(?:gh|glab)$/.test(program) && (GH_LOOKS.has(next) || verb === 'search')) return 'medium'
  return undefined
}
