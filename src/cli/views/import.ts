// `skills import` for a person.
import type { ImportResult } from '../../ops/import.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { skillDiagnostics, skillRows } from './add.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { counted } from './phrases.ts'

/** What came over, what came over changed, and what could not. */
export function importView(result: ImportResult, canvas: Canvas): string {
  const { skills, notes, dropped, dryRun } = result
  const named = (rows: readonly (readonly [string, string])[]): string =>
    columns(rows, canvas, { indent: '  ' })
  return paragraphs(
    skillRows(skills, canvas),
    skillDiagnostics(skills, canvas),
    notes.length > 0 ? lines('Notes:', named(notes.map(({ name, note }) => [name, note]))) : '',
    dropped.length > 0
      ? lines('Could not be carried over:', named(dropped.map(({ name, reason }) => [name, reason])))
      : '',
    `${dryRun ? 'Would import' : 'Imported'} ${counted(skills.length, 'skill')} from ${inertText(result.file)}${dropped.length > 0 ? `; ${dropped.length} could not be carried over` : ''}.`,
  )
}
