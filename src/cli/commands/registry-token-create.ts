// `skills registry token create USER`; the token is the output, and is shown this once.
import type { Answer, Invocation } from '../command.ts'
import { defined, list, text } from '../flags.ts'
import { number, placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { createRegistryToken } = await import('../../../registry-server/admin.ts')
  const created = await createRegistryToken(placeOf({ options, io }), {
    user: args[0] ?? '',
    name: text(options, 'name') ?? 'console',
    permissions: list(options, 'permission') ?? ['read'],
    ...defined({ expiresInDays: number(options, 'days') }),
  })
  return { result: created, view: () => created.token }
}
