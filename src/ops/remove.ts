// Removes skills: the links, the copy, the entries of skills.json and skills.lock.
import type { Io, ScopeRequest } from './io.ts'

export interface RemoveRequest extends ScopeRequest {
  readonly names: readonly string[]
  readonly all?: boolean
  readonly dryRun?: boolean
  /** Remove a locally edited copy too. */
  readonly force?: boolean
}

export interface RemoveResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly removed: readonly string[]
  readonly dryRun: boolean
}

export async function remove(_request: RemoveRequest, _io: Io): Promise<RemoveResult> {
  throw new Error('to come')
}
