// `skills logout`.
import { logout } from '../../ops/login.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, text } from '../flags.ts'
import { logoutView } from '../views/login.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const request = { registry: text(options, 'registry'), global: flag(options, 'global') }
  const result = await logout(defined(request), io)
  return { result, view: () => logoutView(result) }
}
