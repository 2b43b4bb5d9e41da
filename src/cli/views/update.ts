// `skills update` and `skills update --check` for a person.
import type { UpdateItem, UpdateResult, UpdateStatus } from '../../ops/update.ts'
import { displayText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'
import { changeLines } from './consent.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { counted, shortAddress } from './phrases.ts'

const WORDS: Readonly<Record<UpdateStatus, readonly [string, Format]>> = {
  current: ['up to date', 'dim'],
  available: ['update available', 'green'],
  widens: ['capabilities would widen', 'yellow'],
  refused: ['not acceptable', 'red'],
  gone: ['source gone', 'red'],
  unreachable: ['not reachable', 'yellow'],
  pinned: ['pinned', 'dim'],
  updated: ['updated', 'green'],
}

/** A line a skill; capability changes as a diff below it. */
export function updateView(result: UpdateResult, canvas: Canvas): string {
  const { items, checked } = result
  if (items.length === 0) return 'No skills are locked.'
  const rows = columns(
    items.map((item) => {
      const [text, format] = WORDS[item.status]
      return [{ text: item.name, format: 'bold' as const }, { text, format }, item.reason ?? moveText(item)]
    }),
    canvas,
  )
  const changes = items
    .filter((item) => item.changes.length > 0)
    .map((item) => lines(`${displayText(item.name)} may do:`, changeLines(item.changes, canvas)))
  return paragraphs(rows, ...changes, summaryOf(items, checked))
}

function moveText({ from, to }: UpdateItem): string {
  if (!to) return from.version ?? shortAddress(from.resolution)
  const version = from.version !== to.version
  const text = (side: typeof from): string =>
    version ? (side.version ?? '?') : shortAddress(side.resolution)
  return `${text(from)} → ${text(to)}`
}

function summaryOf(items: readonly UpdateItem[], checked: boolean): string {
  const count = (...statuses: UpdateStatus[]): number =>
    items.filter((item) => statuses.includes(item.status)).length
  const gone = count('gone')
  const refused = count('refused')
  const silent = count('unreachable')
  const newer = count('available', 'widens')
  const updated = count('updated')
  const found = newer === 0 ? 'Nothing newer' : `${counted(newer, 'update')} available; run \`skills update\``
  const done = updated === 0 ? 'Nothing updated' : `Updated ${counted(updated, 'skill')}`
  const parts = [
    checked ? found : done,
    ...(refused > 0
      ? [`${counted(refused, 'skill')} cannot be taken as ${refused === 1 ? 'it is' : 'they are'} now`]
      : []),
    ...(gone > 0 ? [`${counted(gone, 'source')} ${gone === 1 ? 'is' : 'are'} gone`] : []),
    ...(silent > 0 ? [`${counted(silent, 'source')} could not be asked`] : []),
  ]
  return `${parts.join('; ')}.`
}
