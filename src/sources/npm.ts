// The source `npm`.
import { SkillsError } from '../errors/error.ts'
import type { Source } from './source.ts'

const missing = (): Promise<never> =>
  Promise.reject(new SkillsError('internal', 'Sources of the kind npm are not there yet'))

export const npmSource: Source<'npm'> = { resolve: missing, open: missing, newest: missing }
