// Skills for tools that know a skill by its own name only. In a scope that is unique; in the whole registry a name means
// the oldest public skill that has it, so that nobody takes it over by publishing later.
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { SCOPED_NAME } from '../../src/registry/names.ts'
import type { Principal } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { listSkills, type SkillRow, skillsNamed } from '../db/skills.ts'
import { currentVersions, type VersionListRow } from '../db/versions.ts'
import { visibilityOf, visibleSkill } from './visibility.ts'

/** Documents that list everything hold at most so many skills, the most downloaded. */
export const LISTED = 5000

export interface Listed {
  readonly skill: SkillRow
  /** The skill's own name. */
  readonly slug: string
  readonly version: VersionListRow
}

/** `pdf` of `@acme/pdf`. */
export function slugOf(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

/** The current versions of a scope's skills (`@scope`), or of the whole registry's. */
export async function listedSkills(
  context: RegistryContext,
  principal: Principal,
  scope: string | undefined,
): Promise<Listed[]> {
  const visibility = await visibilityOf(context, principal)
  const rows = await listSkills(context.db, {
    visibility: scope === undefined ? { scopes: [] } : visibility,
    order: 'downloads',
    limit: LISTED,
    ...(scope === undefined ? { distinct: true } : { scope: scope.slice(1) }),
  })
  const versions = await currentVersions(
    context.db,
    rows.map(({ id }) => id),
  )
  return rows
    .flatMap((skill) => {
      const version = versions.get(skill.id)
      return version?.yanked === null ? [{ skill, slug: slugOf(skill.name), version }] : []
    })
    .sort((a, b) => (a.slug < b.slug ? -1 : 1))
}

/**
 * The skill that a tool means by `pdf`, in a scope or in the whole registry; `acme--pdf` names the scope too, which no
 * name of a skill can look like.
 * @throws skill_not_found
 */
export async function skillBySlug(
  context: RegistryContext,
  principal: Principal,
  { slug, scope }: { slug: string; scope?: string | undefined },
): Promise<SkillRow> {
  if (scope !== undefined) return visibleSkill(context, principal, `${scope}/${slug}`)
  const whole = `@${slug.replace('--', '/')}`
  if (slug.includes('--') && SCOPED_NAME.test(whole)) return visibleSkill(context, principal, whole)
  await visibilityOf(context, principal)
  const [oldest] = !SCOPED_NAME.test(`@any/${slug}`)
    ? []
    : await skillsNamed(context.db, slug, { scopes: [] })
  if (oldest) return oldest
  throw new SkillsError('skill_not_found', `This registry has no ${displayShort(slug, 100)}`)
}
