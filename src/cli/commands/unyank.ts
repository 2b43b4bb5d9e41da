// `skills unyank @scope/name@VERSION`.
import { yank } from '../../ops/yank.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, text } from '../flags.ts'
import { markView } from '../views/marks.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = { target: args[0] ?? '', ...defined({ registry: text(options, 'registry') }) }
  const result = await yank(request, io)
  return { result, view: () => markView(result, 'yanked') }
}
