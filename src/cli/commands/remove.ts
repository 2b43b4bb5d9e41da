// `skills remove`.
import { SkillsError } from '../../errors/error.ts'
import { remove } from '../../ops/remove.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { removeView } from '../views/remove.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const all = flag(options, 'all')
  if (all ? args.length > 0 : args.length === 0) {
    throw new SkillsError('usage', all ? '--all takes no names' : 'No skill is named', {
      hint: 'skills remove NAME, or skills remove --all; `skills list` shows the names',
    })
  }
  const request = defined({
    names: args,
    all,
    global: flag(options, 'global'),
    dryRun: flag(options, 'dryRun'),
    force: flag(options, 'force'),
  })
  const result = await remove(request, io)
  return { result, view: () => removeView(result) }
}
