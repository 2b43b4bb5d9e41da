// What a skill may do, as data. Absent means none; deny beats allow. Loads no library: the lock reads it on every start.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { GRAMMAR, LISTS, REQUIRED_LISTS, RESOURCE_TEXTS, type Grammar } from './grammar.ts'

/** A request or a grant. In the canonical form every list is sorted and without repetition. */
export interface Capabilities {
  /** Rules over an argv, never over a shell string: `git **`, `python3 scripts/*.py`. */
  readonly terminal?: { readonly allow: readonly string[]; readonly deny?: readonly string[] }
  /** Globs with `${skill}`, `${project}`, `${work}`, `${tmp}` and `~`, decided after realpath. */
  readonly filesystem?: {
    readonly read?: readonly string[]
    readonly write?: readonly string[]
    readonly deny?: readonly string[]
  }
  /** Exact names or `*.suffix`, optionally `:port`; `*` is any host. */
  readonly network?: { readonly hosts: readonly string[] }
  readonly env?: { readonly required?: readonly string[]; readonly optional?: readonly string[] }
  /** References only: the value of a secret is never part of this. */
  readonly secrets?: readonly Secret[]
  /** `provider:name`. */
  readonly tools?: readonly string[]
  /** `kind:path`: what nobody could tell from the content. Granting it lets that part of the skill do anything. */
  readonly opaque?: readonly string[]
  readonly resources?: Resources
}

export interface Secret {
  readonly name: string
  readonly reason: string
}

/** Ceilings of one run; absent means the runtime's default. */
export interface Resources {
  /** Such as `256Mi`. */
  readonly memory?: string
  readonly cpus?: number
  readonly pids?: number
  /** Such as `30s`. */
  readonly timeout?: string
  /** Such as `1Mi`. */
  readonly output?: string
}

/** Every kind of capability, in the order of the vocabulary; a kind that is added to the type must be added here. */
export const CAPABILITY_KINDS = Object.keys({
  terminal: true,
  filesystem: true,
  network: true,
  env: true,
  secrets: true,
  tools: true,
  opaque: true,
  resources: true,
} satisfies Record<keyof Capabilities, true>) as readonly (keyof Capabilities)[]

