// One option of a question, cut to one row of the terminal.
import { inertText } from '../platform/text.ts'
import { fit, textWidth } from './views/layout.ts'

/** What the library draws before a label, and around a hint. */
const LABEL_FRAME = 6
const HINT_FRAME = 4

/** An option of one row: an author's words can start no row of their own. */
export function optionOf<T>(value: T, label: string, hint: string, width: number): OptionRow<T> {
  const shown = fit(inertText(label), Math.max(8, width - LABEL_FRAME))
  const room = width - LABEL_FRAME - HINT_FRAME - textWidth(shown)
  return room < 8 ? { value, label: shown } : { value, label: shown, hint: fit(inertText(hint), room) }
}

interface OptionRow<T> {
  readonly value: T
  readonly label: string
  readonly hint?: string
}
