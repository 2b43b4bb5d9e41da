// `skills update [NAME…]`, and with --check only what is newer, wider, moved or gone.
import { update } from '../../ops/update.ts'
import { updateExit } from '../../ops/update-item.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, grant, list } from '../flags.ts'
import { updateView } from '../views/update.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = defined({
    names: args,
    global: flag(options, 'global'),
    check: flag(options, 'check'),
    grant: grant(options, io.settings.cwd),
    dryRun: flag(options, 'dryRun'),
    force: flag(options, 'force'),
    acceptMoved: list(options, 'acceptMoved'),
  })
  const result = await update(request, io)
  return { result, view: (canvas) => updateView(result, canvas), exit: updateExit(result) }
}
