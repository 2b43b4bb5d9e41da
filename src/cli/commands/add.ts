// `skills add`: reads the sources and flags; with --list it only looks.
import { SkillsError } from '../../errors/error.ts'
import { displayShort } from '../../platform/text.ts'
import { specFromFlags, type ParsedSpec } from '../../sources/spec.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag, grant, list, text, type Options } from '../flags.ts'
import { shellCommand } from '../../platform/shell.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const sources = await sourcesOf(args, options, io.settings)
  const shared = defined({ global: flag(options, 'global'), offline: flag(options, 'offline') })
  if (options.list === true) {
    const [source] = sources
    if (!source || sources.length > 1) throw new SkillsError('usage', '--list takes one source')
    const [{ browse }, { browseView }] = await Promise.all([
      import('../../ops/browse.ts'),
      import('../views/browse.ts'),
    ])
    const result = await browse({ ...shared, source }, io)
    return { result, view: (canvas) => browseView(result, canvas) }
  }
  const [{ add }, { addView }] = await Promise.all([import('../../ops/add.ts'), import('../views/add.ts')])
  const skills = list(options, 'skill')
  const every = skills?.includes('*') === true || undefined
  const request = defined({
    sources,
    skills: every ? undefined : skills,
    all: flag(options, 'all') ?? every,
    agents: list(options, 'agent'),
    as: text(options, 'as'),
    copy: flag(options, 'copy'),
    yes: flag(options, 'yes'),
    grant: grant(options, io.settings.cwd),
    dryRun: flag(options, 'dryRun'),
    force: flag(options, 'force'),
    acceptMoved: list(options, 'acceptMoved'),
  })
  const result = await add({ ...shared, ...request }, io)
  return { result, view: (canvas) => addView(result, canvas) }
}

/** What can name a skill and never a source, as in `--skill a b`. */
const PLAIN_WORD = /^[A-Za-z0-9][A-Za-z0-9_-]*$/

const SOURCE_FLAGS = ['path', 'git', 'ref', 'subdir', 'url', 'digest', 'oci', 'registry'] as const

async function sourcesOf(
  args: readonly string[],
  options: Options,
  settings: Invocation['io']['settings'],
): Promise<ParsedSpec[]> {
  if (args.some((source) => /^[^:./@~][^:]*\//.test(source))) {
    const { refuseLocalName } = await import('../../ops/typed-source.ts')
    for (const source of args) refuseLocalName(source, settings)
  }
  const flags = defined(
    Object.fromEntries(SOURCE_FLAGS.map((name) => [name, text(options, name)])) as Partial<
      Record<(typeof SOURCE_FLAGS)[number], string | undefined>
    >,
  )
  const named = Object.keys(flags)
  const names = args.slice(1).filter((word) => PLAIN_WORD.test(word))
  const skills = list(options, 'skill')
  if (skills && names.length > 0) {
    throw new SkillsError('usage', `${displayShort(names[0] ?? '', 80)} is not a source`, {
      hint: `to take several skills write ${shellCommand('--skill', [...skills, ...names].join(',').slice(0, 200))}`,
    })
  }
  if (args.length > 1 && named.length > 0) {
    throw new SkillsError('usage', `--${named[0]} is for one source, and ${args.length} are named`, {
      hint: 'write it into each source: SOURCE#REF, SOURCE#path:DIR',
    })
  }
  if (args.length === 0) return [specFromFlags(flags)]
  return args.map((source) => specFromFlags({ ...flags, source }))
}
