// Starts a new skill folder, or a project's skills.json. Never overwrites.
import type { Io } from './io.ts'

export interface InitRequest {
  /** The new skill's name and folder; with `project`, ignored. */
  readonly name?: string
  readonly description?: string
  readonly project?: boolean
  readonly agents?: readonly string[]
}

export interface InitResult {
  readonly kind: 'skill' | 'project'
  /** Absolute. */
  readonly path: string
  readonly files: readonly string[]
}

export async function init(_request: InitRequest, _io: Io): Promise<InitResult> {
  throw new Error('to come')
}
