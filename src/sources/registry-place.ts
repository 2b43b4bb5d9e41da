// Which registry a scope belongs to, and a client for it. A scope belongs to one registry; there is no second try.
import { SkillsError } from '../errors/error.ts'
import { registryClient, type RegistryClient } from '../registry/client.ts'
import { credentialFor } from '../registry/credentials.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import type { RegistrySpec, SourceIo, SourcePolicy } from './source.ts'

const NONE: SourcePolicy = { registries: {} }

/**
 * The base address of the registry of a skill: what the spec itself names, the settings' one for its scope, or their
 * common one.
 * @throws registry_missing; registry_changed when the spec names another registry than the settings have for the scope
 */
export function registryOf(
  { name, registry }: Pick<RegistrySpec, 'name' | 'registry'>,
  io: SourceIo,
): string {
  const policy = io.policy?.() ?? NONE
  const scope = name.slice(0, name.indexOf('/'))
  const bound = Object.hasOwn(policy.registries, scope) ? policy.registries[scope] : undefined
  if (registry !== undefined && bound !== undefined && bound !== registry) {
    throw new SkillsError(
      'registry_changed',
      `${scope} belongs to ${shown(bound)} here, not to ${shown(registry)}`,
      {
        hint: `change registries."${scope}" in skills.json if that is meant`,
        details: { name, expected: shown(bound), actual: shown(registry) },
      },
    )
  }
  const found = registry ?? bound ?? policy.registry
  if (found !== undefined) return found
  throw new SkillsError('registry_missing', `No registry is known for ${scope}`, {
    hint: `set "registry" or "registries": {"${scope}": "https://…"} in skills.json, or pass --registry URL`,
    details: { name },
  })
}

/** A client with the token for exactly this registry. @throws offline */
export function clientOf(registry: string, io: SourceIo): RegistryClient {
  if (io.offline) {
    throw new SkillsError('offline', `The registry ${shown(registry)} cannot be asked: the network is off`, {
      hint: 'run the command again without --offline',
    })
  }
  const token = credentialFor(registry, io.settings)?.token
  return registryClient({ registry, token, signal: io.signal, report: (message) => io.report(message) })
}

function shown(registry: string): string {
  return displayShort(redactUrl(registry), 200)
}
