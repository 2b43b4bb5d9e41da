// Tokens of users: made, listed, revoked. The text of one is shown once and never kept.
import { randomUUID } from 'node:crypto'
import { SkillsError } from '../../src/errors/error.ts'
import type { TokenCreated, TokenList, TokenRequest } from '../../src/registry/protocol.ts'
import { type Principal, requireUser } from '../auth.ts'
import type { Actor, RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import { findTokenById, insertToken, listTokens, revokeToken } from '../db/tokens.ts'
import { newToken, tokenHash } from '../token-text.ts'
import { withinBytes } from './page.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Makes a token for the user behind the request; it may never do more, nor last longer, than the token that asks.
 * @throws unauthorized, forbidden
 */
export async function createToken(
  context: RegistryContext,
  { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
  request: TokenRequest,
): Promise<TokenCreated> {
  const { userId, user } = requireUser(principal)
  for (const permission of request.permissions) {
    if (!covers(principal.permissions, permission)) {
      throw new SkillsError(
        'forbidden',
        `The token that asks does not have the permission ${permission} itself`,
        {
          hint: 'ask with a token that has it',
        },
      )
    }
  }
  const { id: parent, expiresAt: notAfter = null } = principal.token ?? {}
  return issueToken(context, {
    userId,
    user,
    notAfter,
    ...(parent !== undefined && { parent }),
    ...request,
    actor: principal.actor,
    requestId,
  })
}

/** Makes a token of a user without asking whether the caller may: for the server's own console. */
export async function issueToken(
  context: Pick<RegistryContext, 'db' | 'now'>,
  request: TokenRequest &
    Actor & {
      readonly userId: number
      readonly user: string
      /** It ends then at the latest. */
      readonly notAfter?: string | null
      /** The token that asks. */
      readonly parent?: string
    },
): Promise<TokenCreated> {
  const token = newToken()
  const id = randomUUID()
  const now = context.now()
  const { expiresInDays, permissions, name, notAfter = null } = request
  const wished =
    expiresInDays === undefined ? null : new Date(now.getTime() + expiresInDays * DAY_MS).toISOString()
  const expiresAt = wished === null || (notAfter !== null && notAfter < wished) ? notAfter : wished
  const { parent } = request
  await context.db.transaction(async (tx) => {
    if (parent !== undefined) {
      await tx.lock(`user:${request.userId}`)
      // It may have been revoked since it was looked at.
      if (!(await findTokenById(tx, parent, now.toISOString()))) throw ended()
    }
    await insertToken(tx, {
      id,
      hash: tokenHash(token),
      userId: request.userId,
      publisherId: null,
      name,
      permissions,
      actor: request.user,
      at: now.toISOString(),
      expiresAt,
      ...(parent !== undefined && { parent }),
    })
    await recordAudit(tx, {
      at: now.toISOString(),
      actor: request.actor,
      action: 'token.create',
      target: request.user,
      details: { id, name, permissions },
      requestId: request.requestId,
    })
  })
  return { token, id }
}

function ended(): SkillsError {
  return new SkillsError('unauthorized', 'The token that asks holds no longer', {
    hint: 'skills login stores a token for this registry',
  })
}

/** The user's tokens; a token without the permission `admin` sees itself and those made with it. @throws unauthorized */
export async function userTokens(context: RegistryContext, principal: Principal): Promise<TokenList> {
  const { userId } = requireUser(principal)
  const seesAll = principal.permissions.includes('admin')
  const made = seesAll ? undefined : principal.token?.id
  const rows = await listTokens(context.db, {
    userId,
    now: context.now().toISOString(),
    ...(made !== undefined && { made }),
  })
  const tokens = rows.map((row) => ({
    id: row.id,
    name: row.name,
    permissions: JSON.parse(row.permissions) as string[],
    createdAt: row.createdAt,
    ...(row.expiresAt !== null && { expiresAt: row.expiresAt }),
    ...(row.lastUsedAt !== null && { lastUsedAt: row.lastUsedAt }),
  }))
  return { tokens: withinBytes(tokens, context.config.limits.listBytes) }
}

/**
 * Revokes a token of the user and all that were made with it; every token may revoke itself, others need the permission `admin`.
 * @throws unauthorized, forbidden, not_found
 */
export async function dropToken(
  context: RegistryContext,
  { principal, requestId }: { readonly principal: Principal; readonly requestId: string },
  id: string,
): Promise<void> {
  const { userId, user } = requireUser(principal)
  if (id !== principal.token?.id && !principal.permissions.includes('admin')) {
    throw new SkillsError('forbidden', 'This token may revoke only itself', {
      hint: 'use a token with the permission admin',
    })
  }
  const at = context.now().toISOString()
  await context.db.transaction(async (tx) => {
    await tx.lock(`user:${userId}`)
    if (!(await revokeToken(tx, { id, userId, at }))) {
      throw new SkillsError('not_found', 'There is no such token of yours')
    }
    await recordAudit(tx, {
      at,
      actor: principal.actor,
      action: 'token.revoke',
      target: user,
      details: { id },
      requestId,
    })
  })
}

/** Whether permissions allow everything that another one does. */
function covers(permissions: readonly string[], wanted: string): boolean {
  if (permissions.includes('admin') || permissions.includes(wanted)) return true
  const [, kind, scope] = /^([a-z]+):@([^/]+)\//.exec(wanted) ?? []
  return kind !== undefined && permissions.includes(`${kind}:@${scope}/*`)
}
