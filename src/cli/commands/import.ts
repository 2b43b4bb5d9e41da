// `skills import [FILE]`; exit 1 when an entry could not be carried over.
import { importLock } from '../../ops/import.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, grant, list } from '../flags.ts'
import { importView } from '../views/import.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = defined({
    file: args[0],
    global: flag(options, 'global'),
    agents: list(options, 'agent'),
    grant: grant(options, io.settings.cwd),
    yes: flag(options, 'yes'),
    dryRun: flag(options, 'dryRun'),
    force: flag(options, 'force'),
  })
  const result = await importLock(request, io)
  const view: Answer['view'] = (canvas) => importView(result, canvas)
  return result.dropped.length > 0 ? { result, view, exit: 1 } : { result, view }
}
