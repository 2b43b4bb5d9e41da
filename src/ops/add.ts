// Adds skills from a source: resolve, verify, ask, store, link, lock.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import type { GrantChoice, Io, ScopeRequest } from './io.ts'

export interface AddRequest extends ScopeRequest {
  /** One or more sources; they are fetched side by side. */
  readonly sources: readonly (Spec & { readonly skill?: string })[]
  /** Names (or folders) of skills to take from the sources. */
  readonly skills?: readonly string[]
  readonly all?: boolean
  /** Agents to link to, by id; `*` means every agent of the table. Added to the project's. */
  readonly agents?: readonly string[]
  /** The key to lock a single skill under, when its own name is taken. */
  readonly as?: string
  /** Copies instead of links in the agents' own directories. */
  readonly copy?: boolean
  /** No questions about selection and agents; consent still needs `grant` or a terminal. */
  readonly yes?: boolean
  readonly grant?: GrantChoice
  readonly dryRun?: boolean
  readonly offline?: boolean
  /** Replace a locally edited copy. */
  readonly force?: boolean
}

export interface AddedSkill {
  readonly name: string
  readonly status: 'added' | 'updated' | 'unchanged'
  readonly version?: string
  readonly spec: string
  readonly resolution: Resolution
  readonly integrity: string
  readonly capabilities: Capabilities
  /** The copy, relative to the root. */
  readonly path: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface AddResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly AddedSkill[]
  readonly agents: readonly string[]
  readonly dryRun: boolean
}

export async function add(_request: AddRequest, _io: Io): Promise<AddResult> {
  throw new Error('to come')
}
