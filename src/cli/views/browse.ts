// `skills add --list` for a person.
import type { BrowseResult } from '../../ops/browse.ts'
import { displayShort, displayText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { counted, diagnosticLines, shortAddress } from './phrases.ts'

const DESCRIPTION = 160

type Offered = BrowseResult['skills'][number]

/** Skills by group, then what could not be used and why. */
export function browseView(result: BrowseResult, canvas: Canvas): string {
  const { skills, skipped } = result
  const blocks = [...grouped(skills)].map(([group, found]) =>
    lines(group === undefined ? '' : canvas.style('bold', displayText(group)), rows(found, canvas)),
  )
  const at = result.resolution ? ` at ${displayText(shortAddress(result.resolution))}` : ''
  const source = `${displayText(result.source)}${at}`
  return paragraphs(
    ...blocks,
    skipped.length > 0 ? lines('Not usable:', ...skipped.map((entry) => skippedLines(entry, canvas))) : '',
    `${counted(skills.length, 'skill')} in ${source}.`,
  )
}

function grouped(skills: readonly Offered[]): Map<string | undefined, Offered[]> {
  const groups = new Map<string | undefined, Offered[]>()
  for (const skill of skills) groups.set(skill.group, [...(groups.get(skill.group) ?? []), skill])
  return groups
}

function rows(skills: readonly Offered[], canvas: Canvas): string {
  return columns(
    skills.map((skill) => [
      { text: skill.name, format: 'cyan' as const },
      skill.version ?? '',
      summary(skill.description),
    ]),
    canvas,
    { indent: '  ' },
  )
}

/** A description is written for an agent and runs on; a list shows how it begins. `--json` has all of it. */
function summary(description: string): string {
  return displayShort(description.replace(/\s+/g, ' '), DESCRIPTION)
}

function skippedLines({ dir, diagnostics }: BrowseResult['skipped'][number], canvas: Canvas): string {
  return lines(`  ${displayText(dir)}`, diagnosticLines(diagnostics, canvas, '    '))
}
