// `skills registry serve`: runs until it is told to stop.
import type { Answer, Invocation } from '../command.ts'
import { displayText } from '../../platform/text.ts'
import { defined, flag, list, text } from '../flags.ts'
import { number, placeOf } from './registry-options.ts'

export async function run({ options, io, say }: Invocation): Promise<Answer> {
  const { serve } = await import('../../../registry-server/main.ts')
  const registry = await serve({
    ...placeOf({ options, io }),
    ...defined({
      host: text(options, 'host'),
      port: number(options, 'port'),
      publicUrl: text(options, 'publicUrl'),
      trustProxy: flag(options, 'trustProxy'),
      anonymousRead: flag(options, 'private') ? false : undefined,
      privateIssuers: list(options, 'issuer'),
    }),
    ...(flag(options, 'quiet') === undefined && { log: say }),
  })
  if (registry.firstToken !== undefined) {
    say(`The first start made the user admin. The token is shown this once: ${registry.firstToken}`)
  }
  say(`Registry at ${registry.url}, its data in ${displayText(registry.data)}`)
  for (const remark of registry.remarks) say(remark)
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    else io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await registry.close()
  return { result: { url: registry.url, stopped: true }, view: () => '' }
}
