// `skills agents`.
import { agents } from '../../ops/agents.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { agentsView } from '../views/agents.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const result = await agents(defined({ global: flag(options, 'global') }), io)
  return { result, view: (canvas) => agentsView(result, canvas, { all: options.all === true }) }
}
