// TOML to plain values, with the line of every key: the parser itself tells lines only for what it cannot read.
import { parse, TomlError } from 'smol-toml'

export type TomlPath = readonly (string | number)[]

export interface TomlDocument {
  readonly value: Readonly<Record<string, unknown>>
  /** The line of the value at the path, or of the nearest table or key around it; from 1. */
  readonly lineOf: (path: TomlPath) => number
}

export interface TomlFailure {
  readonly message: string
  readonly line: number
}

/** A header or key stands at the start of its line; looking no further keeps the reading linear. */
const MAX_KEY_LINE = 300

/** Parses; a text that is not TOML gives a failure, never a throw. */
export function readToml(text: string): TomlDocument | TomlFailure {
  try {
    const value = parse(text, { maxDepth: 50, unsafeKeyBehaviour: 'throw' })
    const lines = keyLines(text)
    return {
      value,
      lineOf: (path) => {
        for (let length = path.length; length > 0; length -= 1) {
          const line = lines.get(JSON.stringify(path.slice(0, length)))
          if (line !== undefined) return line
        }
        return 1
      },
    }
  } catch (error) {
    if (!(error instanceof TomlError)) return { message: 'it cannot be read', line: 1 }
    const [first = 'it cannot be read'] = error.message.split('\n')
    return { message: first.replace(/^Invalid TOML document: /, ''), line: error.line }
  }
}

/** Paths, as JSON, of every header and key that begins a line. Text that is TOML already, so a loose reading suffices. */
function keyLines(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table: TomlPath = []
  let fence: string | undefined
  let depth = 0
  for (const [index, line] of text.split('\n').entries()) {
    const number = index + 1
    if (fence !== undefined || depth > 0) {
      ;({ fence, depth } = advance(line, fence, depth))
      continue
    }
    const start = line.slice(0, MAX_KEY_LINE)
    const header = /^\s*(\[\[?)([^\]]+)\]\]?\s*(?:#.*)?$/.exec(start)
    if (header) {
      const path = resolve(splitKey((header[2] ?? '').trim()), counts)
      if (header[1] === '[[') {
        const key = JSON.stringify(path)
        const nth = counts.get(key) ?? 0
        counts.set(key, nth + 1)
        if (nth === 0) lines.set(key, number)
        table = [...path, nth]
      } else {
        table = path
      }
      lines.set(JSON.stringify(table), number)
      continue
    }
    const key =
      /^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+))*)\s*=/.exec(
        start,
      )
    if (!key) continue
    lines.set(JSON.stringify([...table, ...splitKey(key[1] ?? '')]), number)
    ;({ fence, depth } = advance(line.slice(key[0].length), undefined, 0))
  }
  return lines
}

/** A header below an array of tables belongs to the array's last element. */
function resolve(parts: readonly string[], counts: ReadonlyMap<string, number>): TomlPath {
  const path: (string | number)[] = []
  for (const [index, part] of parts.entries()) {
    path.push(part)
    const count = counts.get(JSON.stringify(path))
    if (count !== undefined && index < parts.length - 1) path.push(count - 1)
  }
  return path
}

function splitKey(key: string): string[] {
  const parts = key.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^.\s]+/g) ?? []
  return parts.map((part) => (/^["']/.test(part) ? part.slice(1, -1) : part))
}

/** Whether a value is still open at the end of the line: inside `"""`, `'''`, or so many brackets. */
function advance(
  line: string,
  open: string | undefined,
  brackets: number,
): { fence: string | undefined; depth: number } {
  let fence = open
  let depth = brackets
  for (const [token] of line.matchAll(/"""|'''|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|[[\]{}]|#.*$/g)) {
    if (fence !== undefined) {
      if (token === fence) fence = undefined
    } else if (token === '"""' || token === "'''") fence = token
    else if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
  }
  return { fence, depth }
}
