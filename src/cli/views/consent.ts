// What a skill asks for, as a card for a person: the same text at the prompt and in a log. Pure; all text made safe.
import type { CapabilityChange } from '../../capabilities/diff.ts'
import type { CapabilityRequest, RequestLine } from '../../manifest/request.ts'
import type { ConsentItem } from '../../ops/io.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'
import { groupedRows } from './consent-rows.ts'
import { columns, lines, paragraphs, textWidth, wrap, type Cell } from './layout.ts'
import { counted } from './phrases.ts'

const SEVERITY: Readonly<Record<RequestLine['severity'], Format>> = {
  high: 'red',
  medium: 'yellow',
  low: 'dim',
}
const RANK: readonly RequestLine['severity'][] = ['high', 'medium', 'low']

/** In the order they are shown: what is granted first, what is only told last. */
const GROUPS: readonly (readonly [RequestLine['status'], string])[] = [
  ['not-understood', 'Not understood; granting it lets it do anything'],
  ['declared', 'Declared by its author'],
  ['inferred', 'Declares nothing; found in its files'],
  ['optional', 'Optional, not granted unless chosen'],
  ['under-declared', 'Found in its files but not declared; not granted'],
]

export interface CardOptions {
  /** All evidence and the rules as written. */
  readonly details?: boolean
}

/** One skill: name, version, source, then its lines by group; on an update only what changed. */
export function consentCard(item: ConsentItem, canvas: Canvas, options: CardOptions = {}): string {
  const { style } = canvas
  const version = item.version === undefined ? '' : ` ${inertText(item.version)}`
  const head = lines(
    style('bold', inertText(item.name)) + version,
    style('dim', `from ${inertText(item.source)}`),
  )
  const { changes } = item
  const isNew = (line: RequestLine): boolean => changes?.some((change) => isChanged(line, change)) ?? false
  const told = (line: RequestLine): boolean =>
    changes === undefined || options.details === true || isNew(line) || line.status === 'under-declared'
  const groups = GROUPS.map(([status, title]) => {
    const alone = sorted(item.request.lines.filter((line) => line.status === status && told(line)))
    if (alone.length === 0) return undefined
    const found = options.details ? alone : groupedRows(alone, (line) => String(isNew(line)))
    return lines(
      `${title}:`,
      ...found.map((line) =>
        requestLine(line, canvas, { ...options, marks: changes !== undefined, isNew: isNew(line) }),
      ),
    )
  })
  const body = groups.some(Boolean) ? paragraphs(...groups) : changes ? undefined : 'Asks for nothing.'
  return paragraphs(head, changes && changeLines(changes, canvas), body)
}

/** The line that a change added or widened. */
function isChanged(line: RequestLine, { capability, after }: CapabilityChange): boolean {
  const [kind, list] = capability.split('.')
  if (kind !== line.capability || after !== line.value) return false
  return kind !== 'filesystem' || list === undefined || line.text.startsWith(list)
}

function sorted(found: readonly RequestLine[]): RequestLine[] {
  return found.toSorted((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity))
}

/** Never cut: whoever consents must be able to read all of it. Long lines hang under their own text. */
function requestLine(
  line: RequestLine,
  canvas: Canvas,
  { details, status, marks, isNew }: LineOptions,
): string {
  const { style, width } = canvas
  const mark = marks ? (isNew ? 'new  ' : '     ') : ''
  const head = `  ${line.severity.padEnd(6)}  ${mark}${status ? `${line.status.padEnd(14)}  ` : ''}`
  const hang = ' '.repeat(head.length)
  const text = wrap(inertText(line.text), Math.max(width - head.length, 20))
  const places = line.evidence.map(({ file, line: number }) => inertText(`${file}:${number}`))
  const evidence = details ? undefined : shortEvidence(places)
  const last = text.at(-1) ?? ''
  if (evidence) {
    const beside = textWidth(last) + 2 + textWidth(evidence) <= width - head.length
    const shown = style('dim', evidence)
    if (beside) text[text.length - 1] = `${last}  ${shown}`
    else text.push(shown)
  }
  if (details) {
    text.push(style('cyan', inertText(`${line.capability}: ${line.value}`)))
    text.push(...places.map((place) => style('dim', place)))
  }
  return (
    style(SEVERITY[line.severity], head.trimEnd()) +
    head.slice(head.trimEnd().length) +
    text.join(`\n${hang}`)
  )
}

