// `skills capabilities [NAME…]`.
import { showCapabilities } from '../../ops/capabilities.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { capabilitiesView } from '../views/capabilities.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const result = await showCapabilities(defined({ names: args, global: flag(options, 'global') }), io)
  return { result, view: (canvas) => capabilitiesView(result, canvas) }
}
