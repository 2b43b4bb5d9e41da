// How grave a rule is: that of the worst thing that it can reach, however it is spelt. A rule is never less grave than
// one that it covers. Pure.
import { commandSeverity } from './severity-commands.ts'
import { variableSeverity } from './severity-env.ts'
import { pathSeverity } from './severity-files.ts'
import { hostSeverity } from './severity-hosts.ts'
import type { Rule } from './rules.ts'

export type CapabilitySeverity = 'low' | 'medium' | 'high'

export function severityOf(rule: Rule): CapabilitySeverity {
  const { value } = rule
  if (rule.list === 'deny') return 'low'
  switch (rule.capability) {
    case 'terminal':
      return commandSeverity(value.split(' '))
    case 'filesystem':
      return pathSeverity(value, rule.list === 'write' ? 'write' : 'read')
    case 'network':
      return hostSeverity(value)
    case 'env':
      return variableSeverity(value)
    case 'secrets':
    case 'opaque':
      return 'high'
    case 'tools':
      return toolSeverity(value)
    case 'resources':
      return 'low'
  }
}

/** Tools that start programs or change files by another door, in any agent's spelling. */
const STRONG_TOOL =
  /(?:^|[:/_.-])(?:bash|shell|sh|terminal|exec\w*|run\w*|eval\w*|command|process|spawn|write\w*|edit\w*|delete\w*|remove\w*|upload\w*|send\w*|transfer\w*|pay\w*|deploy\w*)(?:$|[/_.-])/i

function toolSeverity(value: string): CapabilitySeverity {
  return value.endsWith('*') || STRONG_TOOL.test(value) ? 'high' : 'medium'
}
