// The library: every use case as a function of a request and an `Io`. Nothing here prints, prompts or exits.
import { readSettings } from './platform/env.ts'
import type { Io } from './ops/io.ts'

export { add, type AddedSkill, type AddRequest, type AddResult } from './ops/add.ts'
export { agents, type AgentsResult } from './ops/agents.ts'
export { browse, type BrowseRequest, type BrowseResult } from './ops/browse.ts'
export {
  type CapabilitiesResult,
  grantCapabilities,
  revokeCapabilities,
  showCapabilities,
} from './ops/capabilities.ts'
export { importLock, type ImportRequest, type ImportResult } from './ops/import.ts'
export { info, type InfoRequest, type InfoResult } from './ops/info.ts'
export { init, type InitRequest, type InitResult } from './ops/init.ts'
export { install, type InstallRequest, type InstallResult } from './ops/install.ts'
export { list, type ListedSkill, type ListResult } from './ops/list.ts'
export { prune, type PruneRequest, type PruneResult } from './ops/prune.ts'
export { remove, type RemoveRequest, type RemoveResult } from './ops/remove.ts'
export { update, type UpdateRequest } from './ops/update.ts'
export { updateExit, type UpdateItem, type UpdateResult, type UpdateStatus } from './ops/update-item.ts'
export { validate, type ValidateRequest, type ValidateResult } from './ops/validate.ts'
export { verify, type VerifyRequest, type VerifyResult } from './ops/verify.ts'
export type { Ask, ConsentAnswer, ConsentItem, GrantChoice, Io, Notice } from './ops/io.ts'
export type { Capabilities } from './capabilities/capabilities.ts'
export type { Diagnostic } from './errors/diagnostic.ts'
export { CODES, type Code } from './errors/codes.ts'
export { type Failure, isSkillsError, type SkillProblem, SkillsError } from './errors/error.ts'
export { formatSpec, parseSpec } from './sources/spec.ts'
export type { Resolution, Spec } from './sources/source.ts'

/** Where an `Io` works, and what it replaces of the silent one. */
export interface IoOptions extends Partial<Omit<Io, 'settings'>> {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** An `Io` that reports to nobody and answers no question, so capabilities need `grant` in the request. */
export function createIo({ cwd, env, ...parts }: IoOptions = {}): Io {
  return {
    settings: readSettings(env, cwd),
    signal: new AbortController().signal,
    now: () => new Date(),
    report: () => {},
    notice: () => {},
    ...parts,
  }
}
