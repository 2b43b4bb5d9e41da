// Names in OCI registries as text: `host[:port]/repository[:tag][@digest]`. Pure.
// Never guesses: a text outside the grammar of the distribution specification is refused, not repaired.
import { SkillsError } from '../errors/error.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { isDigest } from './digest.ts'

/** Where an artifact is. Without tag and digest the tag `latest` is meant. */
export interface Reference {
  /** `host[:port]`, lower case; `docker.io` for all names of Docker Hub. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  /** `sha256:<hex>` or `sha512:<hex>` of the manifest. */
  readonly digest?: string
}

const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`)
const REGISTRY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const DOCKER_HUB = /^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)$/

/**
 * Reads `host[:port]/repository[:tag][@digest]`, with or without `oci://` before it. The rules of Docker for short
 * names hold without `oci://`: a first part that has no dot and no port and is not `localhost` belongs to docker.io.
 * @throws spec_invalid | spec_credentials
 */
export function parseReference(text: string): Reference {
  const url = text.startsWith('oci://')
  const body = url ? text.slice('oci://'.length) : text
  const [place = '', digest, ...more] = body.split('@')
  const slash = place.indexOf('/')
  const first = slash === -1 ? '' : place.slice(0, slash)
  if (url && digest !== undefined && place.indexOf('/') === -1) {
    throw new SkillsError('spec_credentials', `The reference carries a user name: ${shown(text)}`, {
      hint: 'leave it out; docker login, podman login or skills login keeps the credential',
    })
  }
  const named = first === 'localhost' || /[.:]/.test(first)
  if (url && !named) throw invalid(text, 'it names no registry', 'write oci://host/repository:tag')
  const rest = named ? place.slice(slash + 1) : place
  const colon = rest.lastIndexOf(':')
  const path = colon === -1 ? rest : rest.slice(0, colon)
  const tag = colon === -1 ? undefined : rest.slice(colon + 1)
  const reference = {
    ...canonicalPlace({ registry: named ? first : 'docker.io', repository: path }),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  }
  const problem = more.length > 0 ? 'it names two digests' : referenceProblem(reference)
  if (problem !== undefined) throw invalid(text, problem)
  return reference
}

/** The text that `parseReference` reads back, without `oci://`. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  const at = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
  return `${registry}/${repository}${at}`
}

/** One name for each place: lower-case host, `docker.io`, and `library/` before its official images. */
export function canonicalPlace({ registry, repository }: Pick<Reference, 'registry' | 'repository'>): {
  readonly registry: string
  readonly repository: string
} {
  const host = registryName(registry)
  const official = host === 'docker.io' && !repository.includes('/')
  return { registry: host, repository: official ? `library/${repository}` : repository }
}

/** The host as references have it: lower case, and one name for Docker Hub. */
export function registryName(host: string): string {
  const lower = host.toLowerCase()
  return DOCKER_HUB.test(lower) ? 'docker.io' : lower
}

/** `host[:port]` of the registry's HTTP interface; Docker Hub has another than its name. */
export function apiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry
}

/** What keeps the parts from being a reference, as a sentence; undefined when nothing does. */
export function referenceProblem({ registry, repository, tag, digest }: Reference): string | undefined {
  if (!isRegistry(registry)) return 'its registry is not a host, with or without a port'
  if (!isRepository(repository) || registry.length + 1 + repository.length > 255) {
    return 'its repository is not of a-z, 0-9 and single separators, or too long'
  }
  if (tag !== undefined && !isTag(tag)) return 'its tag is not of letters, digits, dot, dash and underscore'
  if (digest !== undefined && !isDigest(digest))
    return 'its digest is not sha256: or sha512: and hexadecimal digits'
  return undefined
}

/** True for `host[:port]` in lower case. */
export function isRegistry(text: string): boolean {
  const [, port] = /:(\d+)$/.exec(text) ?? []
  return (
    REGISTRY.test(text) &&
    text.length <= 253 &&
    !text.includes('..') &&
    Number(port ?? 1) <= 65_535 &&
    port !== '0'
  )
}

/** True for the `<name>` of the distribution specification. */
export function isRepository(text: string): boolean {
  return text.length <= 255 && REPOSITORY.test(text)
}

/** True for a tag of the distribution specification. */
export function isTag(text: string): boolean {
  return TAG.test(text)
}

/** @throws spec_invalid when it is neither a tag nor a digest */
export function assertReference(reference: string): void {
  if (isTag(reference) || isDigest(reference)) return
  throw new SkillsError('spec_invalid', `Neither a tag nor a digest: ${displayShort(reference, 200)}`)
}

function invalid(text: string, why: string, hint?: string): SkillsError {
  return new SkillsError('spec_invalid', `Not an OCI reference: ${shown(text)} (${why})`, {
    hint: hint ?? 'write host/repository:tag or host/repository@sha256:…',
  })
}

function shown(text: string): string {
  return displayShort(redactUrl(text), 300)
}
