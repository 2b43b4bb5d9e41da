// `skills validate [PATH…]`: exit 1 when a skill has an error.
import { validate } from '../../ops/validate.ts'
import type { Answer, Invocation } from '../command.ts'
import { validateView } from '../views/validate.ts'

export async function run({ args, io }: Invocation): Promise<Answer> {
  const result = await validate({ paths: args.length > 0 ? args : ['.'] }, io)
  return { result, view: (canvas) => validateView(result, canvas), exit: result.ok ? 0 : 1 }
}
