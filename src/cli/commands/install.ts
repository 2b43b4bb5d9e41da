// `skills install`.
import { install } from '../../ops/install.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, grant, list } from '../flags.ts'
import { installView } from '../views/install.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const request = defined({
    global: flag(options, 'global'),
    frozen: typeof options.frozen === 'boolean' ? options.frozen : io.settings.ci || undefined,
    resolve: flag(options, 'resolve'),
    removeAll: flag(options, 'removeAll'),
    grant: grant(options, io.settings.cwd),
    dryRun: flag(options, 'dryRun'),
    offline: flag(options, 'offline'),
    force: flag(options, 'force'),
    acceptMoved: list(options, 'acceptMoved'),
  })
  const result = await install(request, io)
  return { result, view: (canvas) => installView(result, canvas) }
}
