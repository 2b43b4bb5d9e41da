// The user's own tokens at a registry. The text of a new one is in the result, and kept nowhere.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { accountClient, type AccountClient } from '../registry/accounts.ts'
import { permissionSchema, type TokenList } from '../registry/protocol.ts'
import type { Io } from './io.ts'
import { openRegistry, type RegistryRequest } from './registry-access.ts'

/** The account client of a registry, for somebody who is logged in. @throws registry_missing, unauthorized */
export async function openAccounts(
  request: RegistryRequest & { readonly name?: string },
  io: Io,
): Promise<{ readonly registry: string; readonly accounts: AccountClient }> {
  const { registry, credential } = await openRegistry({ ...request, write: true }, io)
  const options = { registry, token: credential?.token, signal: io.signal, report: io.report }
  return { registry, accounts: accountClient(options) }
}

export interface TokensResult {
  readonly registry: string
  readonly tokens: TokenList['tokens']
}

export async function listTokens(request: RegistryRequest, io: Io): Promise<TokensResult> {
  const { registry, accounts } = await openAccounts(request, io)
  return { registry, ...(await accounts.tokens()) }
}

export interface CreateTokenRequest extends RegistryRequest {
  /** What it is for. */
  readonly label: string
  readonly permissions: readonly string[]
  readonly days?: number
}

export interface CreatedToken {
  readonly registry: string
  readonly id: string
  /** Shown this once. */
  readonly token: string
}

/** @throws usage for what is no permission; forbidden for more than the asking token may */
export async function createToken(
  { label, permissions, days, ...request }: CreateTokenRequest,
  io: Io,
): Promise<CreatedToken> {
  const wrong = permissions.find((permission) => !permissionSchema.safeParse(permission).success)
  if (wrong !== undefined) {
    throw new SkillsError('usage', `Not a permission: ${displayShort(wrong, 100)}`, {
      hint: 'use read, admin, publish:@scope/* or yank:@scope/*',
    })
  }
  const { registry, accounts } = await openAccounts(request, io)
  const created = await accounts.createToken({
    name: label,
    permissions: [...permissions],
    ...(days !== undefined && { expiresInDays: days }),
  })
  return { registry, ...created }
}

/** It ends at once, with the short-lived ones that OCI clients were given for it. @throws usage, not_found */
export async function revokeToken(
  { id, ...request }: RegistryRequest & { readonly id: string },
  io: Io,
): Promise<{ readonly registry: string; readonly id: string }> {
  if (!/^[\w-]{1,100}$/.test(id)) {
    throw new SkillsError('usage', `Not the id of a token: ${displayShort(id, 100)}`, {
      hint: '"skills token list" shows the ids',
    })
  }
  const { registry, accounts } = await openAccounts(request, io)
  await accounts.revokeToken(id)
  return { registry, id }
}
