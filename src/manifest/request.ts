// The request that the user answers: what the author declares, or else what inference finds, and where both disagree.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { covers } from '../capabilities/cover.ts'
import { describeRule } from '../capabilities/describe.ts'
import { capabilitiesOf, rulesOf, type Rule } from '../capabilities/rules.ts'
import type { CapabilitySeverity } from '../capabilities/severity.ts'
import type { SkillFile } from '../integrity/tree.ts'
import { displayText } from '../platform/text.ts'
import type { ToolContract } from './contract.ts'
import { inferCapabilities } from './infer.ts'
import type { InferredCapability } from './infer-shorten.ts'
import type { Manifest } from './manifest.ts'

/** One line of the prompt. */
export interface RequestLine {
  /**
   * `under-declared`: the skill shows it, its contract does not say it, and it is not granted. `not-understood`: nobody
   * can tell from the content what it does, so no contract can say it, and it is asked for.
   */
  readonly status: 'declared' | 'optional' | 'inferred' | 'under-declared' | 'not-understood'
  readonly capability: string
  /** The rule as written. */
  readonly value: string
  /** Plain words, safe for a terminal. */
  readonly text: string
  readonly severity: CapabilitySeverity
  /** Where it shows; empty for what is only declared. */
  readonly evidence: readonly { readonly file: string; readonly line: number }[]
}

export interface CapabilityRequest {
  /** What a plain yes grants. */
  readonly requested: Capabilities
  /** What the author asks for as an extra. */
  readonly optional: Capabilities
  readonly lines: readonly RequestLine[]
}

/** With a skill.toml the request is what it declares; without, what inference finds. `files` are the skill's own. */
export function capabilityRequest(manifest: Manifest, files: readonly SkillFile[]): CapabilityRequest {
  const inferred = inferCapabilities(files, manifest.skill)
  const all = inferred.map((item) => ({ item, rule: ruleOf(item) }))
  const opaque = all.filter(({ rule }) => rule.capability === 'opaque')
  const found = all.filter(({ rule }) => rule.capability !== 'opaque')
  const { contract } = manifest
  const outside = (contract?.tools ?? []).flatMap(outsideRule)
  const unknown = [
    ...opaque.map(({ item, rule }) => line('not-understood', rule, [item])),
    ...outside.map((rule) => line('not-understood', rule, [])),
  ]
  if (!contract) {
    const requested = capabilitiesOf(all.map(({ rule }) => rule))
    return {
      requested,
      optional: {},
      lines: [...unknown, ...found.map(({ item, rule }) => line('inferred', rule, [item]))],
    }
  }
  const declared = rulesOf(contract.capabilities)
  const optional = rulesOf(contract.optionalCapabilities)
  const known = [...declared, ...optional]
  const shown = (rule: Rule): InferredCapability[] =>
    found.filter((other) => covers(rule, other.rule) || narrows(rule, other.rule)).map(({ item }) => item)
  return {
    requested: capabilitiesOf([...declared, ...opaque.map(({ rule }) => rule), ...outside]),
    optional: contract.optionalCapabilities,
    lines: [
      ...unknown,
      ...declared.map((rule) => line('declared', rule, shown(rule))),
      ...optional.map((rule) => line('optional', rule, shown(rule))),
      ...found
        .filter(({ rule }) => !isDeclared(rule, known))
        .map(({ item, rule }) => line('under-declared', rule, [item])),
    ],
  }
}

/** A tool that starts from an image or a server: what that does stands in no file of the skill. */
function outsideRule({ provider, entry }: ToolContract): Rule[] {
  const kind = { container: 'image', mcp: 'server' }[provider as string]
  if (kind === undefined) return []
  const place = entry.replaceAll('*', '%2A').replace(/(^|\/)(?=\/|\.{1,2}(?:\/|$))/g, '$1%')
  return [{ capability: 'opaque', value: `${kind}:${place}` }]
}

function isDeclared(rule: Rule, known: readonly Rule[]): boolean {
  return known.some(
    (other) =>
      covers(other, rule) ||
      narrows(other, rule) ||
      // A variable that looks like a secret may be declared as either.
      ((rule.capability === 'secrets' || rule.capability === 'env') &&
        (other.capability === 'secrets' || other.capability === 'env') &&
        other.value === rule.value),
  )
}

/**
 * Inference knows a program or a group of scripts, and that the project is touched, but not how far: an author who lists
 * narrower uses has declared them. What the author did not list stays refused.
 */
function narrows(declared: Rule, inferred: Rule): boolean {
  const coarse =
    inferred.capability === 'terminal'
      ? inferred.value !== '**'
      : /^\$\{(?:project|work)\}\/\*\*$/.test(inferred.value)
  return coarse && inferred.list !== 'deny' && covers(inferred, declared)
}

function ruleOf(item: InferredCapability): Rule {
  const { capability, value, sub } = item
  if (capability === 'secrets') {
    const [first] = item.evidence
    return {
      capability,
      value,
      reason: first ? `used in ${displayText(first.file).slice(0, 200)}` : 'used by the skill',
    }
  }
  const list = capability === 'network' ? 'hosts' : sub
  return list === undefined ? { capability, value } : { capability, list, value }
}

function line(status: RequestLine['status'], rule: Rule, shown: readonly InferredCapability[]): RequestLine {
  return {
    status,
    ...describeRule(rule),
    evidence: shown
      .flatMap((item) => item.evidence.map(({ file, line: at }) => ({ file, line: at })))
      .slice(0, 5),
  }
}
