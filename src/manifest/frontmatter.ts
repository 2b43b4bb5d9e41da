// The YAML between two `---` lines, read as text only: no types, no tags, no aliases. Never throws, never hangs.
import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml'
import type { Diagnostic } from '../errors/diagnostic.ts'
import { displayShort } from '../platform/text.ts'

/** A scalar is always text, as skills-ref has it. */
export type FrontmatterValue = string | readonly FrontmatterValue[] | FrontmatterMap
export type FrontmatterMap = { readonly [key: string]: FrontmatterValue }

export interface Frontmatter {
  /** Absent when there is none or it cannot be read; the findings say why. */
  readonly fields?: ReadonlyMap<string, FrontmatterValue>
  /** The line of each top-level key, from 1. */
  readonly lines: ReadonlyMap<string, number>
  /** What follows the frontmatter. */
  readonly body: string
  /** The line that the body starts at, from 1. */
  readonly bodyLine: number
  readonly diagnostics: Diagnostic[]
}

/** A key stands at the start of its line; looking no further keeps the reading linear. */
const MAX_KEY_LINE = 300

interface Finding {
  readonly message: string
  readonly line: number
}

/** Reads `text` (line ends `\n`). Tolerant mode retries with quotes around values that are not YAML as written. */
export function readFrontmatter(text: string, file: string, mode: 'strict' | 'tolerant'): Frontmatter {
  const fail = (code: string, message: string, line: number, hint: string): Frontmatter => ({
    lines: new Map(),
    body: text,
    bodyLine: 1,
    diagnostics: [{ severity: 'error', code, message, file, line, hint }],
  })
  if (!/^---[ \t]*(?:\n|$)/.test(text)) {
    const hint = 'begin the file with a line `---`, then name and description, then `---`'
    return fail('frontmatter_missing', `${file} does not start with frontmatter`, 1, hint)
  }
  const start = text.indexOf('\n') + 1
  const close = /^---[ \t]*$/m
  const rest = start === 0 ? '' : text.slice(start)
  const end = close.exec(rest)
  if (!end) {
    const hint = 'end the frontmatter with a line `---`'
    return fail('frontmatter_open', `The frontmatter of ${file} has no end`, 1, hint)
  }
  const yaml = rest.slice(0, end.index)
  const body = rest.slice(end.index + end[0].length + 1)
  const lines = keyLines(yaml)
  const base = { lines, body, bodyLine: yaml.split('\n').length + 2 }
  const diagnostics: Diagnostic[] = []

  let parsed = parseYaml(yaml)
  if ('message' in parsed && mode === 'tolerant') {
    const quoted = quoteValues(yaml)
    const again = quoted === undefined ? parsed : parseYaml(quoted)
    if (!('message' in again)) {
      const { line, message } = parsed
      diagnostics.push({
        severity: 'warning',
        code: 'frontmatter_unquoted',
        message: `A value must be quoted to be YAML: ${message}`,
        file,
        line: line + 1,
        hint: 'put the value in quotes',
      })
      parsed = again
    }
  }
  if ('message' in parsed) {
    const { line, message } = parsed
    const hint = 'quote values that contain `: `, `#` or start with a sign'
    const finding: Diagnostic = {
      severity: 'error',
      code: 'frontmatter_yaml',
      message: `The frontmatter is not YAML: ${message}`,
      file,
      line: line + 1,
      hint,
    }
    return { ...base, diagnostics: [finding] }
  }
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const finding: Diagnostic = {
      severity: 'error',
      code: 'frontmatter_not_map',
      message: `The frontmatter of ${file} is not a map of keys`,
      file,
      line: 2,
      hint: 'write `name: …` and `description: …`',
    }
    return { ...base, diagnostics: [finding] }
  }
  return { ...base, fields: new Map(Object.entries(value as FrontmatterMap)), diagnostics }
}

function parseYaml(yaml: string): { value: unknown } | Finding {
  try {
    return { value: load(yaml, { schema: FAILSAFE_SCHEMA, maxAliases: 0, maxDepth: 20 }) }
  } catch (error) {
    // An empty document and a defect of the parser end here too: bad input never throws further.
    if (!(error instanceof YAMLException)) return { message: 'it cannot be read', line: 1 }
    return { message: displayShort(error.reason, 120), line: (error.mark?.line ?? 0) + 1 }
  }
}

/** Lines of the top-level keys, counted in the file: the frontmatter starts at line 2. */
function keyLines(yaml: string): Map<string, number> {
  const lines = new Map<string, number>()
  for (const [index, line] of yaml.split('\n').entries()) {
    const [, key] =
      /^(?:"([^"]*)"\s*|'([^']*)'\s*|([^\s#:'"[{-][^:]*)):(?:\s|$)/
        .exec(line.slice(0, MAX_KEY_LINE))
        ?.filter(Boolean) ?? []
    if (key !== undefined && !lines.has(key.trimEnd())) lines.set(key.trimEnd(), index + 2)
  }
  return lines
}

/** Words that happen to be no YAML; never anchors, aliases, tags, open brackets or a key on the next line. */
function isProse(value: string): boolean {
  if (/^[&*!]/.test(value) || /\n[ \t]*[\w-]+:(?:\s|$)/.test(value)) return false
  return /^[[{]/.test(value) ? /^(?:\[[^[\]]*\]|\{[^{}]*\})\s*\S/.test(value) : true
}

/** Every top-level entry that is not YAML by itself, with its value in single quotes; undefined when none is. */
function quoteValues(yaml: string): string | undefined {
  const entries: string[][] = []
  for (const line of yaml.split('\n')) {
    const previous = entries.at(-1)
    if (previous && (/^\s/.test(line) || line === '')) previous.push(line)
    else entries.push([line])
  }
  let changed = false
  const out = entries.map((entry) => {
    const source = entry.join('\n')
    const [, key, value] = /^([A-Za-z][\w-]*):[ \t]+([^|>"'\s][\s\S]*|["'][\s\S]*)$/.exec(source) ?? []
    if (key === undefined || value === undefined || !isProse(value) || !('message' in parseYaml(source)))
      return source
    changed = true
    const flat = value
      .split('\n')
      .map((line) => line.trim())
      .join(' ')
      .trim()
    return `${key}: '${flat.replaceAll("'", "''")}'`
  })
  return changed ? out.join('\n') : undefined
}
