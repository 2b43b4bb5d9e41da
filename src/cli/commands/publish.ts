// `skills publish [FOLDER]`: to a registry, or with --to to an OCI repository.
import { publish } from '../../ops/publish.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, text } from '../flags.ts'
import { publishView } from '../views/publish.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const result = await publish(
    defined({
      folder: args[0],
      release: text(options, 'release'),
      registry: text(options, 'registry'),
      scope: text(options, 'scope'),
      to: text(options, 'to'),
      dryRun: flag(options, 'dryRun'),
    }),
    io,
  )
  return { result, view: (canvas) => publishView(result, canvas) }
}
