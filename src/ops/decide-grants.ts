// The answer for every skill: from the lock, from `--grant`, or from the user; and what the lock shall say of it.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Capabilities, parseCapabilities } from '../capabilities/capabilities.ts'
import { widens } from '../capabilities/diff.ts'
import { SkillsError } from '../errors/error.ts'
import type { LockEntry, Lockfile } from '../lock/lockfile.ts'
import { displayText } from '../platform/text.ts'
import { describeSpec, parseSpec } from '../sources/spec.ts'
import { openStore } from '../store/store.ts'
import {
  consentNeed,
  type EarlierAnswer,
  type Granted,
  grantOfYes,
  grantTo,
  within,
} from '../trust/consent.ts'
import type { Candidate } from './candidates.ts'
import type { ConsentItem, GrantChoice, Io } from './io.ts'
import { type FilesOf, judgeClaims } from './lock-claims.ts'
import { isSameSkill } from './lock-entry.ts'

/** A candidate and the answer. */
export interface Decided {
  readonly candidate: Candidate
  readonly granted: Granted
  /** True when the answer was given now, and so belongs into the ledger. */
  readonly answered: boolean
}

interface Options {
  readonly grant: GrantChoice | undefined
  /** Nobody is asked: what would be asked is shown, and answered with what "yes" gives. */
  readonly preview?: boolean | undefined
  readonly io: Io
}

/**
 * Asks once for all that need an answer. An earlier answer holds for its source alone; `--grant none` and a grant file
 * also take away what was granted before.
 * @throws consent_required when nobody can be asked and no flag answers
 * @throws consent_denied when the user refuses
 * @throws grant_invalid for an unreadable grant file
 */
export async function decideGrants(
  candidates: readonly Candidate[],
  lock: Lockfile,
  { grant, preview, io }: Options,
): Promise<readonly Decided[]> {
  const open: { candidate: Candidate; item: ConsentItem }[] = []
  const decided = new Map<Candidate, Decided>()
  const limit = limitOf(grant, io)
  const doubted = await doubtedNames(candidates, lock, io)
  for (const candidate of candidates) {
    const { requested } = candidate.request
    const earlier = doubted.has(candidate.name) ? undefined : answerFor(candidate, lock)
    const need = consentNeed(requested, earlier)
    if (need.kind === 'settled' && !isUnanswered(candidate, lock, doubted))
      decided.set(candidate, settle(candidate, need.grant, limit))
    else
      open.push({
        candidate,
        item: itemOf(candidate, earlier, need.kind === 'ask' ? need.changes : undefined),
      })
  }
  if (open.length > 0) {
    const answers = await answer(open, { grant, preview, limit, io })
    for (const { candidate } of open) {
      const given = answers[candidate.name]
      if (given === undefined) throw denied(candidate.name)
      decided.set(candidate, decide(candidate, given, true))
    }
  }
  return candidates.map((candidate) => decided.get(candidate) as Decided)
}

/** What the lock has of an earlier answer; `requested` is only written where it differs from the grant. */
export function earlierAnswer(entry: LockEntry | undefined): EarlierAnswer | undefined {
  return entry && { grant: entry.capabilities, requested: entry.requested ?? entry.capabilities }
}

function itemOf(
  candidate: Candidate,
  earlier: EarlierAnswer | undefined,
  changes: ConsentItem['changes'],
): ConsentItem {
  return {
    name: candidate.name,
    ...(candidate.version && { version: candidate.version }),
    source: displayText(describeSpec(candidate.spec)),
    request: candidate.request,
    proposed: grantOfYes(candidate.request.requested, earlier),
    ...(changes && { changes }),
  }
}

async function answer(
  open: readonly { candidate: Candidate; item: ConsentItem }[],
  { grant, preview, limit, io }: Options & { readonly limit: Limit | undefined },
): Promise<Readonly<Record<string, Capabilities>>> {
  const items = open.map(({ item }) => item)
  if (grant === undefined && !preview) {
    if (!io.ask) {
      await io.show?.(items)
      throw required(open.map(({ candidate }) => candidate))
    }
    return (await io.ask.consent(items)).grants
  }
  await io.show?.(items)
  return Object.fromEntries(
    open.map(({ candidate: { name, request }, item }) => {
      return [name, limit ? (limit(name, request.requested) ?? {}) : item.proposed]
    }),
  )
}

/** The answer that the lock has for a candidate, if it was given for the same source. */
function answerFor({ name, spec }: Candidate, { skills }: Lockfile): EarlierAnswer | undefined {
  const entry = skills[name]
  return entry && isSameSkill(parseSpec(entry.spec), spec) ? earlierAnswer(entry) : undefined
}

