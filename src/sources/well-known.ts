// The source `well-known`.
import { SkillsError } from '../errors/error.ts'
import type { Source } from './source.ts'

const missing = (): Promise<never> =>
  Promise.reject(new SkillsError('internal', 'Sources of the kind well-known are not there yet'))

export const wellKnownSource: Source<'well-known'> = { resolve: missing, open: missing, newest: missing }
