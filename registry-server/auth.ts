// Who asks, and what he may do. A token never gives more than its owner may, an owner never more than his token.
import { SkillsError } from '../src/errors/error.ts'
import { type Role, TOKEN_USER } from '../src/registry/protocol.ts'
import type { RegistryContext } from './context.ts'
import { findScope, roleIn } from './db/scopes.ts'
import { findTokenByHash, findTokenById, type TokenHolder } from './db/tokens.ts'
import { type Access, readRegistryToken } from './registry-token.ts'
import { isTokenText, tokenHash } from './token-text.ts'

export interface Principal {
  /** As the audit table names him: a user, `publisher:7 (…)`, `anonymous`. */
  readonly actor: string
  readonly userId?: number
  readonly user?: string
  /** May do everything in every scope, as far as the token goes. */
  readonly admin: boolean
  /** Of the token: `read`, `admin`, `publish:@scope/*`, `yank:@scope/name`, … */
  readonly permissions: readonly string[]
  readonly token?: { readonly id: string; readonly name: string; readonly expiresAt: string | null }
  /** A registry token holds for these repositories only. */
  readonly access?: readonly Access[]
  /** A token that it is given ends then, in seconds since the epoch. */
  readonly until?: number
  /** Who is counted for it: the user, the token, or the address. */
  readonly client?: string
}

export type Action = 'read' | 'publish' | 'yank' | 'delete' | 'manage'

/** What an action is about: a scope (without `@`) and the rest of a repository's name. */
export interface Target {
  readonly scope: string
  readonly skill?: string
}

/** Whose turn a request takes, and from whose share. */
export function clientOf({ client, actor }: Principal): string {
  return client ?? actor
}

export const ANONYMOUS: Principal = { actor: 'anonymous', admin: false, permissions: ['read'] }

const NEEDED_ROLE: Readonly<Record<Action, readonly Role[]>> = {
  read: ['reader', 'maintainer', 'owner'],
  publish: ['maintainer', 'owner'],
  yank: ['maintainer', 'owner'],
  delete: ['owner'],
  manage: ['owner'],
}

/**
 * The principal of an `Authorization` header: `Bearer` with an API token or a registry token, or `Basic` with a token as
 * the password of its user or of `token`.
 * @throws unauthorized for anything that does not hold, without saying which part
 */
export async function authenticate(context: RegistryContext, header: string | undefined): Promise<Principal> {
  if (header === undefined) return ANONYMOUS
  const [, scheme = '', value = ''] = /^(\S{1,20}) +(\S{1,8192})$/.exec(header) ?? []
  if (/^bearer$/i.test(scheme)) {
    return value.startsWith('eyJ') ? byRegistryToken(context, value) : byToken(context, value)
  }
  if (/^basic$/i.test(scheme)) {
    const text = Buffer.from(value, 'base64').toString()
    const colon = text.indexOf(':')
    const name = text.slice(0, colon)
    const principal = await byToken(context, text.slice(colon + 1))
    if (colon >= 0 && (principal.user === undefined || principal.user === name || name === TOKEN_USER))
      return principal
  }
  throw refused()
}

async function byToken(context: RegistryContext, token: string): Promise<Principal> {
  if (!isTokenText(token)) throw refused()
  const now = context.now().toISOString()
  return principalOf(context, await findTokenByHash(context.db, tokenHash(token), now))
}

async function byRegistryToken(context: RegistryContext, token: string): Promise<Principal> {
  const now = context.now()
  const claims = readRegistryToken(context.secret, token, now)
  if (!claims) throw refused()
  const { access, tokenId, expiresAt: until } = claims
  if (tokenId === undefined) return { ...ANONYMOUS, access, until }
  const holder = await findTokenById(context.db, tokenId, now.toISOString())
  return { ...principalOf(context, holder), access, until }
}

function principalOf(context: RegistryContext, holder: TokenHolder | undefined): Principal {
  if (!holder) throw refused()
  context.used.add(holder.id)
  const permissions = JSON.parse(holder.permissions) as string[]
  return {
    actor: holder.actor,
    ...(holder.userId !== null && { userId: holder.userId }),
    ...(holder.user !== null && { user: holder.user }),
    admin: holder.admin === 1,
    permissions,
    token: { id: holder.id, name: holder.name, expiresAt: holder.expiresAt },
  }
}

function refused(): SkillsError {
  return new SkillsError('unauthorized', 'The credentials are not valid', {
    hint: 'skills login stores a token for this registry',
  })
}

/** Whether the principal may do it. */
export async function can(
  context: RegistryContext,
  principal: Principal,
  action: Action,
  target: Target,
): Promise<boolean> {
  if (!isInAccess(principal, action, target)) return false
  const scope = await findScope(context.db, target.scope)
  if (action === 'read' && scope?.public === 1 && (context.config.anonymousRead || principal.token))
    return true
  if (!principal.token || !isPermitted(principal, action, target)) return false
  // A publisher's token has no user behind it: what it permits is all there is.
  if (principal.userId === undefined) return action === 'read' || action === 'publish'
  if (principal.admin) return true
  if (!scope) return false
  const role = await roleIn(context.db, scope.id, principal.userId)
  return role !== undefined && NEEDED_ROLE[action].includes(role)
}

/** @throws unauthorized for anybody unknown, forbidden for the others */
export async function requireCan(
  context: RegistryContext,
  principal: Principal,
  action: Action,
  target: Target,
): Promise<void> {
  if (await can(context, principal, action, target)) return
  const name = target.skill === undefined ? `@${target.scope}` : `@${target.scope}/${target.skill}`
  if (!principal.token) {
    throw new SkillsError('unauthorized', `Who may ${action} ${name} is not known of an anonymous request`, {
      hint: 'skills login stores a token for this registry',
    })
  }
  throw new SkillsError('forbidden', `${principal.actor} may not ${action} ${name} with this token`, {
    hint: 'an owner of the scope can add members, and a token needs the permission too',
  })
}

/** @throws unauthorized for a principal that is no user */
export function requireUser(principal: Principal): { readonly userId: number; readonly user: string } {
  const { userId, user } = principal
  if (userId === undefined || user === undefined) {
    throw new SkillsError('unauthorized', "This needs a user's token", {
      hint: 'skills login stores a token for this registry',
    })
  }
  return { userId, user }
}

/** What the token itself allows, whoever owns it. */
export function isPermitted(principal: Principal, action: Action, { scope, skill }: Target): boolean {
  const { permissions } = principal
  if (permissions.includes('admin')) return true
  if (action === 'read') {
    return permissions.some((permission) => permission === 'read' || permission.includes(`:@${scope}/`))
  }
  if (action === 'manage' || action === 'delete') return false
  return permissions.some(
    (permission) =>
      permission === `${action}:@${scope}/*` ||
      (skill !== undefined && permission === `${action}:@${scope}/${skill}`),
  )
}

const REGISTRY_ACTIONS: Readonly<Record<Action, string>> = {
  read: 'pull',
  publish: 'push',
  yank: 'none',
  delete: 'delete',
  manage: 'none',
}

function isInAccess({ access }: Principal, action: Action, { scope, skill }: Target): boolean {
  if (!access) return true
  const name = skill === undefined ? scope : `${scope}/${skill}`
  return access.some((entry) => entry.name === name && entry.actions.includes(REGISTRY_ACTIONS[action]))
}
