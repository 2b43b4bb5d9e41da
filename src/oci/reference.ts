// Names in OCI registries: the grammar of the distribution specification, and one name for each place. Pure.
// `sources/spec-named.ts` reads references that a person wrote.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
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

/** The text of a reference, without `oci://`. */
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
