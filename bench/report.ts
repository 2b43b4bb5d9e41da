// Rows of the table: what was measured, against what, the goal, and whether it was met; on the terminal and between
// the markers of docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem, type } from 'node:os'

/** A figure that is at most, or at least, `limit`. */
export interface Goal {
  readonly limit: number
  readonly direction: 'at most' | 'at least'
}

export interface Row {
  /** The subject's name, as in `--only`. */
  readonly area: string
  readonly what: string
  /** Absolute figure with its unit. */
  readonly measured: string
  /** The figure that the goal is about. */
  readonly value: number
  /** What one unit of `value` is: `× node`, `MB`, … */
  readonly unit: string
  /** Absent for a row that is only shown. */
  readonly goal?: Goal
}

/** A subject that could not be measured, and why. */
export interface Skipped {
  readonly area: string
  readonly problem: string
}

const MARKERS = ['<!-- bench:begin -->', '<!-- bench:end -->'] as const

/** How long something took, as a multiple of something else. */
export function ratioRow(
  area: string,
  what: string,
  { ms, anchor, name, atMost }: { ms: number; anchor: number; name: string; atMost?: number },
): Row {
  return {
    area,
    what,
    measured: pair(ms, anchor),
    value: ms / anchor,
    unit: `× ${name}`,
    ...(atMost !== undefined && { goal: { limit: atMost, direction: 'at most' as const } }),
  }
}

/** How fast something went, as a share of how fast something else did the same. */
export function rateRow(
  area: string,
  what: string,
  { ms, anchor, name, atLeast }: { ms: number; anchor: number; name: string; atLeast: number },
): Row {
  const goal = { limit: atLeast, direction: 'at least' as const }
  return { area, what, measured: pair(ms, anchor), value: anchor / ms, unit: name, goal }
}

/** Milliseconds that stand for themselves. */
export function limitRow(
  area: string,
  what: string,
  { ms, atMost }: { readonly ms: number; readonly atMost?: number },
): Row {
  const goal = { limit: atMost ?? 0, direction: 'at most' as const }
  return { area, what, measured: '', value: ms, unit: 'ms', ...(atMost !== undefined && { goal }) }
}

/** Answers or writes in a second, as a multiple of somebody else's. */
export function speedRow(
  area: string,
  what: string,
  speed: {
    readonly perSecond: number
    readonly anchor: number
    readonly name: string
    readonly atLeast?: number
  },
): Row {
  const { perSecond, anchor, name, atLeast } = speed
  return {
    area,
    what,
    measured: `${Math.round(perSecond)}/s / ${Math.round(anchor)}/s`,
    value: perSecond / anchor,
    unit: `× ${name}`,
    ...(atLeast !== undefined && { goal: { limit: atLeast, direction: 'at least' as const } }),
  }
}

/** Peak memory in MB. */
export function memoryRow(area: string, what: string, megabytes: number, atMost: number): Row {
  const goal = { limit: atMost, direction: 'at most' as const }
  return { area, what, measured: '', value: megabytes, unit: 'MB', goal }
}

/** A number of things that happened. */
export function countRow(area: string, what: string, count: number, atMost: number): Row {
  return { area, what, measured: '', value: count, unit: '', goal: { limit: atMost, direction: 'at most' } }
}

/** True, false, or undefined for a row without a goal. */
export function isMet({ value, goal }: Row): boolean | undefined {
  if (!goal) return undefined
  return goal.direction === 'at most' ? value <= goal.limit : value >= goal.limit
}

/** A Markdown table of all rows, and a line for each subject that could not be measured. */
export function formatTable(rows: readonly Row[], skipped: readonly Skipped[]): string {
  const cells = rows.map((row) => [
    row.area,
    row.what,
    row.measured,
    figure(row),
    goalText(row),
    verdict(row),
  ])
  const table = [['area', 'what', 'measured', 'ratio', 'goal', ''], ...cells]
  const widths = [0, 1, 2, 3, 4, 5].map((at) => Math.max(3, ...table.map((line) => (line[at] ?? '').length)))
  const lines = table.map((line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return [...lines, ...skipped.map(({ area, problem }) => `\nNot measured: ${area}. ${problem}`)].join('\n')
}

/** The machine, without its name or the time; `load` is how many other programs wanted to run when the bench began. */
export function describeMachine(nodeVersion: string, load: number): string {
  const cpu = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `Node ${nodeVersion}, ${type()}, ${cpu.length} × ${cpu[0]?.model.trim() ?? 'unknown CPU'}, ${memory} GiB, load ${load.toFixed(1)} before`
}

/** A table with the rows of the areas that were not measured now, as the page has them, before those that were. */
export function withOtherRows(file: string, heading: string, table: string): string {
  const [begin, end] = markersOf(heading)
  const page = readFileSync(file, 'utf8')
  const measured = new Set(bodyOf(table).map(areaOf))
  const kept = bodyOf(page.slice(page.indexOf(begin), page.indexOf(end))).filter(
    (line) => !measured.has(areaOf(line)),
  )
  const [head = '', rule = ''] = table.split('\n')
  return [head, rule, ...kept, ...bodyOf(table)].join('\n')
}

function bodyOf(table: string): string[] {
  return table.split('\n').filter((line) => /^\| (?!area |-)/.test(line))
}

function areaOf(line: string): string {
  return line.slice(2).split(' ')[0] ?? ''
}

function markersOf(heading: string): [string, string] {
  return MARKERS.map((marker) => marker.replace('bench', `bench ${heading}`)) as [string, string]
}

/** Replaces what stands between the markers `heading` in the page; adds the section when there is none. */
export function writePage(file: string, heading: string, text: string): void {
  const page = readFileSync(file, 'utf8')
  const [begin, end] = markersOf(heading)
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) throw new Error(`${file} lacks the lines ${begin} and ${end}`)
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`)
}

function figure({ value, unit }: Row): string {
  const digits = value >= 20 || unit === '' ? 0 : 2
  return `${value.toFixed(digits)} ${unit}`.trim()
}

function goalText({ goal }: Row): string {
  if (!goal) return ''
  return `${goal.direction === 'at most' ? '≤' : '≥'} ${goal.limit}`
}

function verdict(row: Row): string {
  const met = isMet(row)
  return met === undefined ? '' : met ? 'met' : 'MISSED'
}

function pair(ms: number, anchor: number): string {
  return `${milliseconds(ms)} / ${milliseconds(anchor)}`
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}
