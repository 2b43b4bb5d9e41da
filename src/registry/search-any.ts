// A search at whatever stands at an address: our own registry, one that speaks ClawHub's API, or a site with an index of
// skills. The answer's shape tells which; nothing is sent but the words.
import * as z from 'zod/mini'
import { isSkillsError } from '../errors/error.ts'
import { registryClient, type RegistryOptions, type SearchQuery } from './client.ts'
import { API_BASE, searchResultSchema } from './protocol.ts'
import { requestJson } from './request.ts'

/** One hit, wherever it is from. `source` is what `skills add` takes. */
export interface FoundSkill {
  readonly name: string
  readonly description: string
  readonly source: string
  readonly version?: string | undefined
  readonly downloads?: number | undefined
  readonly capabilities?: readonly string[] | undefined
  readonly signed?: boolean | undefined
  readonly certified?: boolean | undefined
  readonly deprecated?: string | undefined
}

export interface FoundSkills {
  readonly kind: 'registry' | 'clawhub' | 'well-known'
  readonly total: number
  readonly results: readonly FoundSkill[]
  readonly nextCursor?: string | undefined
}

const clawhubSchema = z.object({
  results: z.array(
    z.object({
      slug: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)),
      displayName: z.optional(z.nullable(z.string())),
      summary: z.optional(z.nullable(z.string())),
      version: z.optional(z.nullable(z.string())),
    }),
  ),
})

/**
 * Searches over `/api/v1/search`; undefined when nothing of the kind stands there.
 * @throws what `requestJson` throws, registry_invalid for an answer of neither shape
 */
export async function searchApi(
  query: SearchQuery,
  options: RegistryOptions,
): Promise<FoundSkills | undefined> {
  const base = options.registry.replace(/(?<!\/)\/+$/, '')
  const params = new URLSearchParams({ q: query.q, limit: String(query.limit ?? 20) })
  for (const key of ['scope', 'capability', 'signed', 'certified', 'cursor'] as const) {
    if (query[key] !== undefined) params.set(key, String(query[key]))
  }
  let value: unknown
  try {
    const url = new URL(`${base}${API_BASE}/search?${params.toString()}`)
    value = await requestJson({ method: 'GET', url, token: options.token }, options)
  } catch (error) {
    if (isSkillsError(error, 'not_found') || isSkillsError(error, 'registry_invalid')) return undefined
    throw error
  }
  const own = searchResultSchema.safeParse(value)
  if (own.success) {
    const { total, results, nextCursor } = own.data
    return {
      kind: 'registry',
      total,
      results: results.map(({ score: _score, updatedAt: _at, ...hit }) => ({ ...hit, source: hit.name })),
      nextCursor,
    }
  }
  const other = clawhubSchema.safeParse(value)
  if (other.success) {
    const results = other.data.results.map((hit): FoundSkill => ({
      name: hit.slug,
      description: hit.summary ?? hit.displayName ?? '',
      version: hit.version ?? undefined,
      source: clawhubSource(base, hit.slug, hit.version ?? undefined),
    }))
    return { kind: 'clawhub', total: results.length, results }
  }
  // The client says which field is not as it should be.
  await registryClient(options).search(query)
  return undefined
}

/** A version of ClawHub as the archive that it is downloaded as. */
function clawhubSource(base: string, slug: string, version: string | undefined): string {
  const params = new URLSearchParams({ slug, ...(version !== undefined && { version }) })
  return `archive+${base}${API_BASE}/download?${params.toString()}`
}
