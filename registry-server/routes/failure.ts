// For the log: what an answer does not say of the server's own disk and database.
import type { SkillsError } from '../../src/errors/error.ts'
import type { RegistryContext } from '../context.ts'
import { publicError } from '../problem.ts'
import type { RegistryRequest } from './http.ts'

/** Notes the error, if the answer hides a part of it. */
export function noteFailure({ log }: RegistryContext, c: RegistryRequest, error: SkillsError): void {
  if (publicError(error) === error) return
  const { code, message } = error
  log.error('failure', { id: c.get('requestId'), code, message })
}
