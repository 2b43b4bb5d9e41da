// The words that several views share.
import type { Diagnostic } from '../../errors/diagnostic.ts'
import { inertText } from '../../platform/text.ts'
import type { Resolution } from '../../sources/source.ts'
import type { Canvas } from '../style.ts'
import { columns } from './layout.ts'

/** `1 skill`, `2 skills`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** The immutable part of an address, short: a commit, a digest, or a folder. */
export function shortAddress(resolution: Resolution): string {
  switch (resolution.kind) {
    case 'git':
      return resolution.commit.slice(0, 10)
    case 'npm':
      return `${resolution.version} from ${new URL(resolution.url).host}`
    case 'registry':
    case 'archive':
    case 'oci':
    case 'well-known':
      return resolution.digest.slice(0, 'sha256:'.length + 10)
    case 'path':
      return resolution.path
  }
}

const MARKS = { error: ['red', 'error'], warning: ['yellow', 'warning'], info: ['dim', 'info'] } as const

/** A line a finding: severity, place, message. */
export function diagnosticLines(diagnostics: readonly Diagnostic[], canvas: Canvas, indent = ''): string {
  return diagnostics
    .map(({ severity, file, line, message, code, hint }) => {
      const [format, word] = MARKS[severity]
      const place = inertText(line === undefined ? file : `${file}:${line}`)
      const note = canvas.style('dim', `(${code})`)
      const head = `${indent}${canvas.style(format, word)} ${place}: ${inertText(message)} ${note}`
      return hint === undefined
        ? head
        : `${head}\n${indent}  ${canvas.style('cyan', 'hint:')} ${inertText(hint)}`
    })
    .join('\n')
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[], max = 8): string {
  const shown = names.slice(0, max).map(inertText).join(', ')
  return names.length > max ? `${shown} and ${names.length - max} more` : shown
}

/** `project /path` or `your own folders`. */
export function placeText({
  scope,
  root,
}: {
  readonly scope: 'project' | 'global'
  readonly root: string
}): string {
  return scope === 'global' ? 'your own folders' : inertText(root)
}

/** Bytes as a person reads them. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length)
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`
}

/** Pairs as two columns with dim names. */
export function facts(rows: readonly (readonly [string, string | undefined])[], canvas: Canvas): string {
  const known = rows.filter((row): row is readonly [string, string] => Boolean(row[1]))
  return columns(
    known.map(([name, value]) => [{ text: name, format: 'dim' as const }, value]),
    canvas,
  )
}
