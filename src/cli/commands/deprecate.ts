// `skills deprecate @scope/name MESSAGE`, and `--undo`.
import { SkillsError } from '../../errors/error.ts'
import { deprecate } from '../../ops/yank.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, text } from '../flags.ts'
import { markView } from '../views/marks.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const [target = '', message] = args
  const undo = flag(options, 'undo') === true
  if (undo === (message !== undefined)) {
    throw new SkillsError('usage', undo ? '--undo takes no message' : 'No message says what to use instead', {
      hint: 'skills deprecate @scope/name "use @scope/other"',
    })
  }
  const result = await deprecate({ target, ...defined({ message, registry: text(options, 'registry') }) }, io)
  return { result, view: () => markView(result, 'deprecated') }
}
