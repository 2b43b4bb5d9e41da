// `skills update [NAME…]`, and with --check only what is newer, wider or gone.
import { update, updateExit } from '../../ops/update.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, grant } from '../flags.ts'
import { updateView } from '../views/update.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = defined({
    names: args,
    global: flag(options, 'global'),
    check: flag(options, 'check'),
    grant: grant(options, io.settings.cwd),
    dryRun: flag(options, 'dryRun'),
    force: flag(options, 'force'),
  })
  const result = await update(request, io)
  return { result, view: (canvas) => updateView(result, canvas), exit: updateExit(result) }
}
