// The zod definitions of skills.json and skills.lock, for the published JSON Schemas. The readers do without them, since
// they are on the way of every command; a test holds both to the same verdict.
import * as z from 'zod/mini'
import { capabilitiesSchema } from '../capabilities/schema.ts'
import { dependencyProblem, INTEGRITY } from './lockfile.ts'
import { SCOPE } from '../registry/names.ts'
import { AGE, registryProblem } from './project.ts'
import { type Check, type Fields, RESOLUTION_FIELDS } from './resolution.ts'
import { nameProblem, SKILL_NAME } from './skill-name.ts'

const text = z.string().check(z.minLength(1))
const name = z.string().check(z.regex(SKILL_NAME), passes(nameProblem))

function passes(check: Check): ReturnType<typeof z.refine<string>> {
  return z.refine((value: string) => check(value) === undefined)
}

/** What a JSON Schema can say of a field; the checks say the rest. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  commit: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  integrity: /^sha512-[A-Za-z0-9+/]{86}==$/,
  type: /^(?:skill-md|archive|files)$/,
}

function resolutionOf(kind: string, { required, optional }: Fields): z.ZodMiniObject {
  const field = (key: string, check: Check) => {
    const pattern = PATTERNS[key]
    return pattern ? z.string().check(z.regex(pattern), passes(check)) : text.check(passes(check))
  }
  const entries = [
    ...Object.entries(required).map(([key, check]) => [key, field(key, check)] as const),
    ...Object.entries(optional).map(([key, check]) => [key, z.optional(field(key, check))] as const),
  ]
  return z.strictObject({ kind: z.literal(kind), ...Object.fromEntries(entries) })
}

const entrySchema = z.looseObject({
  spec: text,
  resolution: z.union(Object.entries(RESOLUTION_FIELDS).map(([kind, fields]) => resolutionOf(kind, fields))),
  version: z.optional(text),
  integrity: z.string().check(z.regex(INTEGRITY)),
  signer: z.literal('unsigned'),
  capabilities: capabilitiesSchema,
  requested: z.optional(capabilitiesSchema),
  dependencies: z.record(z.string().check(passes(dependencyProblem)), z.string()),
})

/** skills.lock. Unknown fields are allowed beside the known ones, but not inside a resolution or capabilities. */
export const lockfileSchema: z.ZodMiniType = z.looseObject({
  lockfileVersion: z.literal(1),
  skills: z.record(name, entrySchema),
})

const registry = text.check(passes(registryProblem))

/** skills.json. */
export const projectSchema: z.ZodMiniType = z.looseObject({
  $schema: z.optional(z.string()),
  skills: z.optional(z.record(name, z.string().check(z.regex(/\S/)))),
  agents: z.optional(z.array(text)),
  link: z.optional(z.enum(['symlink', 'copy'])),
  registry: z.optional(registry),
  registries: z.optional(z.record(z.string().check(z.regex(SCOPE)), registry)),
  trust: z.optional(z.array(z.unknown()).check(z.maxLength(0))),
  minimumReleaseAge: z.optional(
    z.union([z.int().check(z.minimum(0), z.maximum(999_999_999)), z.string().check(z.regex(AGE))]),
  ),
  minimumReleaseAgeExclude: z.optional(z.array(text)),
  sources: z.optional(z.strictObject({ allow: z.optional(z.array(text)), deny: z.optional(z.array(text)) })),
})
