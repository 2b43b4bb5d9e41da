// Takes over another tool's lockfile: re-resolves every entry and says what could not be carried over.
import type { AddedSkill } from './add.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'

export interface ImportRequest extends ScopeRequest {
  /** The file; found in the root when absent. */
  readonly file?: string
  readonly agents?: readonly string[]
  readonly grant?: GrantChoice
  readonly yes?: boolean
  readonly dryRun?: boolean
}

export interface ImportResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly file: string
  readonly skills: readonly AddedSkill[]
  readonly notes: readonly { readonly name: string; readonly note: string }[]
  readonly dropped: readonly { readonly name: string; readonly reason: string }[]
  readonly dryRun: boolean
}

export async function importLock(_request: ImportRequest, _io: Io): Promise<ImportResult> {
  throw new Error('to come')
}
