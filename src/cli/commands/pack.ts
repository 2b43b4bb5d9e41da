// `skills pack [FOLDER]`: prints the digest of the artifact that it writes.
import { pack } from '../../ops/pack.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, text } from '../flags.ts'
import { packView } from '../views/publish.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const request = { folder: args[0], output: text(options, 'output'), release: text(options, 'release') }
  const result = await pack(defined(request), io)
  return { result, view: (canvas) => packView(result, canvas) }
}
