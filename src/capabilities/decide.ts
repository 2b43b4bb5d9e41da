// One judgement: may this happen. Ordered allow < ask < deny; the strictest answer wins. Never throws, never asks.
import type { Capabilities } from './capabilities.ts'
import { argvCovers, hostCovers, pathCovers } from './cover.ts'

export type Decision = 'allow' | 'ask' | 'deny'

/** One thing that is about to happen. */
export type Use =
  | { readonly capability: 'terminal'; readonly argv: readonly string[] }
  /** `path` after realpath, in the same form as the rules (tokens replaced on both sides, or on neither). */
  | { readonly capability: 'filesystem'; readonly access: 'read' | 'write'; readonly path: string }
  | { readonly capability: 'network'; readonly host: string; readonly port: number }
  | { readonly capability: 'env'; readonly name: string }
  | { readonly capability: 'secrets'; readonly name: string }
  | { readonly capability: 'tools'; readonly name: string }

/** What the user or the operator holds every skill to, whatever it was granted. */
export interface Policy {
  /** Never, even when granted. */
  readonly deny?: Capabilities
  /** Only after a question, even when granted. */
  readonly ask?: Capabilities
  /** For what nobody granted; `ask` when absent. */
  readonly ungranted?: 'ask' | 'deny'
}

/** The decision about one use under a grant and a policy. */
export function decide(use: Use, grant: Capabilities, policy: Policy = {}): Decision {
  if (denies(grant, use) || (policy.deny && allows(policy.deny, use))) return 'deny'
  const decisions: Decision[] = [allows(grant, use) ? 'allow' : (policy.ungranted ?? 'ask')]
  if (policy.ask && allows(policy.ask, use)) decisions.push('ask')
  return strictest(decisions)
}

/** `deny` before `ask` before `allow`; `allow` for none. */
export function strictest(decisions: readonly Decision[]): Decision {
  return decisions.includes('deny') ? 'deny' : decisions.includes('ask') ? 'ask' : 'allow'
}

function allows(c: Capabilities, use: Use): boolean {
  switch (use.capability) {
    case 'terminal':
      return commandMatches(c.terminal?.allow, use.argv)
    case 'filesystem':
      return pathMatches(c.filesystem?.[use.access], use.path)
    case 'network':
      return (c.network?.hosts ?? []).some((rule) =>
        hostCovers(rule, `${use.host.toLowerCase()}:${use.port}`),
      )
    case 'env':
      return [...(c.env?.required ?? []), ...(c.env?.optional ?? [])].includes(use.name)
    case 'secrets':
      return (c.secrets ?? []).some((secret) => secret.name === use.name)
    case 'tools':
      return (c.tools ?? []).some((rule) =>
        rule.endsWith('*') ? use.name.startsWith(rule.slice(0, -1)) : rule === use.name,
      )
  }
}

function denies(c: Capabilities, use: Use): boolean {
  if (use.capability === 'terminal') return commandMatches(c.terminal?.deny, use.argv)
  if (use.capability === 'filesystem') return pathMatches(c.filesystem?.deny, use.path)
  return false
}

/** An argument `**` or `*` is text here, not a wildcard: a rule covers it only by a wildcard of its own. */
function commandMatches(rules: readonly string[] | undefined, argv: readonly string[]): boolean {
  const literal = argv.at(-1) === '**' ? [...argv.slice(0, -1), '* *'] : argv
  return argv.length > 0 && (rules ?? []).some((rule) => argvCovers(rule.split(' '), literal))
}

function pathMatches(rules: readonly string[] | undefined, path: string): boolean {
  return (rules ?? []).some((rule) => pathCovers(rule, path))
}
