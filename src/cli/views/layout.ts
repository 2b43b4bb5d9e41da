// Text laid out for a terminal: aligned columns that fit its width. Every text passes through displayText here.
import { displayText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'

export interface Cell {
  readonly text: string
  readonly format: Format
}

/** Columns that a terminal uses for the text: wide East Asian characters and emoji take two, marks none. */
export function textWidth(text: string): number {
  // Nearly all text is Latin with some punctuation.
  if (!/[^\u0020-\u007e\u00a0-\u02ff\u2010-\u2027\u2030-\u205e]/.test(text)) return text.length
  let width = 0
  for (const { segment } of segments(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

// Made when first needed: it takes 18 ms, and little text needs it.
let segmenter: Intl.Segmenter | undefined

function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter()
  return segmenter.segment(text)
}

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Cut to the width with an ellipsis. */
export function fit(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 1
  for (const { segment } of segments(text)) {
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
  const cells = rows.map((row) => row.map(safeCell))
  const count = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...cells.map((row) => textWidth(row[index]?.text ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, columnWidth) => sum + columnWidth + 2, indent.length)
  const narrow = count > 1 && width - before < Math.min(12, widths.at(-1) ?? 0)
  const paint = ({ text, format }: SafeCell): string => (format ? style(format, text) : text)
  const lines = cells.flatMap((row) => {
    const used = row.filter((cell) => cell.text !== '')
    if (narrow) {
      return used.map((cell, index) => {
        const room = width - indent.length - (index > 0 ? 2 : 0)
        return indent + (index > 0 ? '  ' : '') + paint({ ...cell, text: fit(cell.text, room) })
      })
    }
    const last = row.findLastIndex((cell) => cell.text !== '')
    const parts = row.slice(0, last + 1).map((cell, index) => {
      if (index === count - 1) return paint({ ...cell, text: fit(cell.text, width - before) })
      const gap = index === last ? '' : ' '.repeat(Math.max(0, (widths[index] ?? 0) - textWidth(cell.text)))
      return paint(cell) + gap
    })
    return [indent + parts.join('  ')]
  })
  return lines.join('\n')
}

interface SafeCell {
  readonly text: string
  readonly format?: Format
}

function safeCell(cell: string | Cell): SafeCell {
  return typeof cell === 'string' ? { text: displayText(cell) } : { ...cell, text: displayText(cell.text) }
}

/** Blocks with an empty line between; empty ones are left out. */
export function paragraphs(...blocks: readonly (string | undefined)[]): string {
  return blocks.filter((block) => block !== undefined && block !== '').join('\n\n')
}

/** Lines; empty and absent ones are left out. */
export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n')
}
