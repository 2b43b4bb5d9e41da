// skill.toml, the author's contract, to a value and findings with field and line. An unreadable contract is no contract.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { canonicalCapabilities, fieldName } from '../capabilities/capabilities.ts'
import { hasErrors, type Diagnostic, type Severity } from '../errors/diagnostic.ts'
import { displayShort } from '../platform/text.ts'
import { contractSchema, type ContractDocument, type PROVIDERS } from './contract-schema.ts'
import { jsonSchemaProblems } from './json-schema.ts'
import { decodeText } from './text.ts'
import { requirementProblem } from './python-requirement.ts'
import { readToml, type TomlPath } from './toml.ts'

export interface SkillContract {
  readonly name?: string
  readonly version?: string
  readonly apiVersion: 1
  readonly topics: readonly string[]
  /** 0 to 100; 50 when the author says nothing. */
  readonly priority: number
  readonly capabilities: Capabilities
  readonly optionalCapabilities: Capabilities
  readonly tools: readonly ToolContract[]
  readonly knowledge: readonly Knowledge[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly pythonRequirements: readonly string[]
}

export interface ToolContract {
  readonly name: string
  readonly description: string
  readonly provider: (typeof PROVIDERS)[number]
  /** A file of the skill, an image, or what else the provider starts from. */
  readonly entry: string
  /** JSON Schema 2020-12. */
  readonly input?: Readonly<Record<string, unknown>>
  readonly output?: Readonly<Record<string, unknown>>
}

export interface Knowledge {
  readonly file: string
  readonly topics: readonly string[]
}

export interface ContractResult {
  /** Absent when a finding is an error: a contract is never half believed. */
  readonly contract?: SkillContract
  readonly diagnostics: Diagnostic[]
  /** The line of a field, for findings of a later check. */
  readonly lineOf: (path: TomlPath) => number
}

const FILE = 'skill.toml'

/** Reads a skill.toml. Never throws; unknown keys and wrong types are errors that name field and line. */
export function readSkillToml(bytes: Uint8Array): ContractResult {
  const decoded = decodeText(bytes, FILE, 'strict')
  const { diagnostics } = decoded
  if (decoded.text === undefined) return { diagnostics, lineOf: () => 1 }
  const document = readToml(decoded.text)
  if ('message' in document) {
    const message = `skill.toml is not TOML: ${displayShort(document.message, 120)}`
    diagnostics.push({ severity: 'error', code: 'toml_syntax', message, file: FILE, line: document.line })
    return { diagnostics, lineOf: () => 1 }
  }
  const { lineOf } = document
  const report = (severity: Severity, code: string, path: TomlPath, message: string): void => {
    const field = fieldName(path) || 'skill.toml'
    diagnostics.push({ severity, code, message: `${field}: ${message}`, file: FILE, line: lineOf(path) })
  }
  const parsed = contractSchema.safeParse(document.value)
  if (!parsed.success) for (const issue of parsed.error.issues) reportIssue(issue, document.value, report)
  else checkDocument(parsed.data, report)
  if (!parsed.success || hasErrors(diagnostics)) return { diagnostics, lineOf }
  return { contract: contractOf(parsed.data), diagnostics, lineOf }
}

type Report = (severity: Severity, code: string, path: TomlPath, message: string) => void
type Issue = NonNullable<ReturnType<typeof contractSchema.safeParse>['error']>['issues'][number]

function reportIssue(issue: Issue, root: unknown, report: Report): void {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) report('error', 'toml_unknown_key', [...path, key], 'is not a known key')
    return
  }
  let value: unknown = root
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part]
  if (value === undefined) return report('error', 'toml_missing', path, 'is missing')
  if (issue.code === 'invalid_type') {
    return report('error', 'toml_type', path, `expected ${issue.expected}, found ${typeName(value)}`)
  }
  if (issue.code === 'invalid_value') {
    return report(
      'error',
      'toml_value',
      path,
      `expected ${issue.values.map((v) => JSON.stringify(v)).join(' or ')}`,
    )
  }
  if (issue.code === 'invalid_key') {
    return report('error', 'toml_value', path, 'is not a name of a-z, 0-9 and single hyphens')
  }
  const range =
    issue.code === 'too_small'
      ? `expected at least ${issue.minimum}`
      : issue.code === 'too_big'
        ? `expected at most ${issue.maximum}`
        : issue.message
  const shown =
    typeof value === 'string' || typeof value === 'number'
      ? ` (found ${displayShort(JSON.stringify(value), 80)})`
      : ''
  report('error', 'toml_value', path, `${range}${shown}`)
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'array' : value instanceof Date ? 'date' : typeof value
}

/** What a shape cannot say: names that repeat, schemas that are none. */
function checkDocument(document: ContractDocument, report: Report): void {
  const names = new Set<string>()
  for (const [index, tool] of (document.tools ?? []).entries()) {
    const at: TomlPath = ['tools', index]
    if (names.has(tool.name)) report('error', 'tool_duplicate', [...at, 'name'], 'another tool has that name')
    names.add(tool.name)
    for (const key of ['input', 'output'] as const) {
      if (tool[key] === undefined) continue
      for (const { path, message } of jsonSchemaProblems(tool[key])) {
        report('error', 'tool_schema', [...at, key, ...path], message)
      }
    }
    if (tool.input !== undefined && tool.input.type !== 'object') {
      report('error', 'tool_schema', [...at, 'input'], 'the input of a tool must have type "object"')
    }
  }
  for (const [index, requirement] of (document.python?.requirements ?? []).entries()) {
    const problem = requirementProblem(requirement)
    if (problem) report('error', 'python_requirement', ['python', 'requirements', index], problem)
  }
  if (document.skill.version === undefined) {
    report('warning', 'version_missing', ['skill'], 'has no version')
  }
}

function contractOf(document: ContractDocument): SkillContract {
  const { skill } = document
  return {
    ...(skill.name === undefined ? {} : { name: skill.name }),
    ...(skill.version === undefined ? {} : { version: skill.version }),
    apiVersion: 1,
    topics: skill.topics ?? [],
    priority: skill.priority ?? 50,
    capabilities: canonicalCapabilities(document.capabilities ?? {}),
    optionalCapabilities: canonicalCapabilities(document['optional-capabilities'] ?? {}),
    tools: (document.tools ?? []).map(({ input, output, ...tool }) => ({
      ...tool,
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
    })),
    knowledge: document.knowledge ?? [],
    dependencies: document.dependencies ?? {},
    pythonRequirements: document.python?.requirements ?? [],
  }
}
