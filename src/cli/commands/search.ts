// `skills search QUERY`: a table, or at a terminal a choice that goes on to `skills add`.
import { search } from '../../ops/search.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, text } from '../flags.ts'
import { searchView } from '../views/search.ts'

export async function run({ args, options, io, say }: Invocation): Promise<Answer> {
  const limit = text(options, 'limit')
  const result = await search(
    {
      query: args.join(' '),
      ...defined({
        registry: text(options, 'registry'),
        scope: text(options, 'scope'),
        capability: text(options, 'capability'),
        signed: flag(options, 'signed'),
        certified: flag(options, 'certified'),
        limit: limit === undefined ? undefined : Number(limit),
        global: flag(options, 'global'),
      }),
    },
    io,
  )
  const shown: Answer = { result, view: (canvas) => searchView(result, canvas) }
  if (!io.ask || options.json === true || result.results.length === 0) return shown
  const chosen = await io.ask.chooseSkills(
    result.results.map(({ name, description, source, version }) => ({
      key: source,
      name: version === undefined ? name : `${name} ${version}`,
      description,
    })),
  )
  if (chosen.length === 0) return shown
  const { run: add } = await import('./add.ts')
  return add({ args: chosen, options: defined({ global: flag(options, 'global') }), io, say })
}
