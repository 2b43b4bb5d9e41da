// `skills prune`.
import { prune } from '../../ops/prune.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { pruneView } from '../views/prune.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const request = defined({
    global: flag(options, 'global'),
    all: flag(options, 'all'),
    dryRun: flag(options, 'dryRun'),
  })
  const result = await prune(request, io)
  return { result, view: (canvas) => pruneView(result, canvas) }
}
