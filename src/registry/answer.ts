// What a registry answered, held against the shape that was asked for.
import type * as z from 'zod/mini'
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { shownUrl } from './request.ts'

/** The value in the shape of the schema. @throws registry_invalid naming the field */
export function checkedAnswer<T>(value: unknown, schema: z.ZodMiniType<T>, url: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalidAnswer(url, `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not as expected'}`.trim())
}

/** The refusal of an answer that has the shape, but is not what was asked for. */
export function invalidAnswer(url: string, problem: string): SkillsError {
  return new SkillsError(
    'registry_invalid',
    `The answer of ${shownUrl(url)} is not understood: ${displayShort(problem, 200)}`,
    {
      hint: 'check the address of the registry, and whether this program is too old for it',
      details: { url: shownUrl(url) },
    },
  )
}
