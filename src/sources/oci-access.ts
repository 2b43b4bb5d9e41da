// Who one is to an OCI registry: the token of `skills login` for that origin, else what Docker and Podman keep.
import { storedCredentials } from '../oci/credentials.ts'
import type { Credential as OciCredential, CredentialLookup } from '../oci/credential.ts'
import { registryUrl } from '../oci/session.ts'
import type { Settings } from '../platform/env.ts'
import { type Credential, credentialFor } from '../registry/credentials.ts'
import { TOKEN_USER } from '../registry/protocol.ts'

/** @throws credentials_invalid and permission_denied at a look-up, when a file or a helper cannot be used */
export function ociCredentials(settings: Settings): CredentialLookup {
  const stored = storedCredentials(settings)
  return async (registry, repository, signal) => {
    const login = credentialFor(registryUrl(registry).origin, settings)
    if (login) return asOciCredential(login)
    return stored(registry, repository, signal)
  }
}

/** A login to a registry as its distribution API takes it. */
export function asOciCredential({ user = TOKEN_USER, token }: Credential): OciCredential {
  return { kind: 'basic', username: user, password: token }
}
