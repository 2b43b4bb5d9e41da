// Who one is to an OCI registry: the token of `skills login` for that origin, else what Docker and Podman keep.
import { storedCredentials } from '../oci/credentials.ts'
import type { CredentialLookup } from '../oci/credential.ts'
import { registryUrl } from '../oci/session.ts'
import type { Settings } from '../platform/env.ts'
import { credentialFor } from '../registry/credentials.ts'

/** @throws credentials_invalid and permission_denied at a look-up, when a file or a helper cannot be used */
export function ociCredentials(settings: Settings): CredentialLookup {
  const stored = storedCredentials(settings)
  return async (registry, repository, signal) => {
    const login = credentialFor(registryUrl(registry).origin, settings)
    // Our own registry takes a token as the password of anybody.
    if (login) return { kind: 'basic', username: login.user ?? 'token', password: login.token }
    return stored(registry, repository, signal)
  }
}
