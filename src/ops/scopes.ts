// Scopes of a registry: who may read and publish there, and which CI jobs are trusted.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { SCOPE } from '../registry/names.ts'
import {
  type Publisher,
  publisherRequestSchema,
  type Role,
  roleSchema,
  type ScopeDocument,
} from '../registry/protocol.ts'
import type { AccountClient } from '../registry/accounts.ts'
import type { Io } from './io.ts'
import type { RegistryRequest } from './registry-access.ts'
import { openAccounts } from './tokens.ts'

export interface ScopeNameRequest extends RegistryRequest {
  /** With or without the `@`. */
  readonly scope: string
}

export interface ScopeResult extends Partial<ScopeDocument> {
  readonly registry: string
  readonly scope: string
  /** Absent for those who may not see them. */
  readonly publishers?: readonly Publisher[]
}

/** @throws not_found, unauthorized, forbidden, and what asking throws; so do all here */
export function scopeInfo(request: ScopeNameRequest, io: Io): Promise<ScopeResult> {
  return on(request, io, async () => {})
}

/** Makes a scope that the user owns. @throws conflict when it is there */
export function createScope(
  { open, ...request }: ScopeNameRequest & { readonly open: boolean },
  io: Io,
): Promise<ScopeResult> {
  return on(request, io, async (accounts, scope) => {
    const known = await accounts.scope(scope).catch((error: unknown) => {
      if (isSkillsError(error, 'not_found')) return undefined
      throw error
    })
    if (known) {
      throw new SkillsError('conflict', `There is a scope ${scope} already`, {
        hint: `its owners change it with "skills scope set ${scope}"`,
      })
    }
    await accounts.putScope(scope, { public: open })
  })
}

/** Opens or closes a scope to those who are no members. */
export function setScope(
  { open, ...request }: ScopeNameRequest & { readonly open: boolean },
  io: Io,
): Promise<ScopeResult> {
  return on(request, io, async (accounts, scope) => {
    await accounts.scope(scope)
    await accounts.putScope(scope, { public: open })
  })
}

/** Gives a user a role; without one takes him out. @throws usage; conflict for the last owner */
export function setMember(
  { user, role, ...request }: ScopeNameRequest & { readonly user: string; readonly role?: string },
  io: Io,
): Promise<ScopeResult> {
  const wanted = role === undefined ? undefined : checkedRole(role)
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(user)) {
    throw new SkillsError('usage', `Not a user name: ${displayShort(user, 80)}`)
  }
  return on(request, io, async (accounts, scope) => {
    if (wanted !== undefined) return accounts.putMember(scope, user, wanted)
    await accounts.removeMember(scope, user)
    return 'left'
  })
}

export interface TrustRequest extends ScopeNameRequest {
  readonly issuer: string
  /** `name=value` */
  readonly claims: readonly string[]
  /** `@scope/name`; absent means every skill of the scope. */
  readonly skill?: string
}

/** Trusts a CI job to publish. @throws usage for what is no claim or issuer; request_invalid for claims that prove nothing */
export function trustPublisher(
  { issuer, claims, skill, ...request }: TrustRequest,
  io: Io,
): Promise<ScopeResult> {
  const pairs = claims.map((claim): [string, string] => {
    const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(claim) ?? []
    if (name !== '') return [name, value]
    throw new SkillsError('usage', `Not a claim: ${displayShort(claim, 100)}`, {
      hint: 'write --claim repository_owner_id=1234567',
    })
  })
  const asked = publisherRequestSchema.safeParse({
    issuer,
    claims: Object.fromEntries(pairs),
    ...(skill !== undefined && { skill }),
  })
  if (!asked.success) {
    throw new SkillsError('usage', `Not a publisher: ${asked.error.issues[0]?.message ?? ''}`, {
      hint: 'give --issuer https://… and at least one --claim NAME=VALUE',
    })
  }
  return on(request, io, (accounts, scope) => accounts.addPublisher(scope, asked.data).then(() => {}))
}

/** Ends the trust, and the tokens that came of it. */
export function untrustPublisher(
  { id, ...request }: ScopeNameRequest & { readonly id: string },
  io: Io,
): Promise<ScopeResult> {
  if (!/^\d{1,15}$/.test(id)) {
    throw new SkillsError('usage', `Not the id of a trusted job: ${displayShort(id, 80)}`, {
      hint: '"skills scope info" shows the ids',
    })
  }
  return on(request, io, (accounts, scope) => accounts.removePublisher(scope, id))
}

/** Does the work, then tells what the scope is now. */
async function on(
  { scope, ...request }: ScopeNameRequest,
  io: Io,
  work: (accounts: AccountClient, scope: string) => Promise<void | 'left'>,
): Promise<ScopeResult> {
  const name = scope.startsWith('@') ? scope : `@${scope}`
  if (!SCOPE.test(name)) {
    throw new SkillsError('usage', `Not a scope: ${displayShort(scope, 80)}`, { hint: 'write @acme' })
  }
  const { registry, accounts } = await openAccounts(request, io)
  const changed = await work(accounts, name)
  const document = await accounts.scope(name).catch((error: unknown) => {
    // Who took himself out of a private scope does not see it any more.
    if (changed === 'left' && isSkillsError(error, 'not_found')) return undefined
    throw error
  })
  if (!document) return { registry, scope: name }
  // Only owners see whom a scope trusts.
  const publishers = await accounts.publishers(name).catch((error: unknown) => {
    if (isSkillsError(error, 'forbidden')) return undefined
    throw error
  })
  return { registry, ...document, ...(publishers && { publishers }) }
}

function checkedRole(role: string): Role {
  const read = roleSchema.safeParse(role)
  if (read.success) return read.data
  throw new SkillsError('usage', `Not a role: ${displayShort(role, 40)}`, {
    hint: 'use owner, maintainer or reader',
  })
}
