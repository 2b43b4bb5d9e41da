// Scopes and their members. Names with the `@`, as the API has them.
import { SkillsError } from '../../src/errors/error.ts'
import type { Role, ScopeDocument } from '../../src/registry/protocol.ts'
import { can, type Principal, requireCan, requireUser } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import type { Database } from '../db/database.ts'
import {
  deleteMember,
  findScope,
  insertScope,
  countOwners,
  listMembers,
  type ScopeRow,
  setMember,
  setScopePublic,
} from '../db/scopes.ts'
import { findAnyUser, findUser } from '../db/users.ts'
import { assertNewScope } from './scope-names.ts'

export interface Asking {
  readonly principal: Principal
  readonly requestId: string
}

/** The scope, for somebody who may read it. @throws not_found, also for one that may not be read */
export async function getScope(
  context: RegistryContext,
  { principal }: Asking,
  scope: string,
): Promise<ScopeDocument> {
  const name = bare(scope)
  const row = await findScope(context.db, name)
  if (!row || !(await can(context, principal, 'read', { scope: name }))) throw noScope(scope)
  return documentOf(context.db, row)
}

/**
 * Makes the scope with the asking user as its owner, or changes who may read it.
 * @throws unauthorized, forbidden, name_invalid, conflict
 */
export async function putScope(
  context: RegistryContext,
  asking: Asking,
  request: { readonly scope: string; readonly public?: boolean | undefined },
): Promise<{ readonly isNew: boolean; readonly scope: ScopeDocument }> {
  const { principal } = asking
  const { userId } = requireUser(principal)
  const name = bare(request.scope)
  const at = context.now().toISOString()
  const known = await findScope(context.db, name)
  // Whether a scope that may not be read is there is nobody's business.
  const seen = known && (await can(context, principal, 'read', { scope: name })) ? known : undefined
  if (seen) await requireCan(context, principal, 'manage', { scope: name })
  else if (!principal.permissions.includes('admin')) {
    throw new SkillsError('forbidden', 'To make a scope a token needs the permission admin')
  } else if (known) throw taken(request.scope)
  else assertNewScope(name)
  return context.db.transaction(async (tx) => {
    let row = known
    if (!row) {
      row = await insertScope(tx, { name, public: request.public ?? true, at })
      if (!row) throw taken(request.scope)
      await setMember(tx, { scopeId: row.id, userId, role: 'owner' })
    } else if (request.public !== undefined) await setScopePublic(tx, row.id, request.public)
    await audit(tx, asking, {
      at,
      action: known ? 'scope.change' : 'scope.create',
      name,
      public: request.public,
    })
    const now = (await findScope(tx, name)) ?? row
    return { isNew: !known, scope: await documentOf(tx, now) }
  })
}

function taken(scope: string): SkillsError {
  return new SkillsError('conflict', `The name ${scope} cannot be had`, { hint: 'take another name' })
}

/** Makes the user a member in that role. @throws not_found, forbidden, unauthorized, conflict for the last owner */
export async function putMember(
  context: RegistryContext,
  asking: Asking,
  member: { readonly scope: string; readonly user: string; readonly role: Role },
): Promise<void> {
  await changeMember(context, asking, {
    ...member,
    change: (tx, key) => setMember(tx, { ...key, role: member.role }),
  })
}

/** Takes the user out of the scope. @throws not_found, forbidden, unauthorized, conflict for the last owner */
export async function removeMember(
  context: RegistryContext,
  asking: Asking,
  member: { readonly scope: string; readonly user: string },
): Promise<void> {
  await changeMember(context, asking, {
    ...member,
    change: async (tx, { scopeId, userId }) => {
      if (await deleteMember(tx, scopeId, userId)) return
      throw new SkillsError('not_found', `${member.user} is no member of ${member.scope}`)
    },
  })
}

interface MemberChange {
  readonly scope: string
  readonly user: string
  readonly role?: Role
  readonly change: (tx: Database, key: { scopeId: number; userId: number }) => Promise<void>
}

async function changeMember(
  context: RegistryContext,
  asking: Asking,
  { scope, user, role, change }: MemberChange,
): Promise<void> {
  const name = bare(scope)
  await requireCan(context, asking.principal, 'manage', { scope: name })
  const at = context.now().toISOString()
  await context.db.transaction(async (tx) => {
    await tx.lock(`scope:${name}`)
    const row = await findScope(tx, name)
    if (!row) throw noScope(scope)
    // Who is disabled gets no role, but can be taken out.
    const member = await (role ? findUser : findAnyUser)(tx, user)
    if (!member) throw new SkillsError('not_found', `There is no user ${user}`)
    const before = await countOwners(tx, row.id)
    await change(tx, { scopeId: row.id, userId: member.id })
    const after = await countOwners(tx, row.id)
    if ((before.enabled > 0 && after.enabled === 0) || (before.all > 0 && after.all === 0)) {
      throw new SkillsError('conflict', `${user} is the only owner of ${scope}`, {
        hint: 'make somebody else an owner first',
      })
    }
    await audit(tx, asking, { at, action: role ? 'member.set' : 'member.remove', name, user, role })
  })
}

async function audit(
  tx: Database,
  { principal, requestId }: Asking,
  { at, action, name, ...details }: { at: string; action: string; name: string; [key: string]: unknown },
): Promise<void> {
  await recordAudit(tx, { at, actor: principal.actor, action, target: `@${name}`, details, requestId })
}

async function documentOf(db: Database, row: ScopeRow): Promise<ScopeDocument> {
  return {
    scope: `@${row.name}`,
    createdAt: row.createdAt,
    public: row.public === 1,
    members: await listMembers(db, row.id),
  }
}

/** The name without the `@`. */
export function bare(scope: string): string {
  return scope.replace(/^@/, '')
}

/** The answer for a scope that is not there. */
export function noScope(scope: string): SkillsError {
  return new SkillsError('not_found', `There is no scope ${scope}`)
}
