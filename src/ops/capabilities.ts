// Shows, grants and revokes what locked skills may do; every change goes to skills.lock and to the ledger.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'

export interface CapabilitiesResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly {
    readonly name: string
    readonly granted: Capabilities
    /** Absent when the content is not at hand to ask it. */
    readonly request?: CapabilityRequest
    readonly changed: boolean
  }[]
}

/** Empty `names` means all. */
export async function showCapabilities(
  _request: ScopeRequest & { readonly names: readonly string[] },
  _io: Io,
): Promise<CapabilitiesResult> {
  throw new Error('to come')
}

export async function grantCapabilities(
  _request: ScopeRequest & { readonly names: readonly string[]; readonly grant?: GrantChoice },
  _io: Io,
): Promise<CapabilitiesResult> {
  throw new Error('to come')
}

/** Takes back everything, or only the capabilities of the kinds named (`network`, `terminal` …). */
export async function revokeCapabilities(
  _request: ScopeRequest & { readonly names: readonly string[]; readonly kinds?: readonly string[] },
  _io: Io,
): Promise<CapabilitiesResult> {
  throw new Error('to come')
}
