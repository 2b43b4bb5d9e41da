// The token endpoint of the distribution face: for who asks, the part of what he asks for that he may have.
import { type Action, can, type Principal } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { type Access, signRegistryToken } from '../registry-token.ts'
import { targetOf } from './repository.ts'

const SECONDS = 300
/** More repositories in one token are not looked at. */
const SCOPES = 20

const ACTIONS: Readonly<Record<string, Action>> = { pull: 'read', push: 'publish', delete: 'delete' }

/** A token for `repository:NAME:pull,push` scopes; what may not be done is left out without a word. */
export async function issueRegistryToken(
  context: RegistryContext,
  principal: Principal,
  scopes: readonly string[],
): Promise<{ token: string; access_token: string; expires_in: number; issued_at: string }> {
  const access: Access[] = []
  for (const scope of scopes.flatMap((text) => text.split(' ')).slice(0, SCOPES)) {
    const [, name, wanted] = /^repository:([^:]{1,255}):([a-z*,]{1,64})$/.exec(scope) ?? []
    if (name === undefined || wanted === undefined) continue
    const actions = await allowed(context, principal, name, wanted)
    if (actions.length > 0) access.push({ name, actions })
  }
  const now = context.now()
  const issuedAt = Math.floor(now.getTime() / 1000)
  // One that was got for another ends with it, and none outlives the token behind it.
  const { expiresAt } = principal.token ?? {}
  const end = Math.min(
    issuedAt + SECONDS,
    principal.until ?? Infinity,
    expiresAt ? Math.floor(Date.parse(expiresAt) / 1000) : Infinity,
  )
  const token = signRegistryToken(context.secret, {
    ...(principal.token && { tokenId: principal.token.id }),
    access,
    issuedAt,
    expiresAt: end,
  })
  return {
    token,
    access_token: token,
    expires_in: end - issuedAt,
    issued_at: new Date(issuedAt * 1000).toISOString(),
  }
}

async function allowed(
  context: RegistryContext,
  principal: Principal,
  name: string,
  wanted: string,
): Promise<string[]> {
  const actions: string[] = []
  for (const [word, action] of Object.entries(ACTIONS)) {
    if (wanted !== '*' && !wanted.split(',').includes(word) && !wanted.includes('*')) continue
    if (await can(context, principal, action, targetOf(name))) actions.push(word)
  }
  return actions
}
