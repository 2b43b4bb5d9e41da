// The zod definition of capabilities: for skill.toml and for the published JSON Schema. The lock's reader does without it.
import * as z from 'zod/mini'
import type { Capabilities } from './capabilities.ts'
import { GRAMMAR, LISTS, REQUIRED_LISTS, RESOURCE_TEXTS, type Grammar } from './grammar.ts'

/** Text as the grammar has it; the pattern is part of the JSON Schema. */
export function grammarText(grammar: Grammar): z.ZodMiniString {
  return z.string().check(z.regex(grammar.pattern, { error: `expected ${grammar.expects}` }))
}

function listsOf(key: keyof typeof LISTS): z.ZodMiniType {
  const shape = Object.entries<Grammar>(LISTS[key]).map(([list, grammar]) => {
    const texts = z.array(grammarText(grammar))
    return [list, REQUIRED_LISTS.has(`${key}.${list}`) ? texts : z.optional(texts)] as const
  })
  return z.strictObject(Object.fromEntries<z.ZodMiniType>(shape))
}

function capabilitiesShape(opaque: boolean): z.ZodMiniType<Capabilities> {
  return z.strictObject({
    terminal: z.optional(listsOf('terminal')),
    filesystem: z.optional(listsOf('filesystem')),
    network: z.optional(listsOf('network')),
    env: z.optional(listsOf('env')),
    secrets: z.optional(
      z.array(z.strictObject({ name: grammarText(GRAMMAR.secret), reason: grammarText(GRAMMAR.reason) })),
    ),
    tools: z.optional(z.array(grammarText(GRAMMAR.tool))),
    ...(opaque && { opaque: z.optional(z.array(grammarText(GRAMMAR.opaque))) }),
    resources: z.optional(
      z.strictObject({
        memory: z.optional(grammarText(RESOURCE_TEXTS.memory)),
        cpus: z.optional(z.number().check(z.positive(), z.maximum(1024))),
        pids: z.optional(z.int().check(z.positive())),
        timeout: z.optional(grammarText(RESOURCE_TEXTS.timeout)),
        output: z.optional(grammarText(RESOURCE_TEXTS.output)),
      }),
    ),
  }) as unknown as z.ZodMiniType<Capabilities>
}

/** Strict: an unknown key or a value that is not written as its grammar says is an issue. */
export const capabilitiesSchema = capabilitiesShape(true)

/** What an author may declare: nobody declares what cannot be told. */
export const declaredSchema = capabilitiesShape(false)
