// `skills validate` for a person.
import type { ValidateResult } from '../../ops/validate.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { lines, paragraphs } from './layout.ts'
import { counted, diagnosticLines } from './phrases.ts'

/** Each skill with its findings, then the count. */
export function validateView(result: ValidateResult, canvas: Canvas): string {
  const { style } = canvas
  const errors = result.skills
    .flatMap((skill) => skill.diagnostics)
    .filter((d) => d.severity === 'error').length
  return paragraphs(
    lines(
      ...result.skills.map((skill) => {
        const bad = skill.diagnostics.some((diagnostic) => diagnostic.severity === 'error')
        const mark = bad ? style('red', 'invalid') : style('green', 'valid')
        const name = skill.name === undefined ? '' : ` ${style('bold', inertText(skill.name))}`
        return lines(
          `${mark}${name} ${style('dim', inertText(skill.path))}`,
          diagnosticLines(skill.diagnostics, canvas, '  '),
        )
      }),
    ),
    `${counted(result.skills.length, 'skill')}, ${counted(errors, 'error')}.`,
  )
}
