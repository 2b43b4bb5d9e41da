// JSON as a person or a merge may have left it: no key is lost to a duplicate, no conflict marker passes.
// Never a file system call; every refusal names the file, and the line where one is known.
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { shellCommand } from '../platform/shell.ts'

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
  const keys = countKeys(value, 0)
  if (keys === Infinity) {
    throw new SkillsError(
      codes.invalid,
      `${displayText(file)} is nested more than ${MAX_DEPTH} levels deep`,
      {
        details: { file },
      },
    )
  }
  const found = hasOneColonPerKey(text, keys) ? undefined : findDuplicate(text)
  if (found) throw duplicate(found, file, codes.duplicate)
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
      hint: `run "skills install --resolve" to take what both sides have, or take one side with ${shellCommand('git checkout --ours', shown)}`,
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

/** Keys of the value and of all in it; Infinity when it is nested too deep. */
function countKeys(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return Infinity
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) if (isContainer(item)) count += countKeys(item, depth + 1)
    return count
  }
  for (const key in value) {
    const item = (value as JsonObject)[key]
    count += isContainer(item) ? 1 + countKeys(item, depth + 1) : 1
  }
  return count
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

// JSON.parse keeps one of equal keys. Where no blank stands before a colon, every member of the text shows `":`, so the
// text has at least as many of them as members, and at least as many members as keys: equal counts prove that no key was
// lost. Two native searches; only a text that looks otherwise pays for the tokenizer.
function hasOneColonPerKey(text: string, keys: number): boolean {
  return !/"\s+:/.test(text) && text.split('":').length - 1 === keys
}

interface Duplicate {
  readonly key: string
  readonly line: number
}

function duplicate({ key, line }: Duplicate, file: string, code: Code): SkillsError {
  const message = `${displayText(file)} has the key "${displayShort(key, 80)}" twice in one object (line ${line})`
  return new SkillsError(code, message, {
    hint: 'keep one of the two by hand; a merge may have written both',
    details: { file, key: displayShort(key, 80), line },
  })
}

/** The first key that its object already has; `text` is known to be JSON. */
function findDuplicate(text: string): Duplicate | undefined {
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
