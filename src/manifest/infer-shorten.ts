// Many observations to a request that a person reads: one line a rule, wider rules in place of those they cover, hosts of
// one owner and files of one folder together.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { covers, kindAndPath } from '../capabilities/cover.ts'
import { GRAMMAR, type Grammar } from '../capabilities/grammar.ts'
import type { Rule } from '../capabilities/rules.ts'
import type { Evidence, Found } from './infer-found.ts'

/** One line of an inferred request. */
export interface InferredCapability {
  readonly capability: keyof Capabilities
  readonly value: string
  readonly sub?: 'allow' | 'read' | 'write' | 'required' | 'optional'
  /** Where it shows, at most five places. */
  readonly evidence: readonly Evidence[]
}

const MAX_EVIDENCE = 5
const MAX_LINES = 500
/** More files than this of one kind in one folder are one line. */
const MAX_FILES = 20

const GRAMMAR_OF: Partial<Record<keyof Capabilities, Grammar>> = {
  terminal: GRAMMAR.command,
  filesystem: GRAMMAR.glob,
  network: GRAMMAR.host,
  env: GRAMMAR.env,
  secrets: GRAMMAR.secret,
  tools: GRAMMAR.tool,
  opaque: GRAMMAR.opaque,
}
const ORDER: readonly (keyof Capabilities)[] = [
  'opaque',
  'terminal',
  'filesystem',
  'network',
  'env',
  'secrets',
  'tools',
  'resources',
]

/** The lines, in the order of their capabilities. What is not understood is never left out for being too much. */
export function shorten(found: readonly Found[]): InferredCapability[] {
  const lines = new Map<string, { rule: Found; evidence: Evidence[] }>()
  const valid = found.filter((item) => GRAMMAR_OF[item.capability]?.pattern.test(item.value))
  const opaque = valid.filter(({ capability }) => capability === 'opaque')
  const others = valid.filter(({ capability }) => capability !== 'opaque')
  for (const item of [...groupFiles(opaque), ...groupHosts(others)]) {
    // A variable is one line, whether it is read with a default or without.
    const list = item.capability === 'env' ? '' : (item.sub ?? '')
    const key = `${item.capability} ${list} ${item.value}`
    const line = lines.get(key)
    if (!line) lines.set(key, { rule: item, evidence: [item.evidence] })
    else {
      if (item.sub === 'optional') line.rule = item
      line.evidence.push(item.evidence)
    }
  }
  // A request longer than this is not read by anybody; what is left out is not granted.
  const all = [...lines.values()].slice(0, MAX_LINES)
  const kept = all.filter(
    (line) => !all.some((other) => other !== line && covers(ruleOf(other.rule), ruleOf(line.rule))),
  )
  for (const line of all) {
    if (kept.includes(line)) continue
    kept.find((other) => covers(ruleOf(other.rule), ruleOf(line.rule)))?.evidence.push(...line.evidence)
  }
  return kept
    .map(({ rule, evidence: places }): InferredCapability => ({
      capability: rule.capability,
      value: rule.value,
      ...(rule.sub === undefined ? {} : { sub: rule.sub }),
      evidence: distinct(places).slice(0, MAX_EVIDENCE),
    }))
    .sort((a, b) => ORDER.indexOf(a.capability) - ORDER.indexOf(b.capability) || compare(a, b))
}

function compare(a: InferredCapability, b: InferredCapability): number {
  const [left, right] = [`${a.sub ?? ''} ${a.value}`, `${b.sub ?? ''} ${b.value}`]
  return left < right ? -1 : left > right ? 1 : 0
}

function ruleOf({ capability, sub, value }: Found): Rule {
  const list = capability === 'network' ? 'hosts' : sub
  return list === undefined ? { capability, value } : { capability, list, value }
}

function distinct(places: readonly Evidence[]): Evidence[] {
  return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()]
}

/** From three names on, `*.suffix` stands for the names below one registered name. */
function groupHosts(found: readonly Found[]): Found[] {
  const names = new Map<string, Set<string>>()
  for (const { capability, value } of found) {
    const suffix = capability === 'network' ? suffixOf(value) : undefined
    if (suffix !== undefined) names.set(suffix, (names.get(suffix) ?? new Set()).add(value))
  }
  return found.map((item) => {
    const suffix = item.capability === 'network' ? suffixOf(item.value) : undefined
    return suffix !== undefined && (names.get(suffix)?.size ?? 0) > 2
      ? { ...item, value: `*.${suffix}` }
      : item
  })
}

/** `googleapis.com` for `gmail.googleapis.com`; undefined for a registered name itself, an address or a shared platform. */
function suffixOf(host: string): string | undefined {
  const labels = host.split('.')
  const suffix = labels.slice(-2).join('.')
  const shared =
    /^(?:github\.io|vercel\.app|netlify\.app|herokuapp\.com|amazonaws\.com|azurewebsites\.net|pages\.dev|workers\.dev|co\.\w+|com\.\w+|or\.\w+|ne\.\w+)$/
  if (
    labels.length < 3 ||
    /^[\d.]+$/.test(host) ||
    host.startsWith('[') ||
    host.startsWith('*') ||
    shared.test(suffix)
  )
    return undefined
  return suffix
}

/** Many files of one kind in one folder of the skill are `kind:folder/**`, and all of them at its root `kind:**`. */
function groupFiles(found: readonly Found[]): Found[] {
  const names = new Map<string, Set<string>>()
  const placeOf = ({ value }: Found): string => {
    const [kind, path] = kindAndPath(value)
    const slash = path.indexOf('/')
    return `${kind}:${slash < 0 ? '' : path.slice(0, slash + 1)}**`
  }
  for (const item of found) {
    const place = placeOf(item)
    names.set(place, (names.get(place) ?? new Set()).add(item.value))
  }
  const crowded = [...names].filter(([, values]) => values.size > MAX_FILES).map(([place]) => place)
  return found.map((item) => {
    const place = placeOf(item)
    if (crowded.length > MAX_FILES) return { ...item, value: `${kindAndPath(item.value)[0]}:**` }
    return crowded.includes(place) ? { ...item, value: place } : item
  })
}
