// From simple commands to terminal rules, and to the hosts that a command line contacts.
import { GRAMMAR } from '../capabilities/grammar.ts'
import { evidence, hostOf, opaqueFound, urlsOf, type Excerpt, type Found } from './infer-found.ts'
import { isHandedCode } from './infer-handed.ts'
import { ruleOfScript, type Script } from './infer-scripts.ts'
import { shellCommands, shellFunctions, type ShellCommand } from './infer-shell.ts'
import { isNoVerbOfGit, isOnlyContact, narrowRule } from './infer-verbs.ts'
import {
  GO_VERBS,
  HARMLESS,
  INSTALLERS,
  INTERPRETERS,
  isPlaceholderHost,
  KNOWN_PROGRAMS,
  NETWORK_PROGRAMS,
  PACKAGE_RUNNERS,
  SHELL_PREFIXES,
} from './infer-words.ts'

export interface CommandContext {
  /** The skill's own runnable files by path. */
  readonly scripts: ReadonlyMap<string, Script>
  /** Functions that the skill's shell scripts define: calling one starts no program. */
  readonly functions: ReadonlySet<string>
  /** Its other files that are text. */
  readonly files: readonly string[]
  /** Where the text stands: in a script and in a block marked as shell any word may be a program, else well-known ones. */
  readonly place: 'script' | 'source' | 'shell block' | 'text'
}

/** Rules and hosts of every command in the text. */
export function inferCommands(shell: Excerpt, context: CommandContext): Found[] {
  const functions = new Set([...shellFunctions(shell.text), ...context.functions])
  const lines = shell.text.split('\n')
  const commands = shellCommands(shell.text)
  const reaches = commands.some(({ argv }) => NETWORK_PROGRAMS.has(argv[0] ?? ''))
  return commands.flatMap((command, index): Found[] => {
    const at = evidence(shell, command.line, lines[command.line] ?? '')
    const found: Found[] = hostsOf(command, reaches).map((value) => ({
      capability: 'network',
      value,
      evidence: at,
    }))
    // In a text, words with bars between them are more often a choice than programs.
    const certain = context.place === 'script' || context.place === 'shell block'
    const choice = command.piped && !certain && (commands[index - 1]?.argv.length ?? 0) < 2
    if (!choice && isHandedCode(command, certain)) found.push(opaqueFound('computed', at))
    const other = ownFile(command, context)
    if (other !== undefined) found.push({ ...opaqueFound('program', { ...at, file: other }), evidence: at })
    // `command -v X` only asks where X is.
    const asks = command.argv[0] === 'command' && /^-[vV]$/.test(command.argv[1] ?? '')
    if (asks || (choice && command.argv.length < 2)) return found
    for (const value of rulesOf(command.argv, functions, context)) {
      found.push({ capability: 'terminal', sub: 'allow', value, evidence: at })
    }
    return found
  })
}

