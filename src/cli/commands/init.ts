// `skills init [NAME]` and `skills init --project`.
import { SkillsError } from '../../errors/error.ts'
import { init } from '../../ops/init.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, list, text } from '../flags.ts'
import { initView } from '../views/init.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = defined({
    name: args[0],
    description: text(options, 'description'),
    project: flag(options, 'project'),
    agents: list(options, 'agent'),
  })
  if (request.project && request.name !== undefined) {
    throw new SkillsError('usage', '--project takes no name', { hint: 'it writes skills.json here' })
  }
  if (request.agents && !request.project) {
    throw new SkillsError('usage', '--agent needs --project', { hint: 'a skill is the same for every agent' })
  }
  const result = await init(request, io)
  return { result, view: () => initView(result) }
}
