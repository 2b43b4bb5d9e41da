// `skills scope` and `skills token` alone.
import { SkillsError } from '../../errors/error.ts'
import type { Answer } from '../command.ts'

export function run(): Promise<Answer> {
  throw new SkillsError('usage', 'The command needs to know what to do', {
    hint: 'see `skills scope --help` and `skills token --help`',
  })
}
