// Text laid out for a terminal: aligned columns that fit its width. Every text is made inert here.
import { displayText, inertText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'

export interface Cell {
  readonly text: string
  readonly format?: Format
  /** Made of our own words and of what is inert already: arrows stay. */
  readonly own?: boolean
}

/** Columns that a terminal uses for the text: wide East Asian characters and emoji take two, marks none. */
export function textWidth(text: string): number {
  if (PLAIN_TEXT.test(text)) return text.length
  let width = 0
  for (const part of graphemes(text)) {
    // A cluster of some scripts is drawn side by side: better cut early than wrapped into a row of its own.
    const letters = Array.from(part).filter((char) => !/\p{Mn}|\p{Me}|\p{Emoji_Modifier}/u.test(char))
    width += WIDE.test(part) ? 2 : Math.max(1, letters.length)
  }
  return width
}

let segmenter: Intl.Segmenter | undefined

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Cut to the width with an ellipsis. */
export function fit(text: string, width: number): string {
  // No character is wider than two columns.
  if (text.length * 2 <= width || textWidth(text) <= width) return text
  let kept = ''
  let used = 1
  for (const segment of graphemes(text)) {
    used += textWidth(segment)
    if (used > width) break
    kept += segment
  }
  return `${kept}…`
}

/** Broken at spaces to lines of at most `width` columns; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of displayText(text).split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

export interface ColumnOptions {
  /** Put before each line. */
  readonly indent?: string
}

/** Rows as aligned columns; the last one is cut at the terminal's edge. Too narrow for that: a line per cell. */
export function columns(
  rows: readonly (readonly (string | Cell)[])[],
  { style, width }: Canvas,
  { indent = '' }: ColumnOptions = {},
): string {
  // One look at all of the text: nearly always nothing in it needs care, and a thousand rows are quick.
  const all = rows.map((row) => row.map(textOf).join('')).join('')
  const plain = PLAIN_TEXT.test(all) && !all.includes('  ')
  const widthOf: (text: string) => number = plain ? (text) => text.length : textWidth
  const cells = plain ? rows : rows.map((row) => row.map(safeCell))
  const widths: number[] = []
  for (const row of cells) {
    for (let index = 0; index < row.length; index += 1) {
      const cell = row[index]
      const own = cell === undefined ? 0 : widthOf(textOf(cell))
      if (own > (widths[index] ?? -1)) widths[index] = own
    }
  }
  const count = widths.length
  const before = widths.slice(0, -1).reduce((sum, columnWidth) => sum + columnWidth + 2, indent.length)
  const narrow = count > 1 && width - before < Math.min(12, widths.at(-1) ?? 0)
  const paint = (text: string, cell: string | Cell): string =>
    typeof cell === 'string' || cell.format === undefined ? text : style(cell.format, text)
  const aligned = (row: readonly (string | Cell)[]): string => {
    const last = row.findLastIndex((cell) => textOf(cell) !== '')
    let line = indent
    for (let index = 0; index <= last; index += 1) {
      const cell = row[index] ?? ''
      const text = textOf(cell)
      line += paint(index === count - 1 ? fit(text, width - before) : text, cell)
      if (index < last) line += ' '.repeat((widths[index] ?? 0) - widthOf(text) + 2)
    }
    return line
  }
  const stacked = (row: readonly (string | Cell)[]): string =>
    row
      .filter((cell) => textOf(cell) !== '')
      .map((cell, index) => {
        const inset = indent + (index > 0 ? '  ' : '')
        return inset + paint(fit(textOf(cell), width - inset.length), cell)
      })
      .join('\n')
  return cells.map(narrow ? stacked : aligned).join('\n')
}

const PLAIN_TEXT = /^[ -~]*$/

function textOf(cell: string | Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

function safeCell(cell: string | Cell): string | Cell {
  if (typeof cell === 'string') return inertText(cell)
  return { ...cell, text: cell.own ? displayText(cell.text) : inertText(cell.text) }
}

/** Blocks with an empty line between; empty ones are left out. */
export function paragraphs(...blocks: readonly (string | undefined)[]): string {
  return blocks.filter((block) => block !== undefined && block !== '').join('\n\n')
}

/** Lines; empty and absent ones are left out. */
export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n')
}
