// `skills yank @scope/name@VERSION`.
import { yank } from '../../ops/yank.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, text } from '../flags.ts'
import { markView } from '../views/marks.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const reason = text(options, 'reason') ?? 'withdrawn by its publisher'
  const request = { target: args[0] ?? '', reason, ...defined({ registry: text(options, 'registry') }) }
  const result = await yank(request, io)
  return { result, view: () => markView(result, 'yanked') }
}
