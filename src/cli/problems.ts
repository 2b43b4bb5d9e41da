// What failed of single skills, as a person reads it below a result or an error.
import type { SkillProblem } from '../errors/error.ts'
import { inertText } from '../platform/text.ts'
import type { Canvas } from './style.ts'

/** The message under the skill's name, then hint and code. */
export function problemLines(
  { skill, code, message, hint }: SkillProblem,
  style: Canvas['style'],
): readonly string[] {
  return [
    `${style('red', inertText(skill))}: ${inertText(message)}`,
    ...(hint === undefined ? [] : [`  ${style('cyan', 'hint:')} ${inertText(hint)}`]),
    `  ${style('dim', `code: ${code}`)}`,
  ]
}
