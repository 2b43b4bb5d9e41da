// One line on a terminal that says what takes so long; nothing before 300 ms, nothing where nobody watches.
import { displayShort } from '../platform/text.ts'
import type { Printer } from './output.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const DELAY_MS = 300
const FRAME_MS = 90

export interface Progress {
  /** The line from now on. */
  report(message: string): void
  /** Takes the line away until the next report: before a question, and at the end. */
  clear(): void
}

export const SILENT: Progress = { report: () => {}, clear: () => {} }

/** A spinner on stderr. */
export function createProgress(printer: Printer): Progress {
  let message = ''
  let frame = 0
  let since = 0
  let timer: NodeJS.Timeout | undefined
  const draw = (): void => {
    if (Date.now() - since < DELAY_MS) return
    const mark = FRAMES[(frame += 1) % FRAMES.length] ?? ''
    printer.line(`${printer.err.style('cyan', mark)} ${displayShort(message, printer.err.width - 3)}`)
  }
  return {
    report(text) {
      message = text
      since ||= Date.now()
      timer ??= setInterval(draw, FRAME_MS).unref()
      draw()
    },
    clear() {
      clearInterval(timer)
      timer = undefined
      since = 0
      printer.line('')
    },
  }
}
