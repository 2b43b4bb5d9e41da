// `skills install` and `skills ci` for a person.
import type { InstalledSkill, InstallResult } from '../../ops/install.ts'
import type { Canvas, Format } from '../style.ts'
import { columns, paragraphs } from './layout.ts'
import { counted, listed, placeText } from './phrases.ts'

const MARKS: Readonly<Record<InstalledSkill['status'], readonly [string, Format]>> = {
  unchanged: ['=', 'dim'],
  installed: ['+', 'green'],
  replaced: ['~', 'yellow'],
  mended: ['~', 'yellow'],
  locked: ['+', 'green'],
}

const WORDS: Readonly<Partial<Record<InstalledSkill['status'], string>>> = {
  locked: 'newly locked',
  mended: 'permission bits',
}

const MERGED = {
  one_side: 'taken from the one side that has it',
  narrowed: 'both sides have it; the narrower grant is kept',
  anew: 'the sides differ; resolved anew',
} as const satisfies Record<InstallResult['resolved'][number]['how'], string>

/** What changed, a line each; what stayed is only counted. */
export function installView(result: InstallResult, canvas: Canvas): string {
  const { skills, removed, agents, dryRun } = result
  const changed = skills.filter((skill) => skill.status !== 'unchanged')
  const rows = [
    ...changed.map((skill) => {
      const [text, format] = MARKS[skill.status]
      return [{ text, format }, skill.name, skill.version ?? '', WORDS[skill.status] ?? '']
    }),
    ...removed.map((name) => [{ text: '-', format: 'red' as const }, name, '', 'no longer in skills.lock']),
  ]
  const where = placeText(result)
  const count = counted(skills.length, 'skill')
  const linked = agents.length > 0 ? `, for ${listed(agents)}` : ''
  const summary =
    rows.length === 0
      ? `All is in place: ${count} in ${where}${linked}.`
      : dryRun
        ? `Would change ${counted(rows.length, 'skill')} of ${where}.`
        : `Changed ${counted(rows.length, 'skill')}; ${count} in ${where}${linked}.`
  const merged = result.resolved.map(({ name, how }) => [name, MERGED[how]])
  return paragraphs(columns(merged, canvas), columns(rows, canvas), summary)
}
