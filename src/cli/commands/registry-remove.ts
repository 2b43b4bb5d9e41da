// `skills registry remove @scope/name@VERSION`.
import { displayText } from '../../platform/text.ts'
import type { Answer, Invocation } from '../command.ts'
import { text } from '../flags.ts'
import { placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { removeFromRegistry } = await import('../../../registry-server/admin.ts')
  const result = await removeFromRegistry(placeOf({ options, io }), {
    target: args[0] ?? '',
    reason: text(options, 'reason') ?? '',
  })
  const { name, version, current } = result
  const now =
    current === undefined
      ? 'Nothing of the skill is left.'
      : `The current version is ${displayText(current)}.`
  return {
    result,
    view: () =>
      `Took ${name} ${version} out. ${now}\nIts bytes go with "skills registry gc" once they are old enough.`,
  }
}
