// JSON as a person or a merge may have left it: no key is lost to a duplicate, no conflict marker passes.
// Never a file system call; every refusal names the file, and the line where one is known.
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import { displayShort, displayText } from '../platform/text.ts'

/** The code for each way in which the text can be wrong; the lockfile has one for each, the project one for all. */
export interface JsonCodes {
  readonly invalid: Code
  readonly conflict: Code
  readonly duplicate: Code
}

const MAX_DEPTH = 64

export type JsonObject = { [key: string]: unknown }

const CONFLICT = /^(?:<{7}|={7}|>{7}|\|{7})(?:[ \t\r]|$)/m

/**
 * Parses a JSON object. Accepts CRLF line ends and one byte order mark, which some editors and git settings add.
 * @throws the code given for conflict markers, duplicate keys at any depth, and all other text
 */
export function parseJsonObject(source: string, file: string, codes: JsonCodes): JsonObject {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw unreadable(text, file, { codes, cause })
  }
  if (!isObject(value)) {
    throw new SkillsError(codes.invalid, `${displayText(file)} does not hold a JSON object`, {
      details: { file },
    })
  }
  const keys = countKeys(value)
  if (keys === undefined) {
    throw new SkillsError(
      codes.invalid,
      `${displayText(file)} is nested more than ${MAX_DEPTH} levels deep`,
      {
        details: { file },
      },
    )
  }
  if (countMembers(text) !== keys) throw duplicate(text, file, codes.duplicate)
  return value
}

/** True for what JSON writes in braces. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unreadable(text: string, file: string, why: { codes: JsonCodes; cause: unknown }): SkillsError {
  const shown = displayText(file)
  const marker = CONFLICT.exec(text)
  if (marker) {
    const line = lineAt(text, marker.index)
    return new SkillsError(why.codes.conflict, `${shown} has a merge conflict marker in line ${line}`, {
      hint: `take one side (git checkout --ours ${shown}, or --theirs), then run skills install`,
      details: { file, line },
    })
  }
  const line = failedLine(text, why.cause)
  const place = line === undefined ? '' : ` (line ${line})`
  const nul = text.includes('\0') ? ' and holds a NUL character' : ''
  return new SkillsError(why.codes.invalid, `${shown} is not JSON${place}${nul}`, {
    hint: 'restore it from version control, or repair it by hand',
    details: line === undefined ? { file } : { file, line },
  })
}

function failedLine(text: string, cause: unknown): number | undefined {
  const message = cause instanceof Error ? cause.message : ''
  const position = /at position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return lineAt(text, Number(position))
  return message.includes('end of JSON input') ? lineAt(text, text.length) : undefined
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

// In valid JSON every colon outside a string belongs to one member, and JSON.parse keeps one key of equal ones: the
// counts differ exactly when something was lost. Two native passes, several times cheaper than a tokenizer.
function countMembers(text: string): number {
  const structure = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '')
  let count = 0
  for (let at = structure.indexOf(':'); at !== -1; at = structure.indexOf(':', at + 1)) count++
  return count
}

// Level by level, so that depth costs no stack. Undefined past MAX_DEPTH.
function countKeys(root: JsonObject): number | undefined {
  let count = 0
  let level: object[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return undefined
    const next: object[] = []
    for (const container of level) {
      const values: unknown[] = Array.isArray(container) ? container : Object.values(container)
      if (!Array.isArray(container)) count += values.length
      for (const value of values) if (typeof value === 'object' && value !== null) next.push(value)
    }
    level = next
  }
  return count
}

function duplicate(text: string, file: string, code: Code): SkillsError {
  const found = findDuplicate(text)
  const key = found ? ` "${displayShort(found.key, 80)}" in line ${found.line}` : ''
  return new SkillsError(code, `${displayText(file)} has the same key twice:${key}`, {
    hint: 'keep one of the two by hand; a merge may have written both',
    details: found ? { file, key: found.key, line: found.line } : { file },
  })
}

/** The first key that its object already has; `text` is known to be JSON. */
function findDuplicate(text: string): { key: string; line: number } | undefined {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g
  const open: Set<string>[] = []
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found, colon] = match
    if (found === '{') open.push(new Set())
    else if (found === '}') open.pop()
    else if (colon !== undefined) {
      const key = JSON.parse(found.slice(0, found.length - colon.length)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return { key, line: lineAt(text, match.index) }
      keys?.add(key)
    }
  }
  return undefined
}
