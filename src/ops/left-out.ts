// What a source has and does not offer, told to a person: by name where there are few, in numbers where there are many.
import { SkillsError } from '../errors/error.ts'
import { CODES, type Code } from '../errors/codes.ts'
import { LEFT_OUT_BY_PLACE, type LeftOut } from '../manifest/discover.ts'
import { displayName } from '../lock/skill-name.ts'
import { displayText } from '../platform/text.ts'
import type { Notice } from './io.ts'
import type { Offer } from './offers.ts'

/** Notices of one code that stand alone; more are one. */
const ALONE = 3
/** Paths that one notice names. */
const NAMED = 8

/** One notice for each, or one for all of a code; `add --list` has every one. */
export function leftOutNotices(leftOut: readonly LeftOut[]): Notice[] {
  const byCode = new Map<string, LeftOut[]>()
  for (const one of leftOut) {
    const same = byCode.get(one.code)
    if (same) same.push(one)
    else byCode.set(one.code, [one])
  }
  return [...byCode].flatMap(([code, same]): Notice[] =>
    same.length <= ALONE
      ? same.map((one) => ({ code, message: `skipped ${leftOutText(one)}` }))
      : [{ code, message: manyText(same), hint: '--list names every one with its reason' }],
  )
}

/** `skills/x is a part of the skill in skills`, safe to show. */
export function leftOutText({ path, reason }: LeftOut): string {
  return `${displayText(path || '.')}: it ${displayText(reason)}`
}

function manyText(same: readonly LeftOut[]): string {
  const paths = same.slice(0, NAMED).map(({ path }) => displayText(path || '.'))
  const more = same.length > NAMED ? ` and ${same.length - NAMED} more` : ''
  const [first] = same
  return `skipped ${same.length} of one kind: ${paths.join(', ')}${more}; the first ${displayText(first?.reason ?? '')}`
}

/** The refusal of what was left out; its code where that is the code of an error, else what `add` says of no match. */
export function leftOutError(one: LeftOut, source: string): SkillsError {
  const file = /(?:^|\/)skill\.md$/i.test(one.path) ? one.path : `${one.path || '.'}/SKILL.md`
  const known = one.code in CODES ? (one.code as Code) : undefined
  const decided = LEFT_OUT_BY_PLACE.has(one.code)
  return new SkillsError(
    known ?? (decided ? 'skill_not_found' : 'manifest_invalid'),
    `${source} has it and leaves it out: ${leftOutText(one)}`,
    {
      hint: decided
        ? `take it by its folder if that is what you want: --subdir ${displayText(one.path)}`
        : (HINTS[one.code] ?? 'ask the author, or run "skills validate" on it'),
      details: { file, rule: one.code },
    },
  )
}

const HINTS: Readonly<Record<string, string>> = {
  submodule: 'add the repository that the submodule names',
  remote_plugin: 'add the address that the marketplace names',
  skill_md_case: 'ask the author to rename the file to SKILL.md',
  git_lfs_pointer: 'ask the author to commit the file itself, or install from an archive that holds it',
}

/** A skill whose own name cannot be used. */
export function unusableOffer({ name, needsName }: Offer): SkillsError {
  return new SkillsError('name_invalid', `The skill name ${displayName(name)} ${needsName ?? 'is no name'}`, {
    hint: 'add it alone, under a name of your own: --as NAME',
    details: { name },
  })
}
