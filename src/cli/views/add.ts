// `skills add` and `skills import` for a person.
import { capabilitySummary } from '../../capabilities/summary.ts'
import type { AddedSkill, AddResult } from '../../ops/add.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { counted, diagnosticLines, listed, shortAddress } from './phrases.ts'

const MARKS: Readonly<Record<AddedSkill['status'], readonly [string, Format]>> = {
  added: ['+', 'green'],
  updated: ['~', 'yellow'],
  unchanged: ['=', 'dim'],
}

/** A line a skill, what is remarkable in them, and where they are now. */
export function addView(result: AddResult, canvas: Canvas): string {
  const { skills, agents, dryRun } = result
  if (skills.length === 0) return 'Nothing to add.'
  const done = skills.filter((skill) => skill.status !== 'unchanged').length
  const isNew = skills.some((skill) => skill.status === 'added')
  const verb = (isNew ? ['Added', 'Would add'] : ['Changed', 'Would change'])[dryRun ? 1 : 0]
  const where = result.scope === 'global' ? 'your own folders' : inertText(result.root)
  const linked = agents.length > 0 ? `, for ${listed(agents)}` : ''
  const summary =
    done > 0
      ? `${verb} ${counted(done, 'skill')} ${isNew ? 'to' : 'of'} ${where}${linked}.`
      : result.relinked
        ? `${dryRun ? 'Would link' : 'Linked'} the skills of ${where}${linked}.`
        : `Nothing changed: ${counted(skills.length, 'skill')} already in ${where}.`
  return paragraphs(skillRows(skills, canvas), skillDiagnostics(skills, canvas), summary)
}

/** Name, version, address and grant of each. */
export function skillRows(skills: readonly AddedSkill[], canvas: Canvas): string {
  const rows = skills.map((skill) => {
    const [mark, format] = MARKS[skill.status]
    return [
      { text: mark, format },
      { text: skill.name, format: 'bold' as const },
      skill.version ?? '',
      { text: shortAddress(skill.resolution), format: 'dim' as const },
      `may: ${capabilitySummary(skill.capabilities)}`,
    ]
  })
  return columns(rows, canvas)
}

/** Warnings by skill; remarks of lesser weight are for `info` and `validate`. */
export function skillDiagnostics(skills: readonly AddedSkill[], canvas: Canvas): string {
  return lines(
    ...skills.flatMap((skill) => {
      const grave = skill.diagnostics.filter((diagnostic) => diagnostic.severity !== 'info')
      if (grave.length === 0) return []
      return [`${inertText(skill.name)}:`, diagnosticLines(grave, canvas, '  ')]
    }),
  )
}
