// Frees the user's store and caches of what no lock of this scope needs any more.
import type { Io, ScopeRequest } from './io.ts'

export interface PruneRequest extends ScopeRequest {
  readonly dryRun?: boolean
  /** The store too, not only caches and leftovers; other projects fetch again what they need. */
  readonly all?: boolean
}

export interface PruneResult {
  readonly removed: {
    readonly store: number
    readonly repositories: number
    readonly archives: number
    readonly leftovers: number
  }
  readonly bytes: number
  readonly dryRun: boolean
}

export async function prune(_request: PruneRequest, _io: Io): Promise<PruneResult> {
  throw new Error('to come')
}
