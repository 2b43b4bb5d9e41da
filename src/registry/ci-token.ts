// Trusted publishing: the identity token of a CI job is exchanged for a publishing token that lives for minutes. Nothing
// of it is stored; the job's own request token goes to the CI's address alone.
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { displayShort } from '../platform/text.ts'
import { audienceOf } from './audience.ts'
import { registryClient, type RegistryOptions } from './client.ts'
import { requestJson } from './request.ts'

/** True in a GitHub Actions job that may ask for identity tokens (`permissions: id-token: write`). */
export function hasCiIdentity({ env }: Pick<Settings, 'env'>): boolean {
  return Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
}

/**
 * A publishing token for the registry, from the identity of this CI job, which is asked for with the registry's own
 * audience and no other.
 * @throws audience_refused when the registry wants a token for another audience; unauthorized; forbidden when the registry
 *   knows no such publisher or its own address; fetch_failed
 */
export async function ciToken(
  options: Omit<RegistryOptions, 'token'>,
  { env }: Pick<Settings, 'env'>,
): Promise<{ readonly token: string; readonly expiresAt: string }> {
  const client = registryClient(options)
  const audience = audienceOf(options.registry)
  const wanted = await client.audience()
  if (wanted !== audience) throw foreignAudience(options.registry, { wanted, audience })
  const url = new URL(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? '')
  url.searchParams.set('audience', audience)
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

function foreignAudience(
  registry: string,
  { wanted, audience }: { readonly wanted: string; readonly audience: string },
): SkillsError {
  const shown = displayShort(wanted, 200)
  return new SkillsError(
    'audience_refused',
    `${displayShort(registry, 200)} wants an identity token of this job for ${shown}, not for itself (${audience})`,
    {
      hint: 'name the registry by its public address; if you did, its operator must set --public-url to that, or it is not to be trusted',
      details: { registry: displayShort(registry, 200), wanted: shown, audience },
    },
  )
}
