// Recomputes every installed file against skills.lock and looks at every link. Writes nothing.
import type { Io, ScopeRequest } from './io.ts'

export interface VerifyRequest extends ScopeRequest {
  /** Empty means all. */
  readonly names: readonly string[]
}

export interface VerifiedSkill {
  readonly name: string
  readonly status: 'ok' | 'modified' | 'missing'
  readonly integrity: string
  /** Digest of what is installed; absent when missing. */
  readonly actual?: string
  /** Files that differ; `unknown` when the store no longer has the locked content to compare with. */
  readonly files: readonly {
    readonly path: string
    readonly change: 'changed' | 'added' | 'missing' | 'unknown'
  }[]
  /** Links or copies in agents' folders that are not what they should be, relative to the root. */
  readonly links: readonly { readonly path: string; readonly problem: 'missing' | 'elsewhere' | 'modified' }[]
}

export interface VerifyResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly ok: boolean
  readonly skills: readonly VerifiedSkill[]
  /** Folders in `.agents/skills` that the lock does not know. */
  readonly unknown: readonly string[]
  readonly counts: { readonly skills: number; readonly files: number; readonly bytes: number }
}

export async function verify(_request: VerifyRequest, _io: Io): Promise<VerifyResult> {
  throw new Error('to come')
}
