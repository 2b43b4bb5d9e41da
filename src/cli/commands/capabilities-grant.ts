// `skills capabilities grant NAME…`.
import { grantCapabilities } from '../../ops/capabilities.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, grant } from '../flags.ts'
import { capabilitiesView } from '../views/capabilities.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = defined({
    names: args,
    global: flag(options, 'global'),
    grant: grant(options, io.settings.cwd),
  })
  const result = await grantCapabilities(request, io)
  return { result, view: (canvas) => capabilitiesView(result, canvas) }
}
