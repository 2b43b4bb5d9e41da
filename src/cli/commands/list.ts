// `skills list`.
import { list } from '../../ops/list.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { listView } from '../views/list.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const result = await list(defined({ global: flag(options, 'global') }), io)
  return { result, view: (canvas) => listView(result, canvas) }
}
