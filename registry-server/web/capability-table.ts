// Capabilities and their changes in plain words.
import { html } from 'hono/html'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import { describeCapabilities } from '../../src/capabilities/describe.ts'
import type { CapabilityDiff } from '../../src/registry/protocol.ts'
import { type Html, shown } from './layout.ts'

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

function sentence(text: string): string {
  return shown(text.charAt(0).toUpperCase() + text.slice(1))
}

const CHANGES: Readonly<
  Record<CapabilityDiff['changes'][number]['change'], { word: string; level: string }>
> = {
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
          <th scope="col">Capability</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map(
          ({ change, capability, before, after }) =>
            html`<tr>
              <td class="${CHANGES[change].level} nowrap">${CHANGES[change].word}</td>
              <td>${capability}</td>
              <td>${before === undefined ? '–' : html`<code>${shown(before)}</code>`}</td>
              <td>${after === undefined ? '–' : html`<code>${shown(after)}</code>`}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
