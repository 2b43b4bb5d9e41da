// What `update` tells of one skill, and the exit status that all of it asks for.
import type { CapabilityChange } from '../capabilities/diff.ts'
import { CODES } from '../errors/codes.ts'
import { type Failure, failureOf, type SkillsError } from '../errors/error.ts'
import { worstExit } from '../errors/exit.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { displayText, redactUrl } from '../platform/text.ts'
import type { Moved } from '../sources/moved.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import { formatSpec } from '../sources/spec.ts'
import { consentNeed } from '../trust/consent.ts'
import type { Candidate } from './candidates.ts'
import { earlierAnswer } from './decide-grants.ts'
import { movedError } from './moved.ts'
import { sourceError } from './problems.ts'

/**
 * `current` nothing newer · `available` newer content, capabilities not wider · `widens` newer content that asks for
 * more · `moved` a tag, version or archive address leads to other content than the locked one · `refused` newer content
 * that is broken or unsafe · `gone` the source or the skill in it no longer exists · `unreachable` it could not be asked ·
 * `pinned` the spec can never name anything else · `updated` done now.
 */
export type UpdateStatus =
  | 'current'
  | 'available'
  | 'widens'
  | 'moved'
  | 'refused'
  | 'gone'
  | 'unreachable'
  | 'pinned'
  | 'updated'

interface Version {
  readonly version?: string
  readonly integrity: string
  readonly resolution: Resolution
}

export interface UpdateItem {
  readonly name: string
  readonly status: UpdateStatus
  readonly spec: string
  readonly from: Version
  readonly to?: Version
  readonly changes: readonly CapabilityChange[]
  /** Which name leads to other content now; also where that content is broken, or was accepted. */
  readonly moved?: Moved
  /** The reasons, where the locked version was yanked, or it or its skill is deprecated. */
  readonly yanked?: string
  readonly deprecated?: string
  /** Why it is moved, refused, gone or unreachable. */
  readonly error?: Failure
  /** The message of `error`. */
  readonly reason?: string
}

export interface UpdateResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly checked: boolean
  /** Nothing was written: `available` and `widens` would become `updated`. */
  readonly dryRun: boolean
  readonly items: readonly UpdateItem[]
}

/** The gravest of: a finding of `--check` (4), and what every failure of a skill asks for. */
export function updateExit({ items, checked }: UpdateResult): number {
  return worstExit(items.map((item) => exitOf(item, checked)))
}

function exitOf({ status, error, yanked }: UpdateItem, checked: boolean): number {
  if (checked && (status === 'available' || status === 'widens' || status === 'gone')) return 4
  if (error) return CODES[error.code].exit
  return checked && yanked !== undefined ? 4 : 0
}

/** A locked skill that is asked about. */
export interface Asked {
  readonly name: string
  readonly entry: LockEntry
  /** What it asks its source for; of an index, the picked skill is a part of it. */
  readonly spec: Spec
}

/** What is known of a skill now. */
export interface Found {
  readonly item: UpdateItem
  /** The newer content, when it may be taken. */
  readonly candidate?: Candidate
}

export function itemOf({ name, entry }: Pick<Asked, 'name' | 'entry'>, status: UpdateStatus): UpdateItem {
  const { version, integrity, resolution, spec } = entry
  const from = { ...(version && { version }), integrity, resolution }
  return { name, status, spec, from, changes: [] }
}

/** A candidate beside what is locked now; a skill that is not locked yet is there because another needs it. */
export function judged(candidate: Candidate, entry: LockEntry | undefined): Found {
  const { name, version, integrity, resolution, spec } = candidate
  const need = consentNeed(candidate.request.requested, earlierAnswer(entry))
  const to = { ...(version && { version }), integrity, resolution }
  const status = need.kind === 'ask' ? 'widens' : 'available'
  const item = entry
    ? itemOf({ name, entry }, status)
    : { name, status, spec: formatSpec(spec), from: to, changes: [] }
  const changes = need.kind === 'ask' ? (need.changes ?? []) : []
  return { item: { ...item, status, to, changes }, candidate }
}

/** The finding that a name moved; nothing of it may be taken. */
export function movedItem(one: Asked, moved: Moved, to: Version | undefined): Found {
  return {
    item: withError({ ...itemOf(one, 'moved'), ...(to && { to }), moved }, movedError(one.name, moved)),
  }
}

const GONE: readonly string[] = [
  'source_not_found',
  'ref_not_found',
  'skill_not_found',
  'not_found',
  'version_not_found',
  'version_removed',
]
const UNREACHABLE: readonly string[] = [
  'fetch_failed',
  'git_missing',
  'source_unauthorized',
  'credentials_invalid',
  'redirect_refused',
  'realm_refused',
  'offline',
  'source_denied',
  'registry_changed',
  'registry_missing',
  'registry_invalid',
  'request_invalid',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'unavailable',
  'upstream_failed',
  'index_invalid',
  'version_too_new',
]

/** A skill that could not be looked at, as one line beside the others. @throws cancelled */
export function failed(one: Pick<Asked, 'name' | 'entry'>, thrown: unknown): Found {
  const error = sourceError(thrown)
  const status = GONE.includes(error.code)
    ? 'gone'
    : UNREACHABLE.includes(error.code)
      ? 'unreachable'
      : 'refused'
  return { item: withError(itemOf(one, status), error) }
}

function withError(item: UpdateItem, error: SkillsError): UpdateItem {
  const { code, message, hint } = failureOf(error)
  const reason = displayText(redactUrl(message))
  return { ...item, error: { code, message: reason, ...(hint !== undefined && { hint }) }, reason }
}
