// What a source offers, without installing anything (`add --list`).
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import type { Io, ScopeRequest } from './io.ts'

export interface OfferedSkill {
  readonly name: string
  readonly description: string
  readonly version?: string
  /** The skill's folder in the source; `.` for the root. */
  readonly dir: string
  readonly group?: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface BrowseRequest extends ScopeRequest {
  readonly source: Spec & { readonly skill?: string }
  readonly offline?: boolean
}

export interface BrowseResult {
  readonly source: string
  readonly resolution: Resolution
  readonly skills: readonly OfferedSkill[]
  /** Folders with a SKILL.md that cannot be used, and why. */
  readonly skipped: readonly { readonly dir: string; readonly diagnostics: readonly Diagnostic[] }[]
}

export async function browse(_request: BrowseRequest, _io: Io): Promise<BrowseResult> {
  throw new Error('to come')
}
