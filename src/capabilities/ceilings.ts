// What only takes away: denials, and the lower of two ceilings. Pure.
import { amount } from './diff.ts'
import { ruleLabel, type Rule } from './rules.ts'

/** True for a denial or a ceiling, which never allow anything. */
export function isLimit(rule: Rule): boolean {
  return rule.list === 'deny' || rule.capability === 'resources'
}

/** The rules with every denial of `limits`, and of two ceilings for one resource the lower. */
export function limitedBy(rules: readonly Rule[], limits: readonly Rule[]): Rule[] {
  const lowest = new Map<string, Rule>()
  for (const rule of [...rules, ...limits]) {
    if (rule.capability !== 'resources') continue
    const held = lowest.get(ruleLabel(rule))
    if (!held || amount(rule.value) < amount(held.value)) lowest.set(ruleLabel(rule), rule)
  }
  return [
    ...rules.filter((rule) => rule.capability !== 'resources'),
    ...limits.filter((rule) => rule.list === 'deny'),
    ...lowest.values(),
  ]
}
