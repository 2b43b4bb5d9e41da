// Which of the offered skills the user means: by name, by folder, all, the only one, or by asking.
import { SkillsError } from '../errors/error.ts'
import { displayText } from '../platform/text.ts'
import type { Io } from './io.ts'
import type { Offer, Offers } from './offers.ts'

export interface Selection {
  readonly names?: readonly string[]
  readonly all?: boolean
  readonly yes?: boolean
}

/**
 * Skills of one name may both be among the chosen: `withoutTwins` decides once their content is known.
 * @throws skill_not_found when a name fits nothing, or nothing is offered
 * @throws skill_ambiguous when nothing says which and nobody can be asked
 */
export async function selectOffers(
  { offers, skipped }: Offers,
  wanted: Selection,
  { source, io }: { readonly source: string; readonly io: Io },
): Promise<readonly Offer[]> {
  if (offers.length === 0) throw nothingOffered(source, skipped)
  if (wanted.all || wanted.names?.includes('*')) return offers
  if (wanted.names?.length)
    return [...new Set(wanted.names.flatMap((name) => findOffers(offers, name, source)))]
  const only = offers.length === 1 ? offers[0] : undefined
  if (only) return [only]
  if (!io.ask || wanted.yes) {
    throw new SkillsError('skill_ambiguous', `${source} offers ${offers.length} skills`, {
      hint: 'name some with --skill NAME, take all with --all, or look with --list',
      details: { skills: offers.map((offer) => offer.name) },
    })
  }
  const keys = await io.ask.chooseSkills(
    offers.map((offer) => ({
      key: offer.dir || '.',
      name: offer.name,
      description: offer.description,
      ...(offer.group && { group: offer.group }),
    })),
  )
  return offers.filter((offer) => keys.includes(offer.dir || '.'))
}

/** Every offer of that name, or else the one in that folder. */
function findOffers(offers: readonly Offer[], name: string, source: string): readonly Offer[] {
  const folder = name.replace(/\/+$/, '')
  const named = offers.filter((offer) => offer.name === name)
  if (named.length > 0) return named
  const placed = offers.filter((offer) => offer.dir === folder)
  if (placed.length > 0) return placed
  const known = offers.map((offer) => offer.name)
  throw new SkillsError('skill_not_found', `${source} offers no skill "${displayText(name)}"`, {
    hint: `it offers ${shortList(known)}`,
    details: { name, skills: known },
  })
}

/**
 * Skills of one name: copies of one content count once (the first folder wins), different content is refused.
 * @throws skill_ambiguous
 */
export function withoutTwins<
  T extends { readonly name: string; readonly dir: string; readonly integrity: string },
>(chosen: readonly T[]): readonly T[] {
  const kept = new Map<string, T>()
  for (const skill of chosen) {
    const key = skill.name.toLowerCase()
    const twin = kept.get(key)
    if (!twin) kept.set(key, skill)
    else if (twin.integrity !== skill.integrity) throw ambiguous(skill.name, [twin, skill])
  }
  return [...kept.values()]
}

function ambiguous(name: string, found: readonly { readonly dir: string }[]): SkillsError {
  const dirs = found.map((skill) => displayText(skill.dir || '.'))
  return new SkillsError(
    'skill_ambiguous',
    `Two different skills are named "${displayText(name)}": ${dirs.join(' and ')}`,
    {
      hint: `take one by its folder, "--skill ${dirs[0]}", and the other with "--skill ${dirs[1]} --as NAME"`,
      details: { name, folders: dirs },
    },
  )
}

function nothingOffered(source: string, skipped: Offers['skipped']): SkillsError {
  const [first] = skipped
  const reason = first?.diagnostics.find((diagnostic) => diagnostic.severity === 'error')
  if (first && reason) {
    return new SkillsError(
      'manifest_invalid',
      `${source} has no usable skill: ${displayText(first.dir || '.')}/SKILL.md: ${displayText(reason.message)}`,
      {
        hint: 'run "skills validate" on it',
        details: { file: `${first.dir || '.'}/SKILL.md`, rule: reason.code },
      },
    )
  }
  return new SkillsError('skill_not_found', `${source} has no SKILL.md`, {
    hint: 'a skill is a folder with a SKILL.md; name the folder with --subdir if it lies deep',
  })
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => displayText(name))
  return names.length > shown.length
    ? `${shown.join(', ')} and ${names.length - shown.length} more`
    : shown.join(', ')
}
