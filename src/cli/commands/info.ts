// `skills info NAME`, and `skills info @scope/name` of a registry.
import { info } from '../../ops/info.ts'
import { infoPublished } from '../../ops/info-published.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, text } from '../flags.ts'
import { infoView } from '../views/info.ts'
import { publishedView } from '../views/info-published.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const [name = ''] = args
  const place = defined({ registry: text(options, 'registry'), global: flag(options, 'global') })
  if (name.startsWith('@') || place.registry !== undefined) {
    const result = await infoPublished({ skill: name, ...place }, io)
    return { result, view: (canvas) => publishedView(result, canvas) }
  }
  const result = await info({ name, ...place }, io)
  return { result, view: (canvas) => infoView(result, canvas) }
}
