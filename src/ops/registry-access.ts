// Which registry a command speaks to, and with which credential: what the user typed, else what the settings say.
import { SkillsError } from '../errors/error.ts'
import { displayText } from '../platform/text.ts'
import { ciToken, hasCiIdentity } from '../registry/ci-token.ts'
import { registryClient, type RegistryClient } from '../registry/client.ts'
import { credentialFor, type Credential } from '../registry/credentials.ts'
import { registryOf } from '../sources/registry-place.ts'
import { checkedRegistry } from '../sources/spec-named.ts'
import type { Io, ScopeRequest } from './io.ts'
import { sourceIo } from './open-source.ts'
import { findScope } from './scope.ts'
import { shellCommand } from '../platform/shell.ts'

export interface RegistryRequest extends ScopeRequest {
  /** Base address, as typed. */
  readonly registry?: string
}

export interface RegistryAccess {
  readonly registry: string
  readonly client: RegistryClient
  readonly credential: Credential | undefined
}

/**
 * The registry of a skill (`@scope/name`), or the common one.
 * @throws registry_missing, registry_changed, source_insecure, credentials_invalid
 */
export function chooseRegistry({ registry, global }: RegistryRequest, io: Io, name?: string): string {
  const typed = registry === undefined ? undefined : checkedRegistry(registry)
  const from = sourceIo(io, findScope(io.settings, global))
  if (name !== undefined) return registryOf({ name, ...(typed !== undefined && { registry: typed }) }, from)
  const found = typed ?? from.policy?.().registry
  if (found !== undefined) return found
  throw new SkillsError('registry_missing', 'No registry is named', {
    hint: 'pass --registry URL, or set "registry" in skills.json or SKILLWARD_REGISTRY',
  })
}

/** A client with the stored credential; in a CI job that can prove who it is, `write` gets a short-lived token. */
export async function openRegistry(
  request: RegistryRequest & { readonly name?: string; readonly write?: boolean },
  io: Io,
): Promise<RegistryAccess> {
  const registry = chooseRegistry(request, io, request.name)
  const typed = request.registry === undefined ? undefined : registry
  const options = { registry, signal: io.signal, report: io.report }
  let credential = credentialFor(registry, io.settings, typed)
  if (!credential && request.write && hasCiIdentity(io.settings)) {
    io.report(`asking ${displayText(registry)} for a publishing token`)
    credential = await ciToken(options, io.settings)
  }
  if (!credential && request.write) {
    throw new SkillsError('unauthorized', `Nobody is logged in to ${displayText(registry)}`, {
      hint: `run "${shellCommand('skills login --registry', registry)}", or set SKILLWARD_TOKEN and SKILLWARD_REGISTRY`,
    })
  }
  return { registry, credential, client: registryClient({ ...options, token: credential?.token }) }
}
