// Moves locked skills to what their specs name now; `check` only tells.
import type { CapabilityChange } from '../capabilities/diff.ts'
import type { Resolution } from '../sources/source.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'

export interface UpdateRequest extends ScopeRequest {
  /** Empty means all. */
  readonly names: readonly string[]
  /** Write nothing. */
  readonly check?: boolean
  readonly grant?: GrantChoice
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly force?: boolean
}

/**
 * `current` nothing newer · `available` newer content, capabilities not wider · `widens` newer content that asks for
 * more · `gone` the source or the skill in it no longer exists · `unreachable` it could not be asked · `pinned` the
 * spec can never name anything else · `updated` done now · `refused` the wider capabilities were not granted.
 */
export type UpdateStatus =
  | 'current'
  | 'available'
  | 'widens'
  | 'gone'
  | 'unreachable'
  | 'pinned'
  | 'updated'
  | 'refused'

export interface UpdateItem {
  readonly name: string
  readonly status: UpdateStatus
  readonly spec: string
  readonly from: { readonly version?: string; readonly integrity: string; readonly resolution: Resolution }
  readonly to?: { readonly version?: string; readonly integrity: string; readonly resolution: Resolution }
  readonly changes: readonly CapabilityChange[]
  /** Why it is gone or unreachable. */
  readonly reason?: string
}

export interface UpdateResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly checked: boolean
  readonly items: readonly UpdateItem[]
}

/** True when `update --check` ends with exit 4: something is newer, wider or gone. */
export function hasFindings(result: UpdateResult): boolean {
  return result.items.some((item) => ['available', 'widens', 'gone'].includes(item.status))
}

export async function update(_request: UpdateRequest, _io: Io): Promise<UpdateResult> {
  throw new Error('to come')
}
