// SKILL.md as the Agent Skills format has it: strict as skills-ref, or tolerant as clients are asked to be.
import type { Diagnostic, Severity } from '../errors/diagnostic.ts'
import { displayShort } from '../platform/text.ts'
import { readFrontmatter, type FrontmatterMap, type FrontmatterValue } from './frontmatter.ts'
import { decodeText } from './text.ts'

export interface SkillMd {
  readonly name: string
  readonly description: string
  readonly license?: string
  readonly compatibility?: string
  /** Values that are not text (other tools nest here) are their JSON. */
  readonly metadata: Readonly<Record<string, string>>
  /** One entry a tool: `Read`, `Bash(git:*)`. A hint about use, never a grant. */
  readonly allowedTools: readonly string[]
  /** `metadata.version`. */
  readonly version?: string
  readonly body: string
  /** The line of the file that `body` starts at, from 1. */
  readonly bodyLine: number
}

export interface ReadOptions {
  /** The name of the folder that the file is in; not compared when absent. */
  readonly folder?: string
  readonly mode: 'strict' | 'tolerant'
}

export interface SkillMdResult {
  /** Absent when the skill cannot be used. */
  readonly skill?: SkillMd
  readonly diagnostics: Diagnostic[]
}

const FILE = 'SKILL.md'
const KNOWN = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools']
const MAX = { name: 64, description: 1024, compatibility: 500, bodyLines: 500 }

/**
 * Reads a SKILL.md. Strict: everything that the format or skills-ref refuses is an error.
 * Tolerant: only unreadable frontmatter and a missing description are; the rest is a warning and loads.
 */
export function readSkillMd(bytes: Uint8Array, { folder, mode }: ReadOptions): SkillMdResult {
  const decoded = decodeText(bytes, FILE, mode)
  if (decoded.text === undefined) return { diagnostics: decoded.diagnostics }
  const front = readFrontmatter(decoded.text, FILE, mode)
  const diagnostics = [...decoded.diagnostics, ...front.diagnostics]
  const { fields, lines, body, bodyLine } = front
  if (!fields) return { diagnostics }

  const strict = mode === 'strict'
  const report = (severity: Severity, code: string, field: string, message: string, hint?: string): void => {
    const line = lines.get(field) ?? 1
    diagnostics.push({ severity, code, message, file: FILE, line, ...(hint === undefined ? {} : { hint }) })
  }
  /** Breaks the format, but a client can live with it. */
  const breach: Severity = strict ? 'error' : 'warning'
  const text = (field: string): string | undefined => {
    const value = fields.get(field)
    if (value === undefined || typeof value === 'string') return value?.trim()
    report(breach, 'field_type', field, `${field} must be text`)
    return undefined
  }

  if (strict) {
    for (const key of fields.keys()) {
      if (KNOWN.includes(key)) continue
      const known = `the format has ${KNOWN.join(', ')}; put your own data under metadata or in skill.toml`
      report('error', 'frontmatter_unknown_key', key, `Unknown key ${displayShort(key, 60)}`, known)
    }
  }
  const license = text('license')
  const compatibility = text('compatibility')
  if (
    compatibility !== undefined &&
    (compatibility === '' || characters(compatibility) > MAX.compatibility)
  ) {
    const message = `compatibility must have 1 to ${MAX.compatibility} characters`
    report(breach, 'compatibility_length', 'compatibility', message)
  }
  const metadata = metadataOf(fields.get('metadata'), (message) =>
    report(strict ? 'error' : 'info', 'metadata_type', 'metadata', message, 'metadata maps text to text'),
  )
  const tools = fields.get('allowed-tools')
  if (tools !== undefined && typeof tools !== 'string') {
    const hint = 'write one line: `allowed-tools: Read Bash(git:*)`'
    report(
      strict ? 'error' : 'info',
      'allowed_tools_type',
      'allowed-tools',
      'allowed-tools is not text',
      hint,
    )
  }
  if (strict && body.split('\n').length > MAX.bodyLines) {
    const message = `The instructions have more than ${MAX.bodyLines} lines`
    report('warning', 'body_long', '', message, 'move detail into files under references/')
  }

  const name = checkedName(text('name'), folder, (severity, code, message, hint) =>
    report(severity ?? breach, code, 'name', message, hint),
  )
  const description = text('description')
  if (!description) {
    const hint = 'say what the skill does and when to use it'
    report('error', 'description_missing', 'description', 'description is missing or empty', hint)
  } else if (characters(description) > MAX.description) {
    const message = `description has ${characters(description)} characters; at most ${MAX.description} are allowed`
    report(breach, 'description_length', 'description', message)
  }
  if (!name || !description) return { diagnostics }
  return {
    skill: {
      name,
      description,
      ...(license ? { license } : {}),
      ...(compatibility ? { compatibility } : {}),
      metadata,
      allowedTools: toolsOf(tools),
      ...(metadata.version ? { version: metadata.version } : {}),
      body,
      bodyLine,
    },
    diagnostics,
  }
}

type NameReport = (severity: Severity | undefined, code: string, message: string, hint?: string) => void

function checkedName(
  given: string | undefined,
  folder: string | undefined,
  report: NameReport,
): string | undefined {
  if (!given) {
    report(
      folder ? undefined : 'error',
      'name_missing',
      'name is missing or empty',
      'add `name:` and its folder’s name',
    )
    return folder
  }
  const name = given.normalize('NFKC')
  const shown = displayShort(name, 80)
  if (characters(name) > MAX.name) {
    report(undefined, 'name_length', `name ${shown} has more than ${MAX.name} characters`)
  }
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    const hint = 'use a-z, 0-9 and single hyphens between them'
    report(undefined, 'name_characters', `name ${shown} is not lower-case letters, digits and hyphens`, hint)
  }
  if (folder !== undefined && folder.normalize('NFKC') !== name) {
    const message = `name ${shown} is not the name of its folder, ${displayShort(folder, 80)}`
    report(undefined, 'name_folder', message, 'rename the folder or the skill')
  }
  return name
}

function metadataOf(
  value: FrontmatterValue | undefined,
  report: (message: string) => void,
): Record<string, string> {
  if (value === undefined || value === '') return {}
  if (typeof value === 'string' || isList(value)) {
    report('metadata is not a map')
    return {}
  }
  const entries = Object.entries(value).map(([key, item]): [string, string] => {
    if (typeof item === 'string') return [key, item]
    report(`metadata.${displayShort(key, 60)} is not text`)
    return [key, JSON.stringify(item)]
  })
  return Object.fromEntries(entries)
}

/** One entry a tool from the space, comma and list forms; parentheses keep what is in them together. */
export function toolsOf(value: FrontmatterValue | undefined): string[] {
  if (value === undefined) return []
  if (typeof value !== 'string') {
    return isList(value) ? value.flatMap((item) => (typeof item === 'string' ? toolsOf(item) : [])) : []
  }
  return value.match(/[^\s,()]+(?:\([^)]{0,500}\))?/g) ?? []
}

/** Code points, as skills-ref counts. */
function characters(text: string): number {
  return Array.from(text).length
}

function isList(value: FrontmatterValue | FrontmatterMap): value is readonly FrontmatterValue[] {
  return Array.isArray(value)
}
