// Checks a skill folder as its author would want it checked: the strict reading, and the capabilities it needs.
import type { CapabilityRequest } from '../manifest/request.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { Io } from './io.ts'

export interface ValidateRequest {
  /** Folders with a SKILL.md, or folders that hold such folders. */
  readonly paths: readonly string[]
}

export interface ValidateResult {
  /** False when any skill has an error. */
  readonly ok: boolean
  readonly skills: readonly {
    readonly path: string
    readonly name?: string
    readonly request?: CapabilityRequest
    readonly integrity?: string
    readonly diagnostics: readonly Diagnostic[]
  }[]
}

export async function validate(_request: ValidateRequest, _io: Io): Promise<ValidateResult> {
  throw new Error('to come')
}
