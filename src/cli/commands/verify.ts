// `skills verify`: exit 4 when something installed differs from the lock, 3 when the lock cannot be true.
import { verify, verifyExit } from '../../ops/verify.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { verifyView } from '../views/verify.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const result = await verify(defined({ names: args, global: flag(options, 'global') }), io)
  return { result, view: (canvas) => verifyView(result, canvas), exit: verifyExit(result) }
}
