// `skills registry user add NAME`.
import type { Answer, Invocation } from '../command.ts'
import { flag } from '../flags.ts'
import { placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { addRegistryUser } = await import('../../../registry-server/admin.ts')
  const user = await addRegistryUser(placeOf({ options, io }), {
    name: args[0] ?? '',
    admin: flag(options, 'admin') ?? false,
  })
  return { result: user, view: () => `Added ${user.admin ? 'the administrator' : 'the user'} ${user.name}.` }
}
