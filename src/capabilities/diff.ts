// What changed between two requests or grants, told apart by whether it allows more. Renaming and reordering are no change.
import type { Capabilities } from './capabilities.ts'
import { covers } from './cover.ts'
import { amountOf } from './grammar.ts'
import { isSameRule, ruleLabel, rulesOf, type Rule } from './rules.ts'

/** `added` and `widened` allow something that was not allowed before; the others never do. */
export interface CapabilityChange {
  readonly change: 'added' | 'widened' | 'narrowed' | 'removed'
  /** `terminal`, `terminal.deny`, `filesystem.read`, … */
  readonly capability: string
  /** The rule as it was; absent for `added`. */
  readonly before?: string
  /** The rule as it is; absent when a rule only went away. */
  readonly after?: string
}

/** Changes in the order of the vocabulary, those that allow more first. Empty when both allow the same. */
export function diffCapabilities(before: Capabilities, after: Capabilities): CapabilityChange[] {
  const was = rulesOf(before)
  const is = rulesOf(after)
  const changes = [
    ...changesOf(
      was.filter((r) => r.list !== 'deny' && r.capability !== 'resources'),
      is.filter((r) => r.list !== 'deny' && r.capability !== 'resources'),
    ),
    // What is denied shrinks exactly when what is allowed grows.
    ...changesOf(
      was.filter((r) => r.list === 'deny'),
      is.filter((r) => r.list === 'deny'),
    ).map(inverted),
    ...resourceChanges(was, is),
    ...reasonChanges(was, is),
  ]
  const wider = (change: CapabilityChange): boolean =>
    change.change === 'added' || change.change === 'widened'
  return [...changes.filter(wider), ...changes.filter((change) => !wider(change))]
}

/** True when `after` allows something that `before` does not. */
export function widens(before: Capabilities, after: Capabilities): boolean {
  return diffCapabilities(before, after).some(({ change }) => change === 'added' || change === 'widened')
}

function changesOf(was: readonly Rule[], is: readonly Rule[]): CapabilityChange[] {
  const changes: CapabilityChange[] = []
  const accounted = new Set<Rule>()
  for (const rule of is) {
    const wider = was.find((old) => covers(old, rule))
    if (wider) {
      if (is.some((other) => covers(other, wider))) continue
      accounted.add(wider)
      changes.push({
        change: 'narrowed',
        capability: ruleLabel(rule),
        before: wider.value,
        after: rule.value,
      })
      continue
    }
    const narrower = was.filter((old) => covers(rule, old))
    for (const old of narrower) accounted.add(old)
    const [first] = narrower
    changes.push(
      first
        ? { change: 'widened', capability: ruleLabel(rule), before: first.value, after: rule.value }
        : { change: 'added', capability: ruleLabel(rule), after: rule.value },
    )
  }
  for (const rule of was) {
    if (accounted.has(rule) || is.some((other) => covers(other, rule))) continue
    changes.push({ change: 'removed', capability: ruleLabel(rule), before: rule.value })
  }
  return changes
}

/** The same change seen from what is allowed. */
function inverted(change: CapabilityChange): CapabilityChange {
  const opposite = {
    added: 'narrowed',
    widened: 'narrowed',
    narrowed: 'widened',
    removed: 'widened',
  } as const
  return { ...change, change: opposite[change.change] }
}

/** Another reason is another question, whatever the name of the secret. */
function reasonChanges(was: readonly Rule[], is: readonly Rule[]): CapabilityChange[] {
  return is.flatMap((rule): CapabilityChange[] => {
    const old = was.find((other) => rule.capability === 'secrets' && isSameRule(other, rule))
    if (!old || old.reason === rule.reason) return []
    return [
      {
        change: 'widened',
        capability: 'secrets',
        before: `${old.value} (${old.reason})`,
        after: `${rule.value} (${rule.reason})`,
      },
    ]
  })
}

function resourceChanges(was: readonly Rule[], is: readonly Rule[]): CapabilityChange[] {
  const limits = (rules: readonly Rule[]): Map<string, Rule> =>
    new Map(rules.filter((r) => r.capability === 'resources').map((r) => [ruleLabel(r), r]))
  const before = limits(was)
  const after = limits(is)
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((capability): CapabilityChange[] => {
    const old = before.get(capability)?.value
    const now = after.get(capability)?.value
    if (old === now) return []
    if (old === undefined) return now === undefined ? [] : [{ change: 'added', capability, after: now }]
    // The runtime's own ceiling takes its place, and that may be higher.
    if (now === undefined) return [{ change: 'widened', capability, before: old }]
    const [from, to] = [amount(old), amount(now)]
    if (from === to) return []
    return [{ change: to > from ? 'widened' : 'narrowed', capability, before: old, after: now }]
  })
}

/** The size of a ceiling written `memory=256Mi`, in bytes, milliseconds or pieces. */
export function amount(value: string): number {
  const text = value.slice(value.indexOf('=') + 1)
  return /[A-Za-z]/.test(text) ? amountOf(text) : Number(text)
}
