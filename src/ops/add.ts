// Adds skills from sources: a request that must be made goes out first, and everything else is loaded while it is on its
// way.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import { type GrantChoice, type Io, type ScopeRequest, silent } from './io.ts'
import type { Opening } from './early-open.ts'
import { mustAsk } from './must-ask.ts'
import { rebaseSpec } from './rebase-spec.ts'
import { findScope, type Scope } from './scope.ts'

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
  /** Names of skills whose moved tag, version or archive address is taken all the same. */
  readonly acceptMoved?: readonly string[]
}

export interface AddedSkill {
  readonly name: string
  readonly status: 'added' | 'updated' | 'unchanged'
  readonly version?: string
  readonly spec: string
  readonly resolution: Resolution
  readonly integrity: string
  /** What is granted; of a dry run, what "yes" would grant. */
  readonly capabilities: Capabilities
  /** Of a dry run: this skill's capabilities would be asked about. */
  readonly asks?: true
  /** The copy, relative to the root. */
  readonly path: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface AddResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly skills: readonly AddedSkill[]
  readonly agents: readonly string[]
  /** Other agents are linked than before, or in another way. */
  readonly relinked: boolean
  readonly dryRun: boolean
}

/**
 * Nothing is visible before everything was verified and granted; an error leaves the project as it was.
 * @throws what resolving, reading, consent and linking throw; skill_exists when a name is taken by another source
 */
export async function add(request: AddRequest, user: Io): Promise<AddResult> {
  const io = request.dryRun ? silent(user) : user
  const scope = findScope(io.settings, request.global)
  const sources = request.sources.map((source) => rebaseSpec(source, io.settings, scope))
  const [first] = sources
  const opening = first && (await beginOpening(first, request, { scope, io }))
  try {
    await opening?.asked
    const { addFrom } = await import('./add-from.ts')
    return await addFrom({ ...request, sources }, scope, { opened: opening?.opened, io })
  } catch (error) {
    await opening?.cancel()
    throw error
  }
}

async function beginOpening(
  source: AddRequest['sources'][number],
  { skills = [], all, offline }: AddRequest,
  at: { readonly scope: Scope; readonly io: Io },
): Promise<Opening | undefined> {
  const { skill, ...spec } = source
  if (offline || !mustAsk(spec, at.scope)) return undefined
  const { openEarly } = await import('./early-open.ts')
  return openEarly(spec, { skills: skill ? [...skills, skill] : skills, all: all === true }, at)
}
