// What a use case may reach of the world outside: it asks and reports through this, and never prints or prompts.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { CapabilityChange } from '../capabilities/diff.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import type { Settings } from '../platform/env.ts'

/** A remark for the user that does not stop the work. Texts are already safe to show. */
export interface Notice {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** A skill that a source offers. */
export interface SkillChoice {
  /** Unique in the source: the folder, or `.` for the root. */
  readonly key: string
  readonly name: string
  readonly description: string
  readonly group?: string
}

export interface AgentChoice {
  readonly id: string
  readonly label: string
  readonly detected: boolean
}

/** One skill whose capabilities need an answer. */
export interface ConsentItem {
  readonly name: string
  readonly version?: string
  /** Where it comes from, as text for a person. */
  readonly source: string
  readonly request: CapabilityRequest
  /** What "yes" grants: on an update the earlier grant and what is new, so that what was refused stays refused. */
  readonly proposed: Capabilities
  /** On an update: what is wider than what was answered before. Only this is asked. */
  readonly changes?: readonly CapabilityChange[]
}

/** `grants` by skill name; a skill that is missing from it was refused. */
export interface ConsentAnswer {
  readonly grants: Readonly<Record<string, Capabilities>>
}

/** Questions to a person at a terminal. Each throws `cancelled` when the user leaves. */
export interface Ask {
  chooseSkills(choices: readonly SkillChoice[]): Promise<readonly string[]>
  chooseAgents(choices: readonly AgentChoice[]): Promise<readonly string[]>
  consent(items: readonly ConsentItem[]): Promise<ConsentAnswer>
  confirm(question: string): Promise<boolean>
  /** A text that is not shown while it is typed. */
  secret(question: string): Promise<string>
}

export interface Io {
  readonly settings: Settings
  readonly signal: AbortSignal
  readonly now: () => Date
  /** When the command was started, in milliseconds since the epoch; absent when one Io serves many commands. */
  readonly startedAt?: number
  /** Progress: one line that replaces the last. */
  readonly report: (message: string) => void
  readonly notice: (notice: Notice) => void
  /** Shows what was asked for when consent is given without a question, so that a log holds it. */
  readonly show?: (items: readonly ConsentItem[]) => Promise<void>
  /** The text that is piped in, for a command that asks for it by a flag. */
  readonly input?: () => Promise<string>
  /** Absent when nobody can answer: then a question is a refusal. */
  readonly ask?: Ask
}

/** The same without questions, for a run that only says what would be done. */
export function silent(io: Io): Io {
  const { ask: _ask, ...rest } = io
  return rest
}

/** How consent is given without a question: everything requested, nothing, or what a file says. */
export type GrantChoice = 'requested' | 'none' | { readonly file: string }

/** What every use case on a project takes. */
export interface ScopeRequest {
  /** The user's own folders instead of the project. */
  readonly global?: boolean
}
