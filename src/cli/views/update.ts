// `skills update` and `skills update --check` for a person.
import type { UpdateItem, UpdateResult, UpdateStatus } from '../../ops/update-item.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas, Format } from '../style.ts'
import { changeLines } from './consent.ts'
import { problemLines } from '../problems.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { counted, shortAddress } from './phrases.ts'

const WORDS: Readonly<Record<UpdateStatus, readonly [string, Format]>> = {
  current: ['up to date', 'dim'],
  available: ['update available', 'green'],
  widens: ['capabilities would widen', 'yellow'],
  moved: ['moved', 'red'],
  refused: ['not acceptable', 'red'],
  gone: ['source gone', 'red'],
  unreachable: ['not reachable', 'yellow'],
  pinned: ['pinned', 'dim'],
  updated: ['updated', 'green'],
}

/** A line a skill; below, what is wrong with some of them, and capability changes as a diff. */
export function updateView(result: UpdateResult, canvas: Canvas): string {
  const { items } = result
  if (items.length === 0) return 'No skills are locked.'
  const rows = columns(
    items.map((item) => {
      const [text, format] = WORDS[item.status]
      return [
        { text: item.name, format: 'bold' as const },
        { text, format },
        { text: moveText(item), own: true },
      ]
    }),
    canvas,
  )
  const told = lines(...items.flatMap((item) => remarkLines(item, canvas)))
  const changes = items
    .filter((item) => item.changes.length > 0)
    .map((item) => lines(`${inertText(item.name)} may do:`, changeLines(item.changes, canvas)))
  return paragraphs(rows, told, ...changes, summaryOf(result))
}

function remarkLines(item: UpdateItem, { style }: Canvas): readonly string[] {
  const { error, yanked, deprecated, from } = item
  const name = inertText(item.name)
  return [
    ...(yanked === undefined
      ? []
      : [`${name}: ${inertText(from.version ?? 'it')} was yanked: ${inertText(yanked)}`]),
    ...(deprecated === undefined ? [] : [`${name} is deprecated: ${inertText(deprecated)}`]),
    ...(error === undefined ? [] : problemLines({ skill: item.name, ...error }, style)),
  ]
}

function moveText({ from, to }: UpdateItem): string {
  if (!to) return inertText(from.version ?? shortAddress(from.resolution))
  const version = from.version !== to.version
  const text = (side: typeof from): string =>
    inertText(version ? (side.version ?? '?') : shortAddress(side.resolution))
  return `${text(from)} → ${text(to)}`
}

function summaryOf({ items, checked, dryRun }: UpdateResult): string {
  const count = (...statuses: UpdateStatus[]): number =>
    items.filter((item) => statuses.includes(item.status)).length
  const gone = count('gone')
  const moved = count('moved')
  const refused = count('refused')
  const silent = count('unreachable')
  const newer = count('available', 'widens')
  const updated = count('updated')
  const found = newer === 0 ? 'Nothing newer' : `${counted(newer, 'update')} available; run \`skills update\``
  const done = dryRun
    ? newer === 0
      ? 'Nothing to update'
      : `Would update ${counted(newer, 'skill')}`
    : updated === 0
      ? 'Nothing updated'
      : `Updated ${counted(updated, 'skill')}`
  const parts = [
    checked ? found : done,
    ...(moved > 0
      ? [
          `${counted(moved, 'skill')} ${moved === 1 ? 'was' : 'were'} replaced under a name that should never change`,
        ]
      : []),
    ...(refused > 0
      ? [`${counted(refused, 'skill')} cannot be taken as ${refused === 1 ? 'it is' : 'they are'} now`]
      : []),
    ...(gone > 0 ? [`${counted(gone, 'source')} ${gone === 1 ? 'is' : 'are'} gone`] : []),
    ...(silent > 0 ? [`${counted(silent, 'source')} could not be asked`] : []),
  ]
  return `${parts.join('; ')}.`
}
