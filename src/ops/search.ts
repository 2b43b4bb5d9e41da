// Looks for skills in a registry, in one that speaks ClawHub's API, or in the index of a site.
import { SkillsError } from '../errors/error.ts'
import { displayText } from '../platform/text.ts'
import { searchApi, type FoundSkill, type FoundSkills } from '../registry/search-any.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import type { Io } from './io.ts'
import { listSpec, sourceIo } from './open-source.ts'
import { openRegistry, type RegistryRequest } from './registry-access.ts'
import { findScope } from './scope.ts'

export interface SearchRequest extends RegistryRequest {
  readonly query: string
  /** `@scope` */
  readonly scope?: string
  readonly capability?: string
  readonly signed?: boolean
  readonly certified?: boolean
  /** 1 to 100; default 20. */
  readonly limit?: number
  readonly cursor?: string
}

export interface SearchResult extends FoundSkills {
  readonly registry: string
  readonly query: string
}

/** @throws registry_missing, usage, and what asking throws; source_not_found when nothing there can be searched */
export async function search(request: SearchRequest, io: Io): Promise<SearchResult> {
  const { query, registry: typed, global, ...filters } = request
  const { limit } = filters
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 100)) {
    throw new SkillsError('usage', '--limit is not a number from 1 to 100')
  }
  const access = await openRegistry(
    { ...(typed !== undefined && { registry: typed }), ...(global !== undefined && { global }) },
    io,
  )
  const { registry, credential } = access
  io.report(`searching ${displayText(registry)}`)
  const options = { registry, token: credential?.token, signal: io.signal, report: io.report }
  const found =
    (await searchApi({ q: query, ...filters }, options)) ?? (await searchIndex(registry, request, io))
  const common = access.registry === commonRegistry(io, request)
  const results = found.results.map((hit) => (common ? hit : withRegistry(hit, registry, found.kind)))
  return { registry, query, ...found, results }
}

/** The registry that `@scope/name` means without a word about it. */
function commonRegistry(io: Io, { global }: SearchRequest): string | undefined {
  return sourceIo(io, findScope(io.settings, global)).policy?.().registry
}

/** A hit in a registry that nothing names has to say where it is. */
function withRegistry(hit: FoundSkill, registry: string, kind: FoundSkills['kind']): FoundSkill {
  if (kind !== 'registry') return hit
  return { ...hit, source: formatSpec({ kind: 'registry', name: hit.name, registry }) }
}

/** Every word has to stand in the name or the description. */
async function searchIndex(
  site: string,
  { query, limit = 20, global }: SearchRequest,
  io: Io,
): Promise<FoundSkills> {
  const spec = parseSpec(`well-known+${site}`)
  const listed = (await listSpec(spec, sourceIo(io, findScope(io.settings, global)))) ?? []
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const hits = listed.filter(({ name, description }) => {
    const text = `${name} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return {
    kind: 'well-known',
    total: hits.length,
    results: hits.slice(0, limit).map(({ name, description, spec: own }) => ({
      name,
      description,
      source: formatSpec(own),
    })),
  }
}
