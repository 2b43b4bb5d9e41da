// Two texts compared line by line, in the unified form that people know. Pure, and bounded: texts that differ in more than
// a person would read are not compared.
import { isUtf8 } from 'node:buffer'

/** Lines of one text; more are not compared. */
const MAX_LINES = 20_000
/** Lines that differ; the work grows with their square. */
const MAX_EDITS = 2000
/** Lines around a change. */
const CONTEXT = 3

interface Edit {
  readonly kind: ' ' | '-' | '+'
  readonly text: string
}

/** Hunks with three lines around each change; undefined for what is no text or differs too much. */
export function lineDiff(before: Uint8Array, after: Uint8Array): string | undefined {
  const [old, now] = [linesOf(before), linesOf(after)]
  if (!old || !now) return undefined
  const edits = shortestEdits(old, now)
  return edits && hunks(edits)
}

/** Without their line ends; a last line without one says so, as diff does. */
function linesOf(bytes: Uint8Array): string[] | undefined {
  if (bytes.includes(0) || !isUtf8(bytes)) return undefined
  const text = Buffer.from(bytes).toString('utf8').replaceAll('\r\n', '\n')
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  else lines[lines.length - 1] += '\n\\ No newline at end of file'
  return lines.length > MAX_LINES ? undefined : lines
}

/**
 * The shortest way from one list to the other, by E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986),
 * after what both begin and end with; undefined past the limit.
 */
function shortestEdits(old: readonly string[], now: readonly string[]): Edit[] | undefined {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  let end = 0
  const most = Math.min(old.length, now.length) - start
  while (end < most && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1
  const middle = myers(old.slice(start, old.length - end), now.slice(start, now.length - end))
  const same = (lines: readonly string[]): Edit[] => lines.map((text) => ({ kind: ' ', text }))
  return middle && [...same(old.slice(0, start)), ...middle, ...same(old.slice(old.length - end))]
}

function myers(old: readonly string[], now: readonly string[]): Edit[] | undefined {
  const limit = Math.min(old.length + now.length, MAX_EDITS)
  const reach = new Int32Array(2 * limit + 3)
  const trail: Int32Array[] = []
  const at = (k: number): number => reach[k + limit + 1] ?? 0
  for (let d = 0; d <= limit; d += 1) {
    trail.push(reach.slice(limit + 1 - d - 1, limit + 1 + d + 2))
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1
      reach[k + limit + 1] = x
      if (x >= old.length && x - k >= now.length) return wayBack(trail, old, now)
    }
  }
  return undefined
}

function wayBack(trail: readonly Int32Array[], old: readonly string[], now: readonly string[]): Edit[] {
  const edits: Edit[] = []
  let [x, y] = [old.length, now.length]
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    // The slice of step d begins with diagonal -d - 1.
    const at = (k: number): number => trail[d]?.[k + d + 1] ?? 0
    const k = x - y
    const before = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1
    const fromX = d === 0 ? 0 : at(before)
    const fromY = d === 0 ? 0 : fromX - before
    while (x > fromX && y > fromY) {
      x -= 1
      y -= 1
      edits.push({ kind: ' ', text: old[x] ?? '' })
    }
    if (d === 0) break
    const isNew = x === fromX
    if (isNew) y -= 1
    else x -= 1
    edits.push(isNew ? { kind: '+', text: now[y] ?? '' } : { kind: '-', text: old[x] ?? '' })
  }
  return edits.toReversed()
}

function hunks(edits: readonly Edit[]): string {
  const near = new Set<number>()
  for (const [index, { kind }] of edits.entries())
    if (kind !== ' ') for (let i = index - CONTEXT; i <= index + CONTEXT; i += 1) near.add(i)
  let text = ''
  let [oldLine, newLine] = [1, 1]
  for (let index = 0; index < edits.length;) {
    const [oldStart, newStart] = [oldLine, newLine]
    let body = ''
    while (index < edits.length && near.has(index)) {
      const { kind, text: line } = edits[index] as Edit
      body += `${kind}${line}\n`
      if (kind !== '+') oldLine += 1
      if (kind !== '-') newLine += 1
      index += 1
    }
    if (body !== '') text += `@@ -${range(oldStart, oldLine)} +${range(newStart, newLine)} @@\n${body}`
    // What is not near a change is the same on both sides.
    while (index < edits.length && !near.has(index)) {
      oldLine += 1
      newLine += 1
      index += 1
    }
  }
  return text
}

/** `start,count`; an empty range names the line before it. */
function range(start: number, end: number): string {
  const count = end - start
  return `${count === 0 ? start - 1 : start},${count}`
}
