// The refusal of a name that moved under the lock. A user who knows why names the skill.
import { SkillsError } from '../errors/error.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { isSameAddress } from '../sources/address.ts'
import { isPinned, movedName, type Moved } from '../sources/moved.ts'
import { formatSpec } from '../sources/spec.ts'
import type { Candidate } from './candidates.ts'
import { shellCommand } from '../platform/shell.ts'

const WORDS = { tag: 'The tag', version: 'The version', archive: 'The archive' } as const

/** @param skill the name that the skill has or gets here */
export function movedError(skill: string, { kind, name, from, to }: Moved): SkillsError {
  const shown = displayShort(redactUrl(name), 200)
  return new SkillsError(
    'source_moved',
    `${WORDS[kind]} ${shown} led to ${short(from)} when it was locked, and leads to ${short(to)} now`,
    {
      hint: `ask its owner why; to take the new content all the same, add ${shellCommand('--accept-moved', skill)}`,
      details: { skill, name: shown, from: displayShort(from, 120), to: displayShort(to, 120) },
    },
  )
}

/** Enough of a commit or digest to tell it from another. */
function short(content: string): string {
  return displayShort(content, 120).replace(/^((?:sha\d+[-:])?[\w+/]{12})[\w+/=]+$/, '$1')
}

/**
 * Refuses candidates whose fixed name led to other content when it, or another skill of that name's source, was locked.
 * @param accepted names of skills for which the user has said yes
 * @throws source_moved
 */
export function assertNotMoved(
  candidates: readonly Candidate[],
  lock: Lockfile,
  accepted: readonly string[],
): void {
  for (const candidate of candidates) {
    if (accepted.includes(candidate.name)) continue
    const moved = movedUnder(lock, candidate)
    if (moved) throw movedError(candidate.name, moved)
  }
}

function movedUnder(lock: Lockfile, candidate: Candidate): Moved | undefined {
  const { name, spec, resolution } = candidate
  if (isPinned(spec)) return undefined
  const entries = Object.entries(lock.skills)
  // What another skill was locked with by now is nothing new.
  if (entries.some(([other, entry]) => other !== name && isSameAddress(entry.resolution, resolution)))
    return undefined
  const own = Object.hasOwn(lock.skills, name) ? lock.skills[name] : undefined
  if (own?.integrity === candidate.integrity) return undefined
  for (const [other, entry] of entries) {
    const sameSpec = other === name && entry.spec === formatSpec(spec)
    const moved = movedName(entry, candidate, { sameSpec })
    if (moved) return moved
  }
  return undefined
}
