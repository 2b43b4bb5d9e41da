// `skills capabilities revoke NAME… [--kind KIND]`.
import { CAPABILITY_KINDS } from '../../capabilities/capabilities.ts'
import { SkillsError } from '../../errors/error.ts'
import { revokeCapabilities } from '../../ops/capabilities.ts'
import { closest } from '../../platform/closest.ts'
import { displayText } from '../../platform/text.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, list } from '../flags.ts'
import { capabilitiesView } from '../views/capabilities.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const kinds = list(options, 'kind')
  const unknown = kinds?.find((kind) => !CAPABILITY_KINDS.some((known) => known === kind))
  if (unknown !== undefined) {
    const near = closest(unknown, CAPABILITY_KINDS)
    throw new SkillsError('usage', `There is no kind of capability ${displayText(unknown)}`, {
      hint: near ? `did you mean ${near}?` : `kinds are ${CAPABILITY_KINDS.join(', ')}`,
    })
  }
  const request = defined({ names: args, global: flag(options, 'global'), kinds })
  const result = await revokeCapabilities(request, io)
  return { result, view: (canvas) => capabilitiesView(result, canvas) }
}
