// What a lock says of a skill, held against what the skill's content says: a grant is never wider than the request that
// the content makes, and nothing that can be recomputed is believed. Pure.
import { type Capabilities, sameCapabilities } from '../capabilities/capabilities.ts'
import { isLimit } from '../capabilities/ceilings.ts'
import { covers } from '../capabilities/cover.ts'
import { amount } from '../capabilities/diff.ts'
import { isSameRule, type Rule, ruleLabel, rulesOf } from '../capabilities/rules.ts'

/** What the content of a skill says of itself. */
export interface Content {
  readonly requested: Capabilities
  readonly optional: Capabilities
  readonly dependencies: Readonly<Record<string, string>>
  /** `null` when it names none; absent where only the source can say it. */
  readonly version?: string | null
}

/** What a lock says of it. */
export interface Claims {
  readonly capabilities: Capabilities
  readonly requested?: Capabilities
  readonly dependencies: Readonly<Record<string, string>>
  readonly version?: string
}

/** `grant_exceeds`: more is granted than asked for · `grant_stale`: another request was answered · `lock_untrue`. */
export interface ClaimProblem {
  readonly code: 'grant_exceeds' | 'grant_stale' | 'lock_untrue'
  /** The field of the entry. */
  readonly field: string
  /** What stands there and should not, or the other way round. */
  readonly problem: string
}

/** Everything that an entry says against its content; empty when it is true. */
export function claimProblems(claims: Claims, content: Content): readonly ClaimProblem[] {
  return [
    ...excess(claims.capabilities, content),
    ...stale(claims.requested ?? claims.capabilities, content.requested),
    ...untrue(claims, content),
  ]
}

/** Limits of the user's own only take away; those of the content stay. */
function excess(granted: Capabilities, { requested, optional }: Content): ClaimProblem[] {
  const asked = rulesOf(requested)
  const outer = [...asked, ...rulesOf(optional)]
  const given = rulesOf(granted)
  const found = given
    .filter(
      (rule) => !isLimit(rule) && !outer.some((other) => covers(other, rule) && sameReason(other, rule)),
    )
    .map((rule) => ({ rule, problem: `grants ${shown(rule)}, which its content does not ask for` }))
  const lifted = asked
    .filter((limit) => isLimit(limit) && given.some((rule) => isLimitedBy(rule, limit)))
    .filter((limit) => !given.some((rule) => holds(rule, limit)))
    .map((rule) => ({ rule, problem: `lifts ${shown(rule)}, which its content sets` }))
  return [...found, ...lifted].map(({ rule, problem }) => ({
    code: 'grant_exceeds' as const,
    field: `capabilities.${ruleLabel(rule)}`,
    problem,
  }))
}

/** A wider rule covers others, but a reason is one sentence about one secret. */
function sameReason(asked: Rule, given: Rule): boolean {
  return given.reason === asked.reason
}

/** Where nothing of its kind is granted, a limit has nothing to limit. */
function isLimitedBy(rule: Rule, limit: Rule): boolean {
  return !isLimit(rule) && (limit.capability === 'resources' || limit.capability === rule.capability)
}

function holds(rule: Rule, limit: Rule): boolean {
  if (limit.capability !== 'resources') return covers(rule, limit)
  return ruleLabel(rule) === ruleLabel(limit) && amount(rule.value) <= amount(limit.value)
}

function stale(answered: Capabilities, requested: Capabilities): ClaimProblem[] {
  if (sameCapabilities(answered, requested)) return []
  const [was, is] = [rulesOf(answered), rulesOf(requested)]
  const missing = is.find((rule) => !was.some((other) => isSameRule(other, rule)))
  const extra = was.find((rule) => !is.some((other) => isSameRule(other, rule)))
  const problem = missing
    ? `leaves out ${shown(missing)}, which its content asks for`
    : extra
      ? `has ${shown(extra)}, which its content does not ask for`
      : 'gives other reasons than its content'
  return [{ code: 'grant_stale', field: 'requested', problem }]
}

function untrue(claims: Claims, content: Content): ClaimProblem[] {
  const found: ClaimProblem[] = []
  if (content.version !== undefined && (claims.version ?? null) !== content.version) {
    const problem = `is ${claims.version ?? 'absent'}, but its content says ${content.version ?? 'none'}`
    found.push({ code: 'lock_untrue', field: 'version', problem })
  }
  const names = new Set([...Object.keys(claims.dependencies), ...Object.keys(content.dependencies)])
  for (const name of [...names].sort()) {
    const [claimed, asked] = [claims.dependencies[name], content.dependencies[name]]
    if (claimed === asked) continue
    const problem = `is ${claimed ?? 'absent'}, but its content says ${asked ?? 'none'}`
    found.push({ code: 'lock_untrue', field: `dependencies.${name}`, problem })
  }
  return found
}

function shown(rule: Rule): string {
  const list = rule.list === undefined || rule.list === 'deny' ? '' : ` ${rule.list}`
  return `${ruleLabel(rule)}${rule.capability === 'filesystem' ? '' : list} "${rule.value}"`
}
