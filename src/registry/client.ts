// The catalogue API of a registry with types: every answer is held against the schema of the wire protocol, and against
// the name and version that were asked for. Never sends a token to another origin than the registry's.
import type * as z from 'zod/mini'
import type { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { checkedAnswer, invalidAnswer } from './answer.ts'
import {
  API_BASE,
  audienceSchema,
  exchangeSchema,
  searchResultSchema,
  skillDocumentSchema,
  versionDocumentSchema,
  versionSummarySchema,
  whoamiSchema,
  type SearchResult,
  type SkillDocument,
  type VersionDocument,
  type Whoami,
} from './protocol.ts'
import { requestJson, type JsonRequest, type RequestOptions } from './request.ts'

export interface RegistryOptions extends RequestOptions {
  /** Base address, `https://host[:port][/path]`. */
  readonly registry: string
  readonly token?: string | undefined
}

export interface SearchQuery {
  readonly q: string
  readonly scope?: string
  readonly capability?: string
  readonly signed?: boolean
  readonly certified?: boolean
  /** At most 100. */
  readonly limit?: number
  readonly cursor?: string
}

export interface RegistryClient {
  /** Base address without slash at the end. */
  readonly registry: string
  search(query: SearchQuery): Promise<SearchResult>
  /** @throws skill_not_found */
  skill(name: string): Promise<SkillDocument>
  /** @throws skill_not_found, version_not_found */
  version(name: string, version: string): Promise<VersionDocument>
  yank(name: string, version: string, reason: string): Promise<void>
  unyank(name: string, version: string): Promise<void>
  deprecate(name: string, message: string): Promise<void>
  undeprecate(name: string): Promise<void>
  whoami(): Promise<Whoami>
  /** The audience that the registry says a CI's identity token must be made for; not to be believed (audience.ts). */
  audience(): Promise<string>
  /** A CI's identity token for a short-lived publishing token. */
  exchange(idToken: string): Promise<{ readonly token: string; readonly expiresAt: string }>
}

/** A client of one registry; every method also throws what `requestJson` throws, and registry_invalid. */
export function registryClient(options: RegistryOptions): RegistryClient {
  const registry = options.registry.replace(/(?<!\/)\/+$/, '')
  const call = (method: JsonRequest['method'], path: string, body?: unknown): Promise<unknown> =>
    requestJson(
      { method, url: new URL(`${registry}${API_BASE}${path}`), token: options.token, body },
      options,
    )
  const skillPath = (name: string): string => `/skills/${name}`
  const versionPath = (name: string, version: string): string =>
    `${skillPath(name)}/versions/${encodeURIComponent(version)}`
  const bad = (path: string, problem: string): SkillsError =>
    invalidAnswer(`${registry}${API_BASE}${path}`, problem)
  const ask = async <T>(
    path: string,
    schema: z.ZodMiniType<T>,
    { method = 'GET', body }: { readonly method?: 'GET' | 'POST'; readonly body?: unknown } = {},
  ): Promise<T> => checkedAnswer(await call(method, path, body), schema, `${registry}${API_BASE}${path}`)
  return {
    registry,
    search: (query) => ask(`/search?${searchParams(query)}`, searchResultSchema),
    async skill(name) {
      const { readable, skipped } = readableVersions(await call('GET', skillPath(name)))
      const url = `${registry}${API_BASE}${skillPath(name)}`
      const document = checkedAnswer(readable, skillDocumentSchema, url)
      for (const problem of skipped) {
        options.report?.(`left out a version of ${displayShort(name, 150)} that cannot be read: ${problem}`)
      }
      if (document.name !== name)
        throw bad(skillPath(name), `it is about ${displayShort(document.name, 150)}`)
      return document
    },
    async version(name, version) {
      const path = versionPath(name, version)
      const document = await ask(path, versionDocumentSchema)
      if (document.name === name && document.version === version) return document
      throw bad(path, `it is about ${displayShort(`${document.name}@${document.version}`, 200)}`)
    },
    yank: async (name, version, reason) =>
      void (await call('POST', `${versionPath(name, version)}/yank`, { reason })),
    unyank: async (name, version) => void (await call('DELETE', `${versionPath(name, version)}/yank`)),
    deprecate: async (name, message) =>
      void (await call('POST', `${skillPath(name)}/deprecation`, { message })),
    undeprecate: async (name) => void (await call('DELETE', `${skillPath(name)}/deprecation`)),
    whoami: () => ask('/whoami', whoamiSchema),
    audience: async () => (await ask('/oidc/audience', audienceSchema)).audience,
    exchange: (token) => ask('/oidc/exchange', exchangeSchema, { method: 'POST', body: { token } }),
  }
}

/** The document with the versions that this program understands; one that it does not must not take the others with it. */
function readableVersions(value: unknown): {
  readonly readable: unknown
  readonly skipped: readonly string[]
} {
  if (typeof value !== 'object' || value === null || !('versions' in value)) {
    return { readable: value, skipped: [] }
  }
  const { versions } = value
  if (!Array.isArray(versions)) return { readable: value, skipped: [] }
  const skipped: string[] = []
  const kept = versions.filter((version: unknown) => {
    const result = versionSummarySchema.safeParse(version)
    if (result.success) return true
    const [issue] = result.error.issues
    skipped.push(
      displayShort(`${nameOf(version)}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, 200),
    )
    return false
  })
  return { readable: { ...value, versions: kept }, skipped }
}

function nameOf(version: unknown): string {
  const named = typeof version === 'object' && version !== null && 'version' in version ? version.version : ''
  return typeof named === 'string' ? named : 'one without a number'
}

function searchParams(query: SearchQuery): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, String(value))
  return params.toString()
}
