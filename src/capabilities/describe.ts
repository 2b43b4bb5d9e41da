// Capabilities in plain words for the prompt. The text is safe for a terminal; it promises nothing that a rule does not say.
import { inertName, inertText, quotedText } from '../platform/text.ts'
import type { Capabilities } from './capabilities.ts'
import { kindAndPath } from './cover.ts'
import { hostAddress } from './host-address.ts'
import { rulesOf, type Rule } from './rules.ts'
import { type CapabilitySeverity, severityOf } from './severity.ts'

/** One rule as a person reads it. */
export interface CapabilityLine {
  /** `terminal`, `filesystem`, `network`, `env`, `secrets`, `tools`, `opaque`, `resources`. */
  readonly capability: string
  /** Plain words: "run git with any arguments". */
  readonly text: string
  /** The rule as written; a ceiling as `memory=256Mi`. */
  readonly value: string
  readonly severity: CapabilitySeverity
}

/** A line a rule, in the order of the vocabulary; what is denied comes after what is allowed. */
export function describeCapabilities(c: Capabilities): CapabilityLine[] {
  return rulesOf(c).map(describeRule)
}

/** One rule in plain words. */
export function describeRule(rule: Rule): CapabilityLine {
  return {
    capability: rule.capability,
    text: marked(textOf(rule)),
    value: rule.value,
    severity: severityOf(rule),
  }
}

/** Letters that pose as others are escapes by now; the words beside them say so. */
function marked(text: string): string {
  return text.includes('\\u{') ? `${text} (odd letters)` : text
}

/** A reason longer than this is cut: the rule is what counts, and `skills info` has the file. */
const REASON = 120

function textOf(rule: Rule): string {
  const program = rule.capability === 'terminal' || rule.capability === 'network'
  const value = program ? inertName(rule.value) : inertText(rule.value)
  switch (rule.capability) {
    case 'terminal':
      return rule.list === 'deny' ? `never ${commandText(value)}` : commandText(value)
    case 'filesystem':
      if (rule.list === 'deny') return `never touch ${placeText(value)}`
      return `${rule.list === 'write' ? 'write' : 'read'} ${placeText(value)}`
    case 'network':
      return `contact ${hostText(value)}`
    case 'env':
      return rule.list === 'required'
        ? `read the variable ${value}`
        : `read the variable ${value}, if it is set`
    case 'secrets':
      return `use the secret ${value}${rule.reason ? ` (${quotedText(rule.reason, REASON)})` : ''}`
    case 'tools':
      return `call ${value}`
    case 'opaque':
      return opaqueText(value)
    case 'resources': {
      const [key, amount] = value.split('=', 2)
      const words: Record<string, string> = {
        memory: 'memory',
        cpus: 'processors',
        pids: 'processes',
        timeout: 'time',
        output: 'output',
      }
      return `use at most ${amount} of ${words[key ?? ''] ?? key}`
    }
  }
}

/** Kinds of content that was not understood, and what that may come to. */
export const OPAQUE_KINDS = {
  image: 'run the container image',
  server: 'run or ask the server',
  archive: 'unpack and use what is packed in',
  autoload: 'have an agent or tool run by itself what is set up in',
  binary: 'run the compiled program',
  computed: 'run code that is computed or fetched, in',
  environment: 'read every environment variable, in',
  hidden: 'follow text that a reader does not see, in',
  program: 'run the program, in a language that is not checked,',
  unread: 'do whatever stands in what was too large to check:',
} as const satisfies Record<string, string>

function opaqueText(value: string): string {
  const [kind, path] = kindAndPath(value)
  const known = (OPAQUE_KINDS as Readonly<Record<string, string>>)[kind]
  return `not understood: ${known ?? `whatever ${kind} stands for, in`} ${path.replace(/\/\*\*$/, '/ (several files)')}`
}

function commandText(rule: string): string {
  if (rule === '**') return 'run any command'
  const any = rule.endsWith(' **')
  const fixed = any ? rule.slice(0, -3) : rule
  const [program = '', ...rest] = fixed.split(' ')
  const scripts = /^(.*)\/\*(\.\w+)$/.exec(rest.at(-1) ?? '')
  const command =
    scripts && rest.length === 1 ? `the ${scripts[2]} files in ${scripts[1]} with ${program}` : fixed
  if (!any) return `run ${command}${scripts || rest.length > 0 ? '' : ' without arguments'}`
  return scripts ? `run ${command} and any arguments` : `run ${command} with any arguments`
}

function placeText(glob: string): string {
  const names: readonly [RegExp, string][] = [
    [/^\$\{project\}(?:\/\*\*)?$/, 'the files of the project'],
    [/^\$\{work\}(?:\/\*\*)?$/, 'the project’s files, except settings, builds, hooks, CI and instructions'],
    [/^\$\{skill\}(?:\/\*\*)?$/, "the skill's own files"],
    [/^\$\{tmp\}(?:\/\*\*)?$/, 'temporary files'],
    [/^~(?:\/\*\*)?$/, 'everything in your home directory'],
    [/^\/(?:\*\*)?$/, 'every file of this computer'],
  ]
  const known = names.find(([pattern]) => pattern.test(glob))
  if (known) return known[1]
  return glob
    .replace(/^\$\{project\}\//, 'the project’s ')
    .replace(/^\$\{work\}\//, 'what steers nothing of the project’s ')
    .replace(/^\$\{skill\}\//, 'the skill’s ')
    .replace(/^\$\{tmp\}\//, 'temporary ')
}

function hostText(rule: string): string {
  if (rule === '*') return 'any host on the network'
  if (rule.startsWith('*.')) return `every host below ${rule.slice(2)}`
  const [, name = rule, port = ''] = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(rule) ?? []
  const address = hostAddress(name)
  return address === undefined || address === name ? rule : `${rule} (the address ${address}${port})`
}
