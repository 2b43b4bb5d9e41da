// Makes the project's folders what skills.json and skills.lock say; frozen (`ci`) exactly the lock or nothing.
import type { GrantChoice, Io, ScopeRequest } from './io.ts'

export interface InstallRequest extends ScopeRequest {
  /** Exactly the lock: never resolve, never write skills.json or skills.lock (`ci`, `install --frozen`). */
  readonly frozen?: boolean
  readonly grant?: GrantChoice
  readonly dryRun?: boolean
  readonly offline?: boolean
  readonly force?: boolean
}

export interface InstalledSkill {
  readonly name: string
  /** `locked`: newly resolved because the lock had no entry. */
  readonly status: 'unchanged' | 'installed' | 'replaced' | 'locked'
  readonly version?: string
  readonly integrity: string
}

export interface InstallResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly InstalledSkill[]
  /** Names that were on disk by this program and are no longer in the lock. */
  readonly removed: readonly string[]
  readonly agents: readonly string[]
  readonly dryRun: boolean
}

export async function install(_request: InstallRequest, _io: Io): Promise<InstallResult> {
  throw new Error('to come')
}
