// Capabilities and their changes in plain words.
import { html } from 'hono/html'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import { describeCapabilities, describeRule } from '../../src/capabilities/describe.ts'
import type { RuleList } from '../../src/capabilities/rules.ts'
import type { CapabilityDiff } from '../../src/registry/protocol.ts'
import { type Html, sentence, shown } from './layout.ts'

/** A row a rule; a sentence when nothing is asked for. */
export function capabilityTable(capabilities: Capabilities, caption: string): Html {
  const lines = describeCapabilities(capabilities)
  if (lines.length === 0) return html`<p>It asks for nothing: it is text for the agent to read.</p>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <thead>
        <tr>
          <th scope="col">It may</th>
          <th scope="col">Risk</th>
          <th scope="col">As written</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          (line) =>
            html`<tr>
              <td>${sentence(line.text)}</td>
              <td class="${line.severity}">${line.severity}</td>
              <td><code>${line.capability}: ${shown(line.value)}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

type Change = CapabilityDiff['changes'][number]

const CHANGES: Readonly<Record<Change['change'], { word: string; level: string }>> = {
  added: { word: 'May also', level: 'high' },
  widened: { word: 'May do more', level: 'high' },
  narrowed: { word: 'May do less', level: 'low' },
  removed: { word: 'May no longer', level: 'low' },
}

/** What changes between two versions. */
export function changeTable({ changes }: CapabilityDiff): Html {
  if (changes.length === 0) return html`<p>Both ask for the same.</p>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Changes of capabilities">
    <table>
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">What</th>
          <th scope="col">As written</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map(
          (row) =>
            html`<tr>
              <td class="${CHANGES[row.change].level} nowrap">${CHANGES[row.change].word}</td>
              <td>${sentence(wordsOf(row))}</td>
              <td><code>${writtenOf(row)}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

const LISTS: Readonly<Record<string, RuleList>> = { terminal: 'allow', network: 'hosts', env: 'required' }

/** What the rule is about; of what was denied, what was denied. */
function wordsOf({ capability, before, after }: Change): string {
  const [kind = '', part] = capability.split('.')
  const value = after ?? before ?? ''
  if (kind === 'resources') return `use of ${part ?? 'resources'}: ${value}`
  const list = (part as RuleList | undefined) ?? LISTS[kind]
  const rule = { capability: kind as keyof Capabilities, value, ...(list && { list }) }
  return describeRule(rule).text.replace(/^never /, '')
}

function writtenOf({ capability, before, after }: Change): string {
  const values = [before, after].filter((value) => value !== undefined).map(shown)
  return `${capability}: ${values.join(' → ')}`
}
