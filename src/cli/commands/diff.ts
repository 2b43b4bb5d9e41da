// `skills diff NAME`: what was edited in an installed skill.
import { diff } from '../../ops/diff.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { diffView } from '../views/diff.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const [name = ''] = args
  const request = defined({ name, global: flag(options, 'global'), offline: flag(options, 'offline') })
  const result = await diff(request, io)
  return { result, view: (canvas) => diffView(result, canvas) }
}
