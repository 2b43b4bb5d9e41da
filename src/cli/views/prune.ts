// `skills prune` for a person.
import type { PruneResult } from '../../ops/prune.ts'
import type { Canvas } from '../style.ts'
import { bytesText, counted, facts, listed } from './phrases.ts'
import { paragraphs } from './layout.ts'

export function pruneView({ removed, skills, bytes, dryRun }: PruneResult, canvas: Canvas): string {
  const total = Object.values(removed).reduce((sum, count) => sum + count, 0)
  const gone =
    skills.length === 0
      ? ''
      : `${dryRun ? 'Would remove' : 'Removed'} what skills.lock names no more: ${listed(skills, 20)}`
  if (total === 0) return gone || 'Nothing to free.'
  const rows = Object.entries(removed).filter(([, count]) => count > 0)
  return paragraphs(
    gone,
    facts(
      rows.map(([kind, count]) => [kind, String(count)]),
      canvas,
    ),
    `${dryRun ? 'Would free' : 'Freed'} ${bytesText(bytes)} in ${counted(total, 'entry', 'entries')}.`,
  )
}