/** A place in a value and what is wrong there. */
export interface CapabilityProblem {
  /** Keys and indexes from the capabilities' own root. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

type Path = readonly (string | number)[]
type Unknown = Readonly<Record<string, unknown>>

/** Sorted by code unit, without repetition, without empty parts; equal requests become equal values. */
export function canonicalCapabilities(c: Capabilities): Capabilities {
  const parts: Record<string, unknown> = {}
  for (const [key, lists] of Object.entries(LISTS)) {
    const given = (c as Record<string, Record<string, readonly string[]> | undefined>)[key]
    const kept: Record<string, readonly string[]> = {}
    for (const list of Object.keys(lists)) {
      const values = sortedUnique(given?.[list] ?? [])
      if (values.length > 0) kept[list] = values
    }
    if (Object.keys(kept).length === 0) continue
    for (const list of Object.keys(lists)) if (REQUIRED_LISTS.has(`${key}.${list}`)) kept[list] ??= []
    parts[key] = Object.fromEntries(Object.keys(lists).flatMap((l) => (kept[l] ? [[l, kept[l]]] : [])))
  }
  const secrets = [...new Map((c.secrets ?? []).map((s) => [s.name, s])).values()]
  if (secrets.length > 0) {
    parts.secrets = secrets
      .map(({ name, reason }) => ({ name, reason }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  const tools = sortedUnique(c.tools ?? [])
  if (tools.length > 0) parts.tools = tools
  const opaque = sortedUnique(c.opaque ?? [])
  if (opaque.length > 0) parts.opaque = opaque
  const resources = Object.fromEntries(
    (['memory', 'cpus', 'pids', 'timeout', 'output'] as const).flatMap((key) =>
      c.resources?.[key] === undefined ? [] : [[key, c.resources[key]]],
    ),
  )
  if (Object.keys(resources).length > 0) parts.resources = resources
  return parts
}

/** True when nothing is allowed. Rules that only deny, and ceilings, allow nothing. */
export function isEmptyCapabilities(c: Capabilities): boolean {
  const lists = [
    c.terminal?.allow,
    c.filesystem?.read,
    c.filesystem?.write,
    c.network?.hosts,
    c.env?.required,
    c.env?.optional,
    c.secrets,
    c.tools,
    c.opaque,
  ]
  return lists.every((list) => list === undefined || list.length === 0)
}

/** True when both say the same, in whatever order; a lock orders its keys in its own way. */
export function sameCapabilities(a: Capabilities, b: Capabilities): boolean {
  return JSON.stringify(canonicalCapabilities(a)) === JSON.stringify(canonicalCapabilities(b))
}

/**
 * The canonical form of an untrusted value.
 * @throws grant_invalid naming the file and the field
 */
export function parseCapabilities(value: unknown, file: string): Capabilities {
  const [problem] = checkCapabilities(value)
  if (problem) {
    const field = fieldName(problem.path)
    throw new SkillsError('grant_invalid', `${file}: ${field || 'the value'}: ${problem.message}`, {
      hint: 'see docs/formats.md for the vocabulary of capabilities',
      details: { file, field },
    })
  }
  return canonicalCapabilities(value as Capabilities)
}

/** Everything that is wrong with an untrusted value; empty when it is a `Capabilities`. Same verdict as the zod schema. */
export function checkCapabilities(value: unknown): CapabilityProblem[] {
  const problems: CapabilityProblem[] = []
  const report = (path: Path, message: string): void => void problems.push({ path, message })
  const texts = (path: Path, list: unknown, grammar: Grammar): void => {
    if (!Array.isArray(list)) return report(path, 'expected a list of text')
    for (const [index, item] of list.entries()) text([...path, index], item, grammar)
  }
  const text = (path: Path, item: unknown, grammar: Grammar): void => {
    if (typeof item !== 'string') report(path, `expected ${grammar.expects}`)
    else if (!grammar.pattern.test(item)) report(path, `${quote(item)} is not ${grammar.expects}`)
  }
  const table = (path: Path, item: unknown, keys: readonly string[]): item is Unknown => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      report(path, 'expected a table')
      return false
    }
    for (const key of Object.keys(item)) {
      if (!keys.includes(key)) report([...path, key], `unknown key; known are ${keys.join(', ')}`)
    }
    return true
  }

  if (!table([], value, CAPABILITY_KINDS)) return problems
  for (const [key, lists] of Object.entries(LISTS)) {
    const part = value[key]
    if (part === undefined || !table([key], part, Object.keys(lists))) continue
    for (const [list, grammar] of Object.entries<Grammar>(lists)) {
      if (part[list] !== undefined) texts([key, list], part[list], grammar)
      else if (REQUIRED_LISTS.has(`${key}.${list}`)) report([key, list], 'is missing')
    }
  }
  if (value.tools !== undefined) texts(['tools'], value.tools, GRAMMAR.tool)
  if (value.opaque !== undefined) texts(['opaque'], value.opaque, GRAMMAR.opaque)
  if (value.secrets !== undefined) {
    if (!Array.isArray(value.secrets)) report(['secrets'], 'expected a list of tables with name and reason')
    else {
      for (const [index, secret] of value.secrets.entries()) {
        if (!table(['secrets', index], secret, ['name', 'reason'])) continue
        text(['secrets', index, 'name'], secret.name, GRAMMAR.secret)
        text(['secrets', index, 'reason'], secret.reason, GRAMMAR.reason)
      }
    }
  }
  const limits = value.resources
  if (
    limits !== undefined &&
    table(['resources'], limits, [...Object.keys(RESOURCE_TEXTS), 'cpus', 'pids'])
  ) {
    for (const [key, grammar] of Object.entries(RESOURCE_TEXTS)) {
      if (limits[key] !== undefined) text(['resources', key], limits[key], grammar)
    }
    const { cpus, pids } = limits
    if (cpus !== undefined && !(typeof cpus === 'number' && cpus > 0 && cpus <= 1024)) {
      report(['resources', 'cpus'], 'expected a number above 0')
    }
    if (pids !== undefined && !(Number.isSafeInteger(pids) && (pids as number) > 0)) {
      report(['resources', 'pids'], 'expected a whole number above 0')
    }
  }
  return problems
}

/** `terminal.allow[2]` for `['terminal', 'allow', 2]`. */
export function fieldName(path: Path): string {
  return path.reduce<string>(
    (name, part) =>
      typeof part === 'number'
        ? `${name}[${part}]`
        : name
          ? `${name}.${displayShort(part, 60)}`
          : displayShort(part, 60),
    '',
  )
}

function quote(text: string): string {
  return `"${displayShort(text, 80)}"`
}

function sortedUnique(values: readonly string[]): string[] {
  return [...new Set(values)].sort()
}
