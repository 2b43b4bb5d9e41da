// `skills registry` alone.
import { SkillsError } from '../../errors/error.ts'
import type { Answer } from '../command.ts'

export function run(): Promise<Answer> {
  throw new SkillsError('usage', 'registry needs to know what to do', {
    hint: 'skills registry serve starts one; see `skills registry --help`',
  })
}
