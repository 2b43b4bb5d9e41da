// Capabilities in a few words, for rows of a table. Derives from the one list of kinds, so none can be left out.
import { CAPABILITY_KINDS, type Capabilities } from './capabilities.ts'
import { isLimit } from './ceilings.ts'
import { rulesOf } from './rules.ts'

const KIND_WORDS: Readonly<Record<keyof Capabilities, string>> = {
  terminal: 'terminal',
  filesystem: 'files',
  network: 'network',
  env: 'env',
  secrets: 'secrets',
  tools: 'tools',
  opaque: 'not understood',
  resources: 'limits',
}

/** How many rules of each kind allow something: `terminal 2, network 1`; `nothing` when none does. */
export function capabilitySummary(c: Capabilities): string {
  const allowing = rulesOf(c).filter((rule) => !isLimit(rule))
  const parts = CAPABILITY_KINDS.flatMap((kind) => {
    const count = allowing.filter(({ capability }) => capability === kind).length
    return count > 0 ? [`${KIND_WORDS[kind]} ${count}`] : []
  })
  return parts.join(', ') || 'nothing'
}
