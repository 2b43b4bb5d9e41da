// An error as a person and as a machine reads it, and the exit status it maps to.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { displayText, inertText } from '../platform/text.ts'
import { problemLines } from './problems.ts'
import type { Printer } from './output.ts'

/** A SkillsError stays itself; an abort is `cancelled`; anything else is `internal`. */
export function asSkillsError(error: unknown, signal?: AbortSignal): SkillsError {
  if (signal?.aborted && !isSkillsError(error, 'cancelled')) return new SkillsError('cancelled', 'Cancelled')
  if (error instanceof SkillsError) return error
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new SkillsError('internal', `Something went wrong in this program: ${displayText(reason)}`, {
    hint: 'set SKILLWARD_DEBUG=1 to see where, and report it',
    cause: error,
  })
}

export interface FailureStyle {
  readonly json: boolean
  /** Show stacks and causes. */
  readonly debug: boolean
}

/** Writes the error: one JSON value on stdout, or a few lines on stderr. */
export function printFailure(error: SkillsError, printer: Printer, { json, debug }: FailureStyle): void {
  const { code, message, hint, details, problems } = error
  if (json) {
    const told = { ...(hint !== undefined && { hint }), details, ...(problems.length > 0 && { problems }) }
    printer.json({ error: { code, message, ...told } })
  } else {
    printer.say(failureText(error, printer))
  }
  if (debug) printer.say(stackOf(error))
}

function failureText({ code, message, hint, problems }: SkillsError, printer: Printer): string {
  const { style } = printer.err
  if (code === 'cancelled') return style('dim', message)
  const lines = [`${style('red', 'error:')} ${inertLines(message)}`]
  if (problems.length > 1) lines.push(...problems.flatMap((problem) => problemLines(problem, style)))
  if (hint !== undefined) lines.push(`${style('cyan', 'hint:')} ${inertLines(hint)}`)
  if (code !== 'usage') lines.push(style('dim', `code: ${code}`))
  return lines.join('\n')
}

/** Our own sentence may have several lines; the words of others in it have none. */
function inertLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*/.exec(line)?.[0] ?? '') + inertText(line))
    .join('\n')
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return (error.stack ?? error.message).split('\n').map(displayText).join('\n') + cause
}
