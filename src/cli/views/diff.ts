// `skills diff` for a person: every line is foreign text, so each is shown escaped.
import type { DiffResult, FileDiff } from '../../ops/diff.ts'
import { displayText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'
import { lines, paragraphs } from './layout.ts'
import { bytesText, counted } from './phrases.ts'

const FORMATS: Readonly<Record<string, Format>> = { '+': 'green', '-': 'red', '@': 'cyan' }

export function diffView({ name, path, files }: DiffResult, canvas: Canvas): string {
  if (files.length === 0) return `${displayText(name)} is what skills.lock names.`
  return paragraphs(
    ...files.map((file) => fileText(file, path, canvas)),
    `${counted(files.length, 'file')} of ${displayText(name)} ${files.length === 1 ? 'differs' : 'differ'} from skills.lock.`,
  )
}

function fileText({ path, change, patch, bytes }: FileDiff, root: string, canvas: Canvas): string {
  const shown = displayText(`${root}/${path}`)
  if (change === 'line_ends') return `${shown}: only the line ends differ`
  if (patch === undefined) {
    const sizes = `${bytesText(bytes?.before ?? 0)} before, ${bytesText(bytes?.after ?? 0)} now`
    return `${shown}: ${change}; not compared line by line (${sizes})`
  }
  const body = patch
    .trimEnd()
    .split('\n')
    .map((line) => {
      const format = FORMATS[line.charAt(0)]
      const text = displayText(line)
      return format ? canvas.style(format, text) : text
    })
  const before = change === 'added' ? '/dev/null' : `skills.lock/${path}`
  const after = change === 'missing' ? '/dev/null' : `${root}/${path}`
  return lines(
    canvas.style('bold', `--- ${displayText(before)}`),
    canvas.style('bold', `+++ ${displayText(after)}`),
    ...body,
  )
}
