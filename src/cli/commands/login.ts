// `skills login`.
import { login } from '../../ops/login.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, text } from '../flags.ts'
import { loginView } from '../views/login.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const request = {
    registry: text(options, 'registry'),
    stdin: flag(options, 'tokenStdin'),
    global: flag(options, 'global'),
  }
  const result = await login(defined(request), io)
  return { result, view: () => loginView(result) }
}
