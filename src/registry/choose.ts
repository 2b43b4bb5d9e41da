// Which versions of a skill a range means, and which of them may be chosen. Pure.
// A yanked version and one that is too young are not chosen; what is locked already is held to neither, and only an
// update leaves it because it was yanked.
import { Range, rcompare, satisfies } from 'semver'
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import type { SkillDocument, VersionSummary } from './protocol.ts'

export interface ChoiceRules {
  /** Versions published after this time (milliseconds since the epoch) are too young. */
  readonly publishedBefore?: number | undefined
  /** The version that is locked now: it stays allowed, also yanked. */
  readonly locked?: string | undefined
  /** True for an update: a locked version that was yanked gives way to any other that fits. */
  readonly moving?: boolean
}

type Versions = Pick<SkillDocument, 'name' | 'tags' | 'versions' | 'removed'>

/** Why a version may not be chosen. */
export type Refusal = 'yanked' | 'too_new'

/** Undefined when the version may be chosen. */
export function refusal(version: VersionSummary, rules: ChoiceRules): Refusal | undefined {
  if (version.version === rules.locked)
    return rules.moving === true && version.yanked !== undefined ? 'yanked' : undefined
  if (version.yanked !== undefined) return 'yanked'
  const { publishedBefore } = rules
  if (publishedBefore !== undefined && !(Date.parse(version.publishedAt) <= publishedBefore)) return 'too_new'
  return undefined
}

/**
 * The versions that a range or tag means, best first. Without range, or with `latest`: the tagged version, then the
 * others from the newest; prereleases only where there is nothing else.
 * @throws version_not_found for what is neither a range nor a tag of the skill
 */
export function versionsIn(document: Versions, range: string | undefined): readonly VersionSummary[] {
  const sorted = document.versions.toSorted((a, b) => rcompare(a.version, b.version))
  const tagged = sorted.find(({ version }) => version === tagOf(document, range ?? 'latest'))
  if (range === undefined || range === 'latest') {
    const stable = sorted.filter(({ version }) => !version.includes('-'))
    const usual = stable.length > 0 ? stable : sorted
    return tagged ? [tagged, ...usual.filter((one) => one !== tagged)] : usual
  }
  const parsed = parseRange(range)
  if (parsed) return sorted.filter(({ version }) => satisfies(version, parsed))
  if (tagged) return [tagged]
  throw new SkillsError(
    'version_not_found',
    `${document.name} has no tag ${displayShort(range, 80)}, and that is no version range`,
    { hint: `it has ${listed(Object.keys(document.tags))}`, details: { name: document.name, range } },
  )
}

/** True when the version is in the range; a tag is in no range. */
export function isInRange(version: string, range: string): boolean {
  const parsed = parseRange(range)
  return parsed !== undefined && satisfies(version, parsed)
}

/**
 * The one version for a spec.
 * @throws version_not_found when nothing matches, or all that does is yanked; version_removed; version_too_new
 */
export function chooseVersion(
  document: Versions,
  range: string | undefined,
  rules: ChoiceRules,
): VersionSummary {
  const matching = versionsIn(document, range)
  const chosen = matching.find((version) => refusal(version, rules) === undefined)
  if (chosen) return chosen
  // What is locked stays, even yanked, where nothing else fits.
  const locked = matching.find(({ version }) => version === rules.locked)
  if (locked) return locked
  throw noneLeft(document, range, { matching, rules })
}

function noneLeft(
  document: Versions,
  range: string | undefined,
  { matching, rules }: { readonly matching: readonly VersionSummary[]; readonly rules: ChoiceRules },
): SkillsError {
  const asked = `${document.name}${range === undefined ? '' : `@${displayShort(range, 80)}`}`
  const young = matching.find((version) => refusal(version, rules) === 'too_new')
  if (young) {
    return new SkillsError(
      'version_too_new',
      `Every version that fits ${asked} is younger than minimumReleaseAge allows; ${young.version} is of ${displayShort(young.publishedAt, 30)}`,
      {
        hint: 'wait, ask for an older version, or name the skill in minimumReleaseAgeExclude of skills.json',
        details: { name: document.name, version: young.version, publishedAt: young.publishedAt },
      },
    )
  }
  const [yanked] = matching
  if (yanked) {
    return new SkillsError(
      'version_not_found',
      `Every version that fits ${asked} is yanked; ${yanked.version}: ${displayShort(yanked.yanked ?? '', 200)}`,
      { hint: 'ask for another version', details: { name: document.name, version: yanked.version } },
    )
  }
  const gone = removedIn(document, range)
  if (gone) {
    return new SkillsError(
      'version_removed',
      `${document.name} ${displayShort(gone.version, 80)} was taken out of the registry: ${displayShort(gone.reason, 300)}`,
      {
        hint: 'ask for another version; this one never comes back',
        details: { name: document.name, version: displayShort(gone.version, 80) },
      },
    )
  }
  const known = document.versions.map(({ version }) => version).toSorted(rcompare)
  return new SkillsError('version_not_found', `No version fits ${asked}`, {
    hint: known.length === 0 ? 'nothing of it is published' : `there are ${listed(known)}`,
    details: { name: document.name, ...(range !== undefined && { range }) },
  })
}

function removedIn(
  { removed = [] }: Versions,
  range: string | undefined,
): { readonly version: string; readonly reason: string } | undefined {
  const parsed = range === undefined || range === 'latest' ? undefined : parseRange(range)
  return removed.find(({ version }) => parsed === undefined || satisfies(version, parsed))
}

function parseRange(text: string): Range | undefined {
  try {
    return new Range(text)
  } catch {
    return undefined
  }
}

function tagOf({ tags }: Versions, name: string): string | undefined {
  return Object.hasOwn(tags, name) ? tags[name] : undefined
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => displayShort(name, 40))
  return names.length > shown.length
    ? `${shown.join(', ')} and ${names.length - shown.length} more`
    : shown.join(', ')
}
