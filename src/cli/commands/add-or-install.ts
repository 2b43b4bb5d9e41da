// `skills i`: add with a source, install without one, as npm's users expect.
import { SkillsError } from '../../errors/error.ts'
import type { Answer, Invocation } from '../command.ts'

const SOURCE_FLAGS = ['path', 'git', 'url']
const INSTALL_FLAGS = [
  'global',
  'grant',
  'dryRun',
  'offline',
  'force',
  'acceptMoved',
  'frozen',
  'removeAll',
  'resolve',
  'json',
  'cwd',
  'color',
]

export async function run(invocation: Invocation): Promise<Answer> {
  const { args, options } = invocation
  const typed = Object.keys(options).filter((name) => options[name] !== undefined)
  if (args.length > 0 || typed.some((name) => SOURCE_FLAGS.includes(name))) {
    if (options.frozen === true) {
      throw new SkillsError('usage', '--frozen adds nothing', { hint: 'leave out the source or --frozen' })
    }
    const add = await import('./add.ts')
    return add.run(invocation)
  }
  const other = typed.find((name) => !INSTALL_FLAGS.includes(name))
  if (other) {
    throw new SkillsError('usage', `--${other} needs a source`, {
      hint: 'skills add SOURCE, or see `skills add --help`',
    })
  }
  const install = await import('./install.ts')
  return install.run(invocation)
}
