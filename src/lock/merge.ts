// Two sides of a merge that git left unfinished, brought together entry by entry. Pure. Nothing is chosen that both sides
// changed: an entry of the lock is resolved anew with the narrower of the two answers, a field of skills.json is refused.
import { SkillsError } from '../errors/error.ts'
import { displayShort, displayText } from '../platform/text.ts'
import type { LockEntry, Lockfile } from './lockfile.ts'
import type { Project } from './project.ts'

/** `base` is what both began with, where that is known. */
export interface Sides<T> {
  readonly ours: T
  readonly theirs: T
  readonly base?: T | undefined
}

/** What became of a skill: `one_side` only one has it · `narrowed` the grant that both gave · `anew` resolved again. */
export interface Resolved {
  readonly name: string
  readonly how: 'one_side' | 'narrowed' | 'anew'
}

const OURS = /^<{7}(?: .*)?\r?$/
const BASE = /^\|{7}(?: .*)?\r?$/
const THEIRS = /^={7}\r?$/
const END = /^>{7}(?: .*)?\r?$/

/** The texts of both sides of a file with conflict markers; undefined for one without, or with markers out of order. */
export function splitConflict(text: string): Sides<string> | undefined {
  const ours: string[] = []
  const theirs: string[] = []
  const base: string[] = []
  let at: 'both' | 'ours' | 'base' | 'theirs' = 'both'
  let [found, hasBase] = [0, true]
  for (const line of text.split('\n')) {
    const is = (marker: RegExp, from: typeof at): boolean => at === from && marker.test(line)
    if (is(OURS, 'both')) at = 'ours'
    else if (is(BASE, 'ours')) at = 'base'
    else if (is(THEIRS, 'ours')) [at, hasBase] = ['theirs', false]
    else if (is(THEIRS, 'base')) at = 'theirs'
    else if (is(END, 'theirs')) [at, found] = ['both', found + 1]
    else {
      if (at !== 'theirs' && at !== 'base') ours.push(line)
      if (at !== 'ours' && at !== 'base') theirs.push(line)
      if (at === 'both' || at === 'base') base.push(line)
    }
  }
  if (found === 0 || at !== 'both') return undefined
  return { ours: ours.join('\n'), theirs: theirs.join('\n'), ...(hasBase && { base: base.join('\n') }) }
}

/** @throws project_conflict naming the field that both sides changed */
export function mergeProjects({ ours, theirs, base }: Sides<Project>, file: string): Project {
  const merged: Record<string, unknown> = {}
  const mine: Record<string, unknown> = { ...ours }
  const other: Record<string, unknown> = { ...theirs }
  const old: Record<string, unknown> | undefined = base && { ...base }
  for (const key of new Set([...Object.keys(mine), ...Object.keys(other)])) {
    const sides = { ours: mine[key], theirs: other[key], base: old && { value: old[key] } }
    const value =
      key === 'skills'
        ? mergeSkills({ ours: ours.skills, theirs: theirs.skills, base: base?.skills }, file)
        : key === 'agents'
          ? mergeAgents({ ours: ours.agents ?? [], theirs: theirs.agents ?? [], base: base?.agents })
          : pick(sides, { file, field: key })
    if (value !== undefined) merged[key] = value
  }
  return merged as unknown as Project
}

function mergeSkills({ ours, theirs, base }: Sides<Project['skills']>, file: string): Project['skills'] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])]
  return Object.fromEntries(
    names.flatMap((name) => {
      const sides = { ours: ours[name], theirs: theirs[name], base: base && { value: base[name] } }
      const spec = pick(sides, { file, field: `skills.${name}` })
      return typeof spec === 'string' ? [[name, spec]] : []
    }),
  )
}

function mergeAgents({ ours, theirs, base }: Sides<readonly string[]>): readonly string[] {
  return [...new Set([...ours, ...theirs])].filter(
    (id) => !base?.includes(id) || (ours.includes(id) && theirs.includes(id)),
  )
}

interface Values {
  readonly ours: unknown
  readonly theirs: unknown
  readonly base: { readonly value: unknown } | undefined
}

/** What both have, what only one changed, or, where nobody knows what both began with, what only one has. */
function pick(
  { ours, theirs, base }: Values,
  at: { readonly file: string; readonly field: string },
): unknown {
  if (same(ours, theirs)) return ours
  if (base && same(base.value, ours)) return theirs
  if (base && same(base.value, theirs)) return ours
  if (ours === undefined || theirs === undefined) return ours ?? theirs
  const shown = (value: unknown): string => displayShort(JSON.stringify(value), 120)
  throw new SkillsError(
    'project_conflict',
    `${displayText(at.file)}: both sides changed ${displayShort(at.field, 80)}: ${shown(ours)} and ${shown(theirs)}`,
    {
      hint: 'choose one of the two there by hand, then run "skills install --resolve" again',
      details: { file: at.file, field: displayShort(at.field, 80) },
    },
  )
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)])
}

export interface MergedLock {
  readonly lock: Lockfile
  /** What both sides gave for what is resolved anew: earlier answers, not entries. */
  readonly answers: Readonly<Record<string, LockEntry>>
  readonly resolved: readonly Resolved[]
}

/** `narrower` gives of two answers what both hold. */
export function mergeLocks(
  { ours, theirs }: Sides<Lockfile>,
  narrower: (a: LockEntry, b: LockEntry) => LockEntry,
): MergedLock {
  const skills: Record<string, LockEntry> = {}
  const answers: Record<string, LockEntry> = {}
  const resolved: Resolved[] = []
  for (const name of new Set([...Object.keys(ours.skills), ...Object.keys(theirs.skills)])) {
    const [a, b] = [ours.skills[name], theirs.skills[name]]
    const one = a ?? b
    if (!one) continue
    if (!a || !b) {
      skills[name] = one
      resolved.push({ name, how: 'one_side' })
    } else if (same(a, b)) skills[name] = a
    else if (same(contentOf(a), contentOf(b))) {
      skills[name] = narrower(a, b)
      resolved.push({ name, how: 'narrowed' })
    } else {
      answers[name] = narrower(a, b)
      resolved.push({ name, how: 'anew' })
    }
  }
  return { lock: { ...theirs, ...ours, skills }, answers, resolved }
}

/** The entry without the answer. */
function contentOf({ capabilities: _granted, requested: _requested, ...content }: LockEntry): unknown {
  return content
}
