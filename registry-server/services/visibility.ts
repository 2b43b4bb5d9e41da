// What of the catalogue a principal sees. What he may not see does not exist for him.
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { splitScopedName } from '../../src/registry/names.ts'
import { can, isPermitted, type Principal } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { listRemovals } from '../db/removals.ts'
import { scopesOf } from '../db/scopes.ts'
import { findSkill, type SkillRow, type Visibility } from '../db/skills.ts'
import { removed } from './removed.ts'

/** The scopes of a search or a list. @throws unauthorized when the server shows nothing to the anonymous */
export async function visibilityOf(context: RegistryContext, principal: Principal): Promise<Visibility> {
  const { token, userId, admin } = principal
  if (!token) {
    if (context.config.anonymousRead) return { scopes: [] }
    throw new SkillsError('unauthorized', 'This registry answers nobody that it does not know', {
      hint: 'skills login stores a token for this registry',
    })
  }
  if (userId === undefined) return { scopes: [] }
  if (admin && isPermitted(principal, 'read', { scope: '' })) return { scopes: 'all' }
  const scopes = await scopesOf(context.db, userId)
  return {
    scopes: scopes.map(({ name }) => name).filter((scope) => isPermitted(principal, 'read', { scope })),
  }
}

/** The skill of that name. @throws skill_not_found, also when it may not be seen; version_removed when nothing is left */
export async function visibleSkill(
  context: RegistryContext,
  principal: Principal,
  name: string,
): Promise<SkillRow> {
  const parts = splitScopedName(name)
  const target = parts && { scope: parts.scope.slice(1), skill: parts.skill }
  const skill =
    target && (await can(context, principal, 'read', target)) ? await findSkill(context.db, name) : undefined
  if (skill && skill.version !== '') return skill
  const [last] = skill ? await listRemovals(context.db, skill.id) : []
  if (last) throw removed(name, last)
  throw new SkillsError('skill_not_found', `This registry has no ${displayShort(name, 150)}`, {
    hint: principal.token
      ? 'check the name'
      : 'check the name, or log in if its scope is private: skills login',
  })
}
