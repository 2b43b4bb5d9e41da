// The zod definition of skill.toml, the author's contract; its JSON Schema is published from here.
import * as z from 'zod/mini'
import { declaredSchema } from '../capabilities/schema.ts'

/** SemVer 2.0.0, the pattern that semver.org gives. */
export const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/

const text = (pattern: RegExp, expects: string): z.ZodMiniString =>
  z.string().check(z.regex(pattern, { error: `expected ${expects}` }))

const line = text(/^(?=.*\S)[^\u0000-\u001f\u007f]{1,1024}$/u, 'one line of at most 1024 characters')
const topic = text(/^[a-z0-9]+(?:[-/][a-z0-9]+)*$/, 'a topic such as `release-notes`')
const skillName = text(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'a name of a-z, 0-9 and single hyphens')
const dependencyName = text(
  /^(?:@[a-z0-9]+(?:-[a-z0-9]+)*\/)?[a-z0-9]+(?:-[a-z0-9]+)*$/,
  'a name such as `pdf` or `@acme/pdf`',
)
const innerPath = text(
  /^(?!\/)(?!(?:.*\/)?\.{0,2}(?:\/|$))[^\u0000-\u001f\u007f\\:]{1,1024}$/u,
  'a path inside the skill, with `/` between parts',
)
const jsonSchema = z.record(z.string(), z.unknown())

export const PROVIDERS = ['builtin', 'container', 'python', 'wasm', 'mcp'] as const

const toolSchema = z.strictObject({
  name: text(/^[A-Za-z0-9_.-]{1,128}$/, 'a tool name of 1 to 128 letters, digits, `_`, `.` and `-`'),
  description: line,
  provider: z.enum(PROVIDERS),
  entry: line,
  input: z.optional(jsonSchema),
  output: z.optional(jsonSchema),
})

const knowledgeSchema = z.strictObject({
  file: innerPath,
  topics: z.array(topic).check(z.minLength(1)),
})

export const contractSchema = z.strictObject({
  skill: z.strictObject({
    name: z.optional(skillName.check(z.maxLength(64))),
    version: z.optional(text(SEMVER, 'a semantic version such as `1.2.0`')),
    'api-version': z.optional(z.literal(1)),
    topics: z.optional(z.array(topic)),
    priority: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
  }),
  capabilities: z.optional(declaredSchema),
  'optional-capabilities': z.optional(declaredSchema),
  tools: z.optional(z.array(toolSchema)),
  knowledge: z.optional(z.array(knowledgeSchema)),
  dependencies: z.optional(z.record(dependencyName, line)),
  python: z.optional(z.strictObject({ requirements: z.array(line) })),
})

export type ContractDocument = z.infer<typeof contractSchema>