/** A file of the skill that is no script by its name, but is run as one. */
function ownFile({ argv }: ShellCommand, { scripts, files }: CommandContext): string | undefined {
  const at = argv.findIndex((word) => INTERPRETERS[word] !== undefined || word === 'source' || word === '.')
  if (at < 0 || at > 3) return undefined
  const operand = argv.slice(at + 1).find((word) => !word.startsWith('-'))
  if (operand === undefined || ownScript(operand, scripts)) return undefined
  const path = operand.replace(/^\.\//, '')
  return files.find((file) => path === file || path.endsWith(`/${file}`))
}

/** Where a script opens a connection by the shell's own means. */
const SHELL_SOCKET = /\/dev\/(?:tcp|udp)\/([^\s/"']+)\//g

function hostsOf({ argv }: ShellCommand, reaches: boolean): string[] {
  const sockets = argv.flatMap((word) =>
    Array.from(word.matchAll(SHELL_SOCKET), ([, host = '']) => literalHost(host)),
  )
  if (argv.some((word) => LOOKUPS.has(word))) return [...sockets, ...lookups(argv)]
  return [...sockets, ...contactedHosts(argv, reaches)]
}

/** Programs that ask for a name, and so carry to its owner what stands in it. */
const LOOKUPS: ReadonlySet<string> = new Set([
  'dig',
  'nslookup',
  'host',
  'drill',
  'ping',
  'getent',
  'resolvectl',
])

function lookups(argv: readonly string[]): string[] {
  const at = argv.findIndex((word) => LOOKUPS.has(word))
  return argv
    .slice(at + 1)
    .filter((word) => /[…$]/.test(word) || /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(word))
    .map(literalHost)
    .filter((host) => !isPlaceholderHost(host) && !/^\d+(?:\.\d+)?$/.test(host))
}

function literalHost(word: string): string {
  return GRAMMAR.host.pattern.test(word.toLowerCase()) ? word.toLowerCase() : '*'
}

/** Options whose value is text, not an address. */
const VALUES = /^(?:-H|--header|-A|-e|--referer|-d|--data\S*|-u|--user)$/

function contactedHosts(argv: readonly string[], reaches: boolean): string[] {
  const words = argv.slice(argv.findIndex((token) => !SHELL_PREFIXES.has(token)))
  const contacts = words.some((token) => NETWORK_PROGRAMS.has(token))
  const sets = reaches && (words[0] === 'export' || /^\w+=/.test(words[0] ?? ''))
  if (!contacts && !sets) return []
  return words.flatMap((token, index) => {
    // A header, a referer or an agent's name is text.
    if (VALUES.test(words[index - 1] ?? '')) return []
    return urlsOf(token).flatMap((url) => {
      const host = hostOf(url)
      return host === undefined || isPlaceholderHost(host) ? [] : [host]
    })
  })
}

function rulesOf(argv: readonly string[], functions: ReadonlySet<string>, context: CommandContext): string[] {
  const elevated = argv.includes('sudo') && argv.indexOf('sudo') <= 1 ? ['sudo **'] : []
  let rest = [...argv]
  while (rest.length > 0) {
    const [first = '', second = ''] = rest
    if (SHELL_PREFIXES.has(first) || /^[A-Za-z_]\w*\+?=/.test(first) || first === '$' || first === '>')
      rest = rest.slice(1)
    else if (first.startsWith('-') && rest.length < argv.length) rest = rest.slice(1)
    else if (first === 'timeout') rest = rest.slice(/^\d/.test(second) ? 2 : 1)
    else break
  }
  const rules = [rest, ...startedByFind(rest)].flatMap((words) => ruleOf(words, functions, context) ?? [])
  return [...elevated, ...rules]
}

/** The command after each `-exec` of a find. */
function startedByFind([program, ...args]: readonly string[]): string[][] {
  if (program !== 'find' && program !== 'fd') return []
  return args.flatMap((arg, index) => {
    return /^-(?:exec|execdir|ok|okdir|x|X)$/.test(arg) ? [args.slice(index + 1)] : []
  })
}

function ruleOf(
  argv: readonly string[],
  functions: ReadonlySet<string>,
  context: CommandContext,
): string | undefined {
  const [program = '', ...args] = argv
  const own = ownScript(program, context.scripts)
  if (own) return ruleOfScript(own)
  const name = program.replace(/^.*\/(?=[^/]+$)/, '')
  if (functions.has(program) && !KNOWN_PROGRAMS.has(program)) return undefined
  const interpreter = INTERPRETERS[name]
  const folder = program.slice(0, -name.length)
  if (interpreter !== undefined && context.place === 'text' && /^\w+\/$/.test(folder) && folder !== 'bin/')
    return undefined
  if (interpreter !== undefined) return interpreted(interpreter, args, context)
  if (program.includes('/')) return undefined
  if (
    !/^[a-z][a-z0-9_+.-]*[a-z0-9]$|^R$/.test(program) ||
    /^.*\.(?:md|txt|json|ya?ml|toml|html|csv|png|log)$/.test(program)
  )
    return undefined
  // What a script deletes is a matter of the files that it may write; an instruction to delete folders is worth a line.
  if (program === 'rm')
    return context.place !== 'script' && args.some((arg) => /^-\w*[rR]/.test(arg)) ? 'rm **' : undefined
  if (HARMLESS.has(program) || (program.includes('_') && context.place !== 'script')) return undefined
  if (PACKAGE_RUNNERS.has(program)) return packageRule(program, args)
  if (
    (program === 'uv' || program === 'poetry' || program === 'bun' || program === 'deno') &&
    args[0] === 'run'
  ) {
    const script = args
      .slice(1)
      .map((arg) => ownScript(arg, context.scripts))
      .find(Boolean)
    return script ? ruleOfScript(script) : narrowRule(program, args)
  }
  const verb = args.find((arg) => !arg.startsWith('-'))
  if (verb !== undefined && INSTALLERS[program]?.test(verb)) return `${program} ${verb} **`
  if (context.place !== 'source' && isOnlyContact(program, args) && namesItsHosts(args)) return undefined
  // Go back, go first, go func: a word of prose.
  if (program === 'go' && context.place === 'text' && !GO_VERBS.has(verb ?? '')) return undefined
  if (program === 'git' && context.place === 'text' && isNoVerbOfGit(verb)) return undefined
  if (KNOWN_PROGRAMS.has(program)) return narrowRule(program, args)
  // A word of prose that slipped into a block rarely has an option or an argument like a program's.
  const plausible =
    args.length === 0
      ? false
      : args.every((arg) => arg.length < 300) && !/[,:!?]$/.test(args[0] ?? '') && args[0] !== '='
  return (context.place === 'script' || context.place === 'shell block') && plausible
    ? `${program} **`
    : undefined
}

/** Addresses are written out, and all of them lead to a host that is known. */
function namesItsHosts(args: readonly string[]): boolean {
  const hosts = args.flatMap((arg, index) =>
    VALUES.test(args[index - 1] ?? '') ? [] : urlsOf(arg).map(hostOf),
  )
  const computed = args.some((arg) => /^["']?(?:\$|…)/.test(arg) && !arg.includes('://'))
  return (
    hosts.length > 0 && !computed && hosts.every((host) => host !== undefined && !isPlaceholderHost(host))
  )
}

function interpreted(
  interpreter: string,
  args: readonly string[],
  { scripts }: CommandContext,
): string | undefined {
  const first = args.find((arg) => !arg.startsWith('-') || /^-(?:m|c|e|p|)$/.test(arg))
  const own = args.map((arg) => ownScript(arg, scripts)).find(Boolean)
  if (own) return ruleOfScript(own)
  if (first === '-m') {
    const module = args[args.indexOf('-m') + 1] ?? ''
    if (/^(?:venv|json\.tool)$/.test(module)) return undefined
    const own = scripts.get(`${module.replaceAll('.', '/')}.py`)
    if (own) return ruleOfScript(own)
    return /^[\w.]+$/.test(module) ? `${interpreter} -m ${module} **` : `${interpreter} **`
  }
  if (interpreter === 'bash') return first === '-c' ? 'bash **' : undefined
  if (first === undefined)
    return args.length > 0 && args.every((arg) => /^--?v(?:ersion)?$/i.test(arg))
      ? undefined
      : `${interpreter} **`
  return /^[\w./-]*\.\w+$/.test(first) && !first.includes('..')
    ? `${interpreter} ${first} **`
    : `${interpreter} **`
}

function packageRule(runner: string, args: readonly string[]): string | undefined {
  const name = withoutVersion(args.find((arg) => !arg.startsWith('-')))
  return name !== undefined && /^(?:@[\w.-]+\/)?[\w.-]+$/.test(name) ? `${runner} ${name} **` : undefined
}

/** The skill's own file that a token points to, through whatever variable or placeholder stands before it. */
function ownScript(token: string, scripts: ReadonlyMap<string, Script>): Script | undefined {
  if (!/[./]/.test(token)) return undefined
  const path = token.replace(/^\.\//, '')
  const direct = scripts.get(path) ?? scripts.get(`${path}.py`) ?? scripts.get(`${path}.sh`)
  if (direct) return direct
  // From the longest tail to the shortest; a bare file name must be unique in the skill.
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const tail = scripts.get(path.slice(at + 1))
    if (tail) return tail
  }
  const name = path.slice(path.lastIndexOf('/') + 1)
  const same = [...scripts.values()].filter((script) => script.path.endsWith(`/${name}`))
  return same.length === 1 ? same[0] : undefined
}

/** `@scope/name` of `@scope/name@1.0`. */
function withoutVersion(name: string | undefined): string | undefined {
  const at = name?.indexOf('@', Math.max(name.lastIndexOf('/') + 1, 1)) ?? -1
  return at < 0 ? name : name?.slice(0, at)
}
