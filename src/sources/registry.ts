// The source `registry`.
import { SkillsError } from '../errors/error.ts'
import type { Source } from './source.ts'

const missing = (): Promise<never> =>
  Promise.reject(new SkillsError('internal', 'Sources of the kind registry are not there yet'))

export const registrySource: Source<'registry'> = { resolve: missing, open: missing, newest: missing }
