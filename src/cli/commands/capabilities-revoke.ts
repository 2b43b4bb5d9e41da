// `skills capabilities revoke NAME… [--kind KIND]`.
import { SkillsError } from '../../errors/error.ts'
import { revokeCapabilities } from '../../ops/capabilities.ts'
import { closest } from '../../platform/closest.ts'
import { displayText } from '../../platform/text.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, list } from '../flags.ts'
import { capabilitiesView } from '../views/capabilities.ts'

const KINDS = ['terminal', 'filesystem', 'network', 'env', 'secrets', 'tools', 'resources']

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const kinds = list(options, 'kind')
  const unknown = kinds?.find((kind) => !KINDS.includes(kind))
  if (unknown !== undefined) {
    const near = closest(unknown, KINDS)
    throw new SkillsError('usage', `There is no kind of capability ${displayText(unknown)}`, {
      hint: near ? `did you mean ${near}?` : `kinds are ${KINDS.join(', ')}`,
    })
  }
  const request = defined({ names: args, global: flag(options, 'global'), kinds })
  const result = await revokeCapabilities(request, io)
  return { result, view: (canvas) => capabilitiesView(result, canvas) }
}
