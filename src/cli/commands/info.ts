// `skills info NAME`.
import { info } from '../../ops/info.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { infoView } from '../views/info.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const result = await info(defined({ name: args[0] ?? '', global: flag(options, 'global') }), io)
  return { result, view: (canvas) => infoView(result, canvas) }
}
