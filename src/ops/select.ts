// Which of the offered skills the user means: by name, by folder, all, the only one, or by asking.
import { SkillsError } from '../errors/error.ts'
import { closest } from '../platform/closest.ts'
import { displayText } from '../platform/text.ts'
import type { Io } from './io.ts'
import { leftOutError, leftOutText } from './left-out.ts'
import type { LeftOut } from '../manifest/discover.ts'
import type { Offer, Offers } from './offers.ts'
import { shellWord } from '../platform/shell.ts'

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
  { offers, leftOut }: Offers,
  wanted: Selection,
  { source, io }: { readonly source: string; readonly io: Io },
): Promise<readonly Offer[]> {
  if (offers.length === 0) throw nothingOffered(source, leftOut)
  if (wanted.all || wanted.names?.includes('*')) return offers
  if (wanted.names?.length)
    return [...new Set(wanted.names.flatMap((name) => findOffers({ offers, leftOut }, name, source)))]
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

/**
 * Every offer of that name, or else the one in that folder; names are compared as people see them (NFC).
 * @throws skill_not_found, or why the one that is meant was left out
 */
function findOffers({ offers, leftOut }: Offers, name: string, source: string): readonly Offer[] {
  const wanted = name.normalize('NFC').replace(/(?<!\/)\/+$/, '')
  const named = offers.filter((offer) => offer.name.normalize('NFC') === wanted)
  if (named.length > 0) return named
  const placed = offers.filter((offer) => (offer.dir || '.').normalize('NFC') === wanted)
  if (placed.length > 0) return placed
  const out = leftOut.find(({ path }) => isMeant(path.normalize('NFC'), wanted))
  if (out) throw leftOutError(out, source)
  const known = offers.map((offer) => offer.name)
  const near = closest(wanted, known)
  throw new SkillsError('skill_not_found', `${source} offers no skill "${displayText(name)}"`, {
    hint: `${near === undefined ? '' : `did you mean "${displayText(near)}"? `}it offers ${shortList(known)}`,
    details: { name, skills: known },
  })
}

/** By its folder, or by the folder's own name. */
function isMeant(path: string, wanted: string): boolean {
  const folder = path.replace(/(?:^|\/)skill\.md$/i, '')
  return path === wanted || folder === wanted || folder.endsWith(`/${wanted}`)
}

/**
 * Skills of one name: copies of one content count once (the first folder wins), different content is refused.
 * @throws skill_ambiguous that names every one of them
 */
export function withoutTwins<
  T extends { readonly name: string; readonly dir: string; readonly integrity: string },
>(chosen: readonly T[]): readonly T[] {
  const byName = new Map<string, T[]>()
  for (const skill of chosen) {
    const key = skill.name.toLowerCase()
    const same = byName.get(key) ?? []
    if (!same.some(({ integrity }) => integrity === skill.integrity)) byName.set(key, [...same, skill])
  }
  const twins = [...byName.values()].filter((same) => same.length > 1)
  if (twins.length > 0) throw ambiguous(twins)
  return [...byName.values()].flat()
}

interface Twin {
  readonly name: string
  readonly dir: string
}

/** Names that one message spells out; the details have all. */
const SPELT_OUT = 12

function ambiguous(twins: readonly (readonly Twin[])[]): SkillsError {
  const all = twins.map((same) => ({ name: same[0]?.name ?? '', dirs: same.map(({ dir }) => dir || '.') }))
  const rows = all.map(({ name, dirs }) => `"${displayText(name)}": ${dirs.map(displayText).join(' and ')}`)
  const [first] = all
  const [one = '', other = ''] = first?.dirs.map(displayText) ?? []
  const shown = rows.slice(0, SPELT_OUT).join('; ')
  const more = rows.length > SPELT_OUT ? `; and ${rows.length - SPELT_OUT} more names` : ''
  const count = first?.dirs.length === 2 ? 'Two' : String(first?.dirs.length)
  return new SkillsError(
    'skill_ambiguous',
    all.length === 1
      ? `${count} different skills are named ${shown}`
      : `${all.length} names belong to different skills each: ${shown}${more}`,
    {
      hint: `take one by its folder, "--skill ${shellWord(one)}", and the other with "--skill ${shellWord(other)} --as NAME"`,
      details: {
        name: first?.name ?? '',
        folders: all.flatMap(({ dirs }) => dirs),
        names: all.map(({ name }) => name),
      },
    },
  )
}

function nothingOffered(source: string, leftOut: readonly LeftOut[]): SkillsError {
  const [first] = leftOut
  if (first && leftOut.length === 1) return leftOutError(first, source)
  if (first) {
    const { code } = leftOutError(first, source)
    return new SkillsError(
      code,
      `${source} has no usable skill; of ${leftOut.length}, the first, ${leftOutText(first)}`,
      {
        hint: '--list names every one with its reason',
        details: { file: `${first.path || '.'}/SKILL.md`, rule: first.code },
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
