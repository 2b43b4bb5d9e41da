// `skills agents` for a person.
import type { AgentsResult } from '../../ops/agents.ts'
import type { Canvas } from '../style.ts'
import { columns, paragraphs, type Cell } from './layout.ts'

export interface AgentsViewOptions {
  /** Also agents that were not found. */
  readonly all: boolean
}

/** A row an agent: id, label, state, folders. */
export function agentsView(result: AgentsResult, canvas: Canvas, { all }: AgentsViewOptions): string {
  const shown = result.agents.filter((agent) => all || agent.detected || agent.selected)
  const head: Cell[] = ['ID', 'AGENT', '', 'PROJECT', 'GLOBAL'].map((text) => ({ text, format: 'dim' }))
  const rows = shown.map((agent): (string | Cell)[] => [
    { text: agent.id, format: 'bold' },
    agent.label,
    agent.selected
      ? { text: 'selected', format: 'green' }
      : agent.detected
        ? { text: 'found', format: 'cyan' }
        : '',
    agent.project,
    agent.global ?? '-',
  ])
  const hidden = result.agents.length - shown.length
  return paragraphs(
    shown.length > 0 ? columns([head, ...rows], canvas) : 'No agent was found here.',
    hidden > 0 ? `${hidden} more are known; \`skills agents --all\` lists them.` : '',
  )
}
