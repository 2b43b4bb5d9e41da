// `skills search` for a person.
import type { SearchResult } from '../../ops/search.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, paragraphs, type Cell } from './layout.ts'
import { counted } from './phrases.ts'
import { shellCommand, shellWord } from '../../platform/shell.ts'

/** A row a skill: what to type after `skills add`, version, marks, description. */
export function searchView({ query, registry, results, total, kind }: SearchResult, canvas: Canvas): string {
  const where = inertText(registry)
  if (results.length === 0) return `Nothing in ${where} for "${inertText(query)}".`
  const rows = results.map((hit): (string | Cell)[] => [
    { text: kind === 'registry' ? hit.name : shellWord(hit.source), format: 'bold' },
    hit.version ?? '-',
    marksOf(hit),
    hit.deprecated === undefined
      ? { text: hit.description, format: 'dim' }
      : { text: `deprecated: ${hit.deprecated}`, format: 'yellow' },
  ])
  const head = ['SOURCE', 'VERSION', 'MARKS', 'DESCRIPTION'].map((text): Cell => ({ text, format: 'dim' }))
  const [first] = results
  return paragraphs(
    columns([head, ...rows], canvas),
    `${shownOf(results.length, total)} in ${where}. Add one with \`${shellCommand('skills add', first?.source ?? 'SOURCE')}\`.`,
  )
}

function marksOf({ signed, certified }: SearchResult['results'][number]): string {
  return [signed && 'signed', certified && 'certified'].filter(Boolean).join(', ') || '-'
}

function shownOf(shown: number, total: number): string {
  return total > shown ? `${shown} of ${counted(total, 'skill')}` : counted(shown, 'skill')
}
