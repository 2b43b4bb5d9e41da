// What identifies somebody to a registry. Pure; a secret is only ever put into a header or a form.
import { isSkillsError, type SkillsError } from '../errors/error.ts'

/** `identity` is a refresh token for the token service, `bearer` a token to send to the registry as it is. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity'; readonly token: string }
  | { readonly kind: 'bearer'; readonly token: string }

/**
 * Finds the credential for a repository when a registry asks for one; undefined means anonymous.
 * @param registry as in a `Reference`
 */
export type CredentialLookup = (
  registry: string,
  repository: string,
  signal?: AbortSignal,
) => Promise<Credential | undefined>

/** Text that may stand in a header: something in it, and no control characters. */
export function isSecret(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= 64 * 1024 &&
    !/[\u0000-\u001f\u007f]/.test(value)
  )
}

/** The value of Authorization for a user name and a password. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** True for an error that says that there may be a credential, but it cannot be had. */
export function isCredentialProblem(error: unknown): error is SkillsError {
  return isSkillsError(error, 'credentials_invalid') || isSkillsError(error, 'permission_denied')
}
