// Lines of a request that say the same of many programs, hosts or variables, as one row that names them all.
import type { RequestLine } from '../../manifest/request.ts'
import { inertName } from '../../platform/text.ts'

/** Fewer than these stay a line each. */
const MANY = { terminal: 2, programs: 4, network: 4, env: 4 } as const

/** The same lines, those of one kind, risk and program together at the place of the first. `apart` keeps groups apart. */
export function groupedRows(
  found: readonly RequestLine[],
  apart: (line: RequestLine) => string,
): RequestLine[] {
  const groups = new Map<string, RequestLine[]>()
  for (const [index, line] of found.entries()) {
    const key = keyOf(line)
    const group = key === undefined ? `${index}` : `${line.status} ${line.severity} ${apart(line)} ${key}`
    groups.set(group, [...(groups.get(group) ?? []), line])
  }
  return [...groups.values()].flatMap((lines) => {
    const [first] = lines
    if (!first || lines.length < manyOf(first)) return lines
    return [{ ...first, text: textOf(first, lines), evidence: lines.flatMap(({ evidence }) => evidence) }]
  })
}

function manyOf(line: RequestLine): number {
  if (isWholeProgram(line)) return MANY.programs
  return MANY[line.capability as keyof typeof MANY] ?? Infinity
}

/** `pandoc **`: any use of one program. */
function isWholeProgram({ capability, value }: RequestLine): boolean {
  return capability === 'terminal' && /^[^ *]+ \*\*$/.test(value)
}

/** What makes lines of one kind; undefined for a line that stands alone. */
function keyOf(line: RequestLine): string | undefined {
  const { capability, value, text, severity } = line
  // A name that poses as another is not to be lost among others.
  if (text.includes('\\u{')) return undefined
  if (capability === 'network') return value === '*' ? undefined : 'network'
  if (capability === 'env') return `env ${text.endsWith('set')}`
  const words = value.split(' ')
  if (capability !== 'terminal' || text.startsWith('never') || words.length < 2 || value === '**')
    return undefined
  // What is grave has a line of its own.
  if (isWholeProgram(line)) return severity === 'high' ? undefined : 'programs'
  return `${words[0]} ${words.at(-1) === '**'}`
}

function textOf(first: RequestLine, lines: readonly RequestLine[]): string {
  const count = ` (${lines.length})`
  const values = lines.map(({ value }) => value)
  switch (first.capability) {
    case 'network':
      return `contact ${listOf(lines.map(({ text }) => text.replace(/^contact /, '')))}${count}`
    case 'env':
      return `read the variables ${listOf(values)}${first.text.endsWith('set') ? ', if they are set' : ''}${count}`
    default: {
      if (isWholeProgram(first))
        return `run ${listOf(values.map((value) => inertName(value.slice(0, -3))))}, each with any arguments${count}`
      const open = first.value.endsWith(' **')
      const [program = ''] = first.value.split(' ')
      const rests = values.map((value) => inertName(value.slice(program.length + 1).replace(/ \*\*$/, '')))
      return `run ${inertName(program)} ${listOf(rests)}${open ? ', each with any arguments' : ''}${count}`
    }
  }
}

function listOf(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1) ?? ''}`
}