/** Names whose locked answer cannot be true of the content that it was given for, or cannot be held to it: it counts for nothing. */
async function doubtedNames(
  candidates: readonly Candidate[],
  { skills }: Lockfile,
  io: Io,
): Promise<ReadonlySet<string>> {
  const locked = candidates.flatMap(({ name }) => (skills[name] ? [{ name, entry: skills[name] }] : []))
  if (locked.length === 0) return new Set()
  const byName = new Map(candidates.map((candidate) => [candidate.name, candidate]))
  const store = openStore(io.settings.dataDir)
  const filesOf: FilesOf = ({ name, entry }) => {
    const candidate = byName.get(name)
    return candidate?.integrity === entry.integrity ? candidate.verified.files : store.read(entry.integrity)
  }
  const { untrue, unknown } = await judgeClaims(locked, () => Promise.resolve(filesOf), io)
  return new Set([...unknown, ...untrue.map(({ name }) => name)])
}

/**
 * True for content with a grave line that a grant cannot hold, since its author does not declare it: it needs somebody's
 * word once, also where nothing is asked for.
 */
function isUnanswered(
  { name, integrity, request }: Candidate,
  { skills }: Lockfile,
  doubted: ReadonlySet<string>,
): boolean {
  const grave = request.lines.some(
    ({ status, severity }) => status === 'under-declared' && severity === 'high',
  )
  return grave && (doubted.has(name) || skills[name]?.integrity !== integrity)
}

/** What a flag leaves of the capabilities for a skill; undefined when it says nothing of that skill. */
type Limit = (name: string, capabilities: Capabilities) => Capabilities | undefined

function limitOf(grant: GrantChoice | undefined, io: Io): Limit | undefined {
  if (grant === undefined || grant === 'requested') return undefined
  if (grant === 'none') return () => ({})
  const allowed = readGrantFile(grant.file, io)
  return (name, capabilities) => {
    const outer = allowed(name)
    return outer && within(capabilities, outer)
  }
}

function settle(candidate: Candidate, grant: Capabilities, limit: Limit | undefined): Decided {
  const left = limit?.(candidate.name, grant)
  return left && widens(left, grant) ? decide(candidate, left, true) : decide(candidate, grant, false)
}

/** A grant file is the capabilities for every skill, or `{"skills": {name: capabilities}}`. JSON. */
export function readGrantFile(file: string, io: Io): (name: string) => Capabilities | undefined {
  const path = resolve(io.settings.cwd, file)
  const parsed = parseJson(path)
  const { skills } = parsed as { skills?: unknown }
  if (skills === undefined) {
    const capabilities = parseCapabilities(parsed, file)
    return () => capabilities
  }
  if (typeof skills !== 'object' || skills === null || Array.isArray(skills)) {
    throw new SkillsError('grant_invalid', `${displayText(file)}: skills is not an object of names`, {
      hint: 'see docs/formats.md for its form',
      details: { file: path, field: 'skills' },
    })
  }
  const byName = new Map(
    Object.entries(skills).map(([name, value]) => [name, parseCapabilities(value, file)]),
  )
  return (name) => byName.get(name)
}

function parseJson(path: string): object {
  const invalid = (problem: string, cause?: unknown): SkillsError =>
    new SkillsError('grant_invalid', `The grant file ${displayText(path)} ${problem}`, {
      hint: 'see docs/formats.md for its form, or use --grant requested or --grant none',
      details: { file: path },
      cause,
    })
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw invalid(error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', error)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('is not a JSON object')
  return value
}

function decide(candidate: Candidate, grant: Capabilities, answered: boolean): Decided {
  return {
    candidate,
    granted: grantTo(candidate.verified, { grant, requested: candidate.request.requested }),
    answered,
  }
}

/** Grave lines that an error names; its details have all. */
const TOLD = 5

function required(candidates: readonly Candidate[]): SkillsError {
  const names = candidates.map(({ name }) => name)
  const [first] = names
  const who = names.length === 1 ? `"${first}" asks` : `${names.length} skills ask`
  const lines = candidates.flatMap(({ name, request }) => request.lines.map((line) => ({ name, ...line })))
  const grave = lines.filter(({ severity, status }) => severity === 'high' && status !== 'optional')
  const told = grave.slice(0, TOLD).map(({ name, text }) => `${name}: ${text}`)
  const more = grave.length > TOLD ? `; and ${grave.length - TOLD} more` : ''
  const why = grave.length > 0 ? `of high risk: ${told.join('; ')}${more}; read them, then ` : ''
  return new SkillsError(
    'consent_required',
    `${who} for capabilities, and nobody can be asked: there is no terminal, or --yes was given`,
    {
      hint: `${why}pass --grant requested, --grant none or --grant FILE, or commit a skills.lock whose entry "${first}" grants them`,
      details: {
        skills: names,
        ...(grave.length > 0 && {
          lines: grave.map(({ name, capability, value }) => `${name}: ${capability} ${value}`),
        }),
      },
    },
  )
}

function denied(name: string): SkillsError {
  return new SkillsError('consent_denied', `The capabilities of "${displayText(name)}" were not granted`, {
    hint: 'nothing was installed; "--grant none" installs it without any capability',
    details: { name },
  })
}
