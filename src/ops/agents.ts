// The agents this program knows, which are present, and where each looks for skills.
import type { Io, ScopeRequest } from './io.ts'

export interface AgentsResult {
  readonly agents: readonly {
    readonly id: string
    readonly label: string
    readonly detected: boolean
    /** In skills.json of this scope. */
    readonly selected: boolean
    readonly project: string
    readonly global?: string
  }[]
}

export async function agents(_request: ScopeRequest, _io: Io): Promise<AgentsResult> {
  throw new Error('to come')
}
