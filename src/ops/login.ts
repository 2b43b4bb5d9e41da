// Logging in to a registry and out of it, and who one is there. A token is only kept once the registry knows it.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { registryClient } from '../registry/client.ts'
import { checkedToken, credentialsPath, removeCredential, saveCredential } from '../registry/credentials.ts'
import type { Whoami } from '../registry/protocol.ts'
import type { Io } from './io.ts'
import { chooseRegistry, openRegistry, type RegistryRequest } from './registry-access.ts'

export interface LoginRequest extends RegistryRequest {
  /** Read the token from stdin instead of asking for it. */
  readonly stdin?: boolean
}

export interface LoginResult {
  readonly registry: string
  readonly user: string
  /** Where the token is kept. */
  readonly file: string
}

/** @throws usage when no token can be had, unauthorized when the registry does not know it */
export async function login({ stdin, ...request }: LoginRequest, io: Io): Promise<LoginResult> {
  const registry = chooseRegistry(request, io)
  const token = checkedToken(await askToken(registry, stdin === true, io), 'the token')
  const client = registryClient({ registry, token, signal: io.signal, report: io.report })
  const who = await client.whoami().catch((error: unknown) => {
    throw isSkillsError(error, 'unauthorized') ? unknownToken(registry) : error
  })
  const { expiresAt } = who.token
  saveCredential(
    registry,
    { token, user: who.user, ...(expiresAt !== undefined && { expiresAt }) },
    io.settings,
  )
  return { registry, user: who.user, file: credentialsPath(io.settings) }
}

function unknownToken(registry: string): SkillsError {
  return new SkillsError('unauthorized', `${displayShort(registry, 200)} does not know this token`, {
    hint: 'copy it whole; it may also have expired, been revoked, or belong to another registry',
  })
}

async function askToken(registry: string, stdin: boolean, io: Io): Promise<string> {
  if (stdin && io.input) return io.input()
  if (!stdin && io.ask) return io.ask.secret(`Token for ${displayShort(registry, 200)}`)
  throw new SkillsError('usage', 'There is no terminal to ask for the token', {
    hint: 'pipe it in: skills login --token-stdin < FILE; or set SKILLWARD_TOKEN and SKILLWARD_REGISTRY',
  })
}

export interface LogoutResult {
  readonly registry: string
  /** False when nobody was logged in. */
  readonly removed: boolean
}

export async function logout(request: RegistryRequest, io: Io): Promise<LogoutResult> {
  const registry = chooseRegistry(request, io)
  return { registry, removed: removeCredential(registry, io.settings) }
}

export interface WhoamiResult extends Whoami {
  readonly registry: string
}

/** @throws unauthorized when nobody is logged in */
export async function whoami(request: RegistryRequest, io: Io): Promise<WhoamiResult> {
  const { registry, client } = await openRegistry({ ...request, write: true }, io)
  return { registry, ...(await client.whoami()) }
}
