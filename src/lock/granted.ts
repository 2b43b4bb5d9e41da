// Whether a value from a lockfile is a Capabilities: the verdict of checkCapabilities, at a fifth of its cost for the
// lists that nearly every entry consists of. What this file does not accept at a glance goes to the full check.
import { checkCapabilities, fieldName } from '../capabilities/capabilities.ts'
import { type Grammar, LISTS, REQUIRED_LISTS } from '../capabilities/grammar.ts'
import { isObject, type JsonObject } from './json-text.ts'
import type { FieldProblem } from './resolution.ts'

type Lists = Readonly<Record<string, Grammar>>

const GROUPS: ReadonlyMap<string, Lists> = new Map<string, Lists>(Object.entries(LISTS))
const REQUIRED: ReadonlyMap<string, string> = new Map(
  [...REQUIRED_LISTS].map((path) => path.split('.', 2) as [string, string]),
)

/** The first thing that is wrong with untrusted capabilities, or undefined. */
export function capabilitiesProblem(value: unknown): FieldProblem | undefined {
  if (value === undefined) return { field: '', problem: 'is missing' }
  if (isObject(value) && areValidLists(value)) return undefined
  const [found] = checkCapabilities(value)
  return found && { field: fieldName(found.path), problem: `is wrong: ${found.message}` }
}

/** True only for capabilities that are made of valid lists alone. */
function areValidLists(value: JsonObject): boolean {
  for (const name in value) {
    const lists = GROUPS.get(name)
    const group = value[name]
    if (!lists || !isObject(group)) return false
    for (const list in group)
      if (!isValidList(group[list], Object.hasOwn(lists, list) ? lists[list] : undefined)) return false
    const required = REQUIRED.get(name)
    if (required !== undefined && !Object.hasOwn(group, required)) return false
  }
  return true
}

function isValidList(value: unknown, grammar: Grammar | undefined): boolean {
  if (!grammar || !Array.isArray(value)) return false
  for (const item of value) if (typeof item !== 'string' || !grammar.pattern.test(item)) return false
  return true
}
