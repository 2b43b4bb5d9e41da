// Capabilities taken apart into single rules and put together again, for whoever compares, describes or edits them.
import { canonicalCapabilities, type Capabilities, type Resources, type Secret } from './capabilities.ts'

export type RuleList = 'allow' | 'deny' | 'read' | 'write' | 'hosts' | 'required' | 'optional'

/** One rule. `list` is absent for secrets, tools, opaque content and resources. */
export interface Rule {
  readonly capability: keyof Capabilities
  readonly list?: RuleList
  /** The rule as written; for a secret its name; for a ceiling `memory=256Mi`. */
  readonly value: string
  /** Of a secret only. */
  readonly reason?: string
}

/** Every rule of the canonical form, in its order. */
export function rulesOf(c: Capabilities): Rule[] {
  const { terminal, filesystem, network, env, secrets, tools, opaque, resources } = canonicalCapabilities(c)
  const list = (
    capability: keyof Capabilities,
    name: RuleList,
    values: readonly string[] | undefined,
  ): Rule[] => (values ?? []).map((value) => ({ capability, list: name, value }))
  return [
    ...list('terminal', 'allow', terminal?.allow),
    ...list('terminal', 'deny', terminal?.deny),
    ...list('filesystem', 'read', filesystem?.read),
    ...list('filesystem', 'write', filesystem?.write),
    ...list('filesystem', 'deny', filesystem?.deny),
    ...list('network', 'hosts', network?.hosts),
    ...list('env', 'required', env?.required),
    ...list('env', 'optional', env?.optional),
    ...(secrets ?? []).map(({ name, reason }) => ({ capability: 'secrets' as const, value: name, reason })),
    ...(tools ?? []).map((value) => ({ capability: 'tools' as const, value })),
    ...(opaque ?? []).map((value) => ({ capability: 'opaque' as const, value })),
    ...Object.entries(resources ?? {}).map(([key, value]) => ({
      capability: 'resources' as const,
      value: `${key}=${value}`,
    })),
  ]
}

/** The canonical capabilities that have exactly these rules; the inverse of `rulesOf`. */
export function capabilitiesOf(rules: readonly Rule[]): Capabilities {
  const values = (capability: keyof Capabilities, list?: RuleList): string[] =>
    rules.filter((rule) => rule.capability === capability && rule.list === list).map((rule) => rule.value)
  const secrets: Secret[] = rules
    .filter((rule) => rule.capability === 'secrets')
    .map((rule) => ({ name: rule.value, reason: rule.reason ?? 'not given' }))
  const resources = Object.fromEntries(
    values('resources').map((value) => {
      const [key = '', amount = ''] = value.split('=', 2)
      return [key, key === 'cpus' || key === 'pids' ? Number(amount) : amount]
    }),
  ) as Resources
  return canonicalCapabilities({
    terminal: { allow: values('terminal', 'allow'), deny: values('terminal', 'deny') },
    filesystem: {
      read: values('filesystem', 'read'),
      write: values('filesystem', 'write'),
      deny: values('filesystem', 'deny'),
    },
    network: { hosts: values('network', 'hosts') },
    env: { required: values('env', 'required'), optional: values('env', 'optional') },
    secrets,
    tools: values('tools'),
    opaque: values('opaque'),
    resources,
  })
}

/** `terminal`, `terminal.deny`, `filesystem.read`, `env`, …: what a person calls the list that a rule stands in. */
export function ruleLabel(rule: Rule): string {
  if (rule.list === 'deny' || rule.capability === 'filesystem') return `${rule.capability}.${rule.list}`
  return rule.capability === 'resources' ? `resources.${rule.value.split('=', 1)[0]}` : rule.capability
}

/** True when both say the same in the same list, whatever the reason given. */
export function isSameRule(a: Rule, b: Rule): boolean {
  return a.capability === b.capability && a.list === b.list && a.value === b.value
}
