// `skills list` for a person.
import { capabilitySummary } from '../../capabilities/summary.ts'
import type { ListedStatus, ListResult } from '../../ops/list.ts'
import type { Canvas } from '../style.ts'
import { columns, paragraphs, type Cell } from './layout.ts'
import { counted, listed, placeText } from './phrases.ts'

const WORDS: Readonly<Record<ListedStatus, string>> = {
  ok: '',
  missing: 'not installed',
  skill_md_missing: 'has no SKILL.md',
  skill_md_empty: 'SKILL.md is empty',
  skill_md_broken: 'SKILL.md is damaged',
}

/** A row a skill: name, version, what it may do, source. */
export function listView(result: ListResult, canvas: Canvas): string {
  const { skills, agents } = result
  if (skills.length === 0) return `No skills in ${placeText(result)}. Add one with \`skills add SOURCE\`.`
  const rows = skills.map((skill): (string | Cell)[] => [
    { text: skill.name, format: 'bold' },
    skill.version ?? '-',
    capabilitySummary(skill.capabilities),
    { text: WORDS[skill.status], format: 'yellow' },
    { text: skill.spec, format: 'dim' },
  ])
  const complete = skills.every((skill) => skill.status === 'ok')
  const head = ['NAME', 'VERSION', 'MAY', ...(complete ? [] : ['']), 'SOURCE'].map((text): Cell => ({
    text,
    format: 'dim',
  }))
  const shown = complete ? rows.map((row) => row.toSpliced(3, 1)) : rows
  const linked = agents.length > 0 ? `, for ${listed(agents)}` : ''
  return paragraphs(
    columns([head, ...shown], canvas),
    `${counted(skills.length, 'skill')} in ${placeText(result)}${linked}.`,
  )
}
