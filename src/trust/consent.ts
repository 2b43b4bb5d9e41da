// What must be asked before a skill may have its capabilities, and what an earlier answer still covers.
// The only maker of a `Granted`. Pure.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { isLimit, limitedBy } from '../capabilities/ceilings.ts'
import { covers } from '../capabilities/cover.ts'
import { type CapabilityChange, diffCapabilities, widens } from '../capabilities/diff.ts'
import { capabilitiesOf, isSameRule, type Rule, rulesOf } from '../capabilities/rules.ts'
import type { Verified } from './verify.ts'

declare const granted: unique symbol

/** Verified content with what its user lets it do. */
export interface Granted {
  readonly [granted]: true
  readonly verified: Verified
  /** What was granted: never more than was requested. */
  readonly grant: Capabilities
  /** The request that was answered. */
  readonly requested: Capabilities
}

/** What the lock has of an earlier answer. */
export interface EarlierAnswer {
  readonly grant: Capabilities
  /** The request that was answered then. */
  readonly requested: Capabilities
}

/** `settled`: nothing to ask. `ask`: `changes` is what is wider than before, or absent when nothing was asked before. */
export type ConsentNeed =
  | { readonly kind: 'settled'; readonly grant: Capabilities }
  | { readonly kind: 'ask'; readonly changes?: readonly CapabilityChange[] }

/** A request for nothing needs no answer; neither does one that an earlier answer covered, even a refusal. */
export function consentNeed(requested: Capabilities, earlier?: EarlierAnswer): ConsentNeed {
  if (allowing(requested).length === 0) return { kind: 'settled', grant: requested }
  if (!earlier) return { kind: 'ask' }
  if (!widens(earlier.requested, requested))
    return { kind: 'settled', grant: within(requested, earlier.grant) }
  const changes = diffCapabilities(earlier.requested, requested).filter(
    ({ change }) => change === 'added' || change === 'widened',
  )
  return { kind: 'ask', changes }
}

/** The rules of `requested` that `allowed` covers, with every denial of both and the lower of their ceilings. */
export function within(requested: Capabilities, allowed: Capabilities): Capabilities {
  const outer = rulesOf(allowed)
  const kept = rulesOf(requested).filter(
    (rule) => isLimit(rule) || outer.some((other) => covers(other, rule)),
  )
  return capabilitiesOf(limitedBy(kept, outer))
}

/**
 * The earlier grant, and of the new request what is new: what "yes" to a widening gives. Denials and ceilings that the
 * user set, not the author, stay. Without an earlier answer, the whole request.
 */
export function grantOfYes(requested: Capabilities, earlier?: EarlierAnswer): Capabilities {
  if (!earlier) return requested
  const answered = rulesOf(earlier.requested)
  const allowed = rulesOf(earlier.grant)
  const kept = rulesOf(requested).filter(
    (rule) =>
      isLimit(rule) ||
      allowed.some((other) => covers(other, rule)) ||
      !answered.some((other) => covers(other, rule)),
  )
  const own = allowed.filter((rule) => isLimit(rule) && !answered.some((other) => isSameRule(other, rule)))
  return capabilitiesOf(limitedBy(kept, own))
}

/** The brand: this content was granted exactly this. */
export function grantTo(verified: Verified, answer: EarlierAnswer): Granted {
  return { verified, grant: answer.grant, requested: answer.requested } as Granted
}

function allowing(capabilities: Capabilities): readonly Rule[] {
  return rulesOf(capabilities).filter((rule) => !isLimit(rule))
}
