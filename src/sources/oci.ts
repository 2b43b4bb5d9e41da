// The source `oci`.
import { SkillsError } from '../errors/error.ts'
import type { Source } from './source.ts'

const missing = (): Promise<never> =>
  Promise.reject(new SkillsError('internal', 'Sources of the kind oci are not there yet'))

export const ociSource: Source<'oci'> = { resolve: missing, open: missing, newest: missing }
