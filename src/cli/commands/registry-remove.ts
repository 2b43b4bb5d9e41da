// `skills registry remove @scope/name@VERSION`.
import { SkillsError } from '../../errors/error.ts'
import { displayShort, displayText } from '../../platform/text.ts'
import { splitScopedName, VERSION } from '../../registry/names.ts'
import type { Answer, Invocation } from '../command.ts'
import { text } from '../flags.ts'
import { placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { name, version } = versionIn(args[0] ?? '')
  const reason = text(options, 'reason')
  if (reason === undefined) {
    throw new SkillsError('usage', `Why ${name} ${version} goes must be said`, {
      hint: 'add --reason "…"; everybody who asks for the version reads it',
    })
  }
  const { removeFromRegistry } = await import('../../../registry-server/admin.ts')
  const { digest, current } = await removeFromRegistry(placeOf({ options, io }), { name, version, reason })
  const now =
    current === undefined
      ? 'Nothing of the skill is left.'
      : `The current version is ${displayText(current)}.`
  return {
    result: { name, version, digest, reason, ...(current !== undefined && { current }) },
    view: () =>
      `Took ${name} ${version} out. ${now}\nIts bytes go with "skills registry gc" once they are old enough.`,
  }
}

function versionIn(target: string): { readonly name: string; readonly version: string } {
  const at = target.lastIndexOf('@')
  const [name, version] = [target.slice(0, at), target.slice(at + 1)]
  if (splitScopedName(name) && VERSION.test(version)) return { name, version }
  throw new SkillsError('usage', `Not one version of a skill: ${displayShort(target, 200)}`, {
    hint: 'give it as @scope/name@1.2.0',
  })
}
