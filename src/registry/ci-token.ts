// Trusted publishing: the identity token of a CI job is exchanged for a publishing token that lives for minutes. Nothing
// of it is stored; the job's own request token goes to the CI's address alone.
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { registryClient, type RegistryOptions } from './client.ts'
import { requestJson } from './request.ts'

/** True in a GitHub Actions job that may ask for identity tokens (`permissions: id-token: write`). */
export function hasCiIdentity({ env }: Pick<Settings, 'env'>): boolean {
  return Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
}

/**
 * A publishing token for the registry, from the identity of this CI job.
 * @throws unauthorized, forbidden when the registry knows no such publisher; fetch_failed
 */
export async function ciToken(
  options: Omit<RegistryOptions, 'token'>,
  { env }: Pick<Settings, 'env'>,
): Promise<{ readonly token: string; readonly expiresAt: string }> {
  const client = registryClient(options)
  const url = new URL(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? '')
  url.searchParams.set('audience', await client.audience())
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN
  const answer = await requestJson({ method: 'GET', url, token }, options)
  const { value } = (answer ?? {}) as { value?: unknown }
  if (typeof value !== 'string') {
    throw new SkillsError('unauthorized', 'The CI gave no identity token', {
      hint: 'give the job "permissions: id-token: write"',
    })
  }
  return client.exchange(value)
}
