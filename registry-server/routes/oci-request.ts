// What every route of the distribution face gets.
import type { RegistryContext } from '../context.ts'
import { ociError } from '../problem.ts'
import type { RegistryRequest } from './http.ts'

export interface OciRequest {
  readonly context: RegistryContext
  readonly c: RegistryRequest
  /** The repository. */
  readonly name: string
  /** What stands after it: a tag, digest or upload. */
  readonly reference: string
}

/** The refusal of a method that a path does not have. */
export function methodNotAllowed(method: string): Error {
  return ociError('UNSUPPORTED', `${method} is not supported here`, { status: 405 })
}