interface LineOptions extends CardOptions {
  /** Name the status on each line, where lines do not stand in groups. */
  readonly status?: boolean
  /** Where only some lines are new: each has a column that says so. */
  readonly marks?: boolean
  readonly isNew?: boolean
}

function shortEvidence(places: readonly string[]): string {
  const [first = ''] = places
  return places.length > 1 ? `${first} +${places.length - 1}` : first
}

const CHANGE: Readonly<Record<CapabilityChange['change'], readonly [string, Format]>> = {
  added: ['+ added', 'green'],
  widened: ['~ widened', 'yellow'],
  narrowed: ['- narrowed', 'dim'],
  removed: ['- removed', 'dim'],
}

/** A line a change: `+ added  network  api.example.org`, `~ widened  terminal  git status → git **`. Never cut. */
export function changeLines(changes: readonly CapabilityChange[], canvas: Canvas, indent = '  '): string {
  const room = Math.max(0, ...changes.map(({ capability }) => inertText(capability).length))
  const rows = changes.map(({ change, capability, before, after }) => {
    const [word, format] = CHANGE[change]
    const value =
      before !== undefined && after !== undefined
        ? `${inertText(before)} → ${inertText(after)}`
        : inertText(after ?? before ?? '')
    const head = `${indent}${word.padEnd(9)}  ${inertText(capability).padEnd(room)}  `
    const text = wrap(value, Math.max(canvas.width - head.length, 20)).join(`\n${' '.repeat(head.length)}`)
    return indent + canvas.style(format, word) + head.slice(indent.length + word.length) + text
  })
  return lines(...rows)
}

/** Several skills at a glance: a row each with its gravest lines. */
export function consentOverview(items: readonly ConsentItem[], canvas: Canvas): string {
  const rows = items.map((item): (string | Cell)[] => {
    const asked = sorted(item.request.lines.filter((line) => isAsked(line)))
    const grave = asked[0]?.severity
    const texts = item.changes
      ? item.changes.map(
          ({ change, capability, after, before }) => `${change} ${capability} ${after ?? before ?? ''}`,
        )
      : asked.map((line) => line.text)
    return [
      { text: item.name, format: 'bold' },
      grave ? { text: grave, format: SEVERITY[grave] } : '',
      item.changes
        ? counted(item.changes.length, 'change')
        : counted(asked.length, 'capability', 'capabilities'),
      texts.join('; ') || 'asks for nothing',
    ]
  })
  return columns(rows, canvas, { indent: '  ' })
}

function isAsked({ status }: RequestLine): boolean {
  return status === 'declared' || status === 'inferred' || status === 'not-understood'
}

/** Said wherever consent is: no word here may sound like a sandbox. */
const RECORDED = 'What you grant is recorded in skills.lock; nothing enforces it yet in this version.'

/** The same, broken at words. */
export function recorded({ width }: Canvas): string {
  return lines(...wrap(RECORDED, width))
}

/** For a log when consent is given by a flag: every card, all of it in plain lines. */
export function showConsent(items: readonly ConsentItem[], canvas: Canvas): string {
  if (items.length === 0) return ''
  const cards = items.map((item) => consentCard(item, canvas))
  return paragraphs('Capabilities asked for:', ...cards, recorded(canvas))
}

/** The lines of a request without a heading, for `capabilities`, `info` and `validate`. */
export function requestLines(request: CapabilityRequest, canvas: Canvas): string {
  return lines(...sorted(request.lines).map((line) => requestLine(line, canvas, { status: true })))
}
