// What is locked, from the lock alone, and whether it stands on disk. Reads no content.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Resolution } from '../sources/source.ts'
import type { Io, ScopeRequest } from './io.ts'

export interface ListedSkill {
  readonly name: string
  readonly version?: string
  readonly spec: string
  readonly resolution: Resolution
  readonly integrity: string
  readonly signer: string
  readonly capabilities: Capabilities
  readonly installed: boolean
  /** Relative to the root. */
  readonly path: string
}

export interface ListResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly agents: readonly string[]
  readonly skills: readonly ListedSkill[]
}

export async function list(_request: ScopeRequest, _io: Io): Promise<ListResult> {
  throw new Error('to come')
}
