// Everything known of one skill: installed (by name), or offered by a source.
import type { CapabilityRequest } from '../manifest/request.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { ListedSkill } from './list.ts'
import type { Io, ScopeRequest } from './io.ts'

export interface InfoRequest extends ScopeRequest {
  readonly name: string
}

export interface InfoResult extends ListedSkill {
  readonly description: string
  readonly license?: string
  readonly compatibility?: string
  readonly request: CapabilityRequest
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
  readonly links: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  /** From the ledger, newest first; empty when it was installed elsewhere. */
  readonly history: readonly { readonly at: string; readonly actor: string; readonly action: string }[]
}

export async function info(_request: InfoRequest, _io: Io): Promise<InfoResult> {
  throw new Error('to come')
}
