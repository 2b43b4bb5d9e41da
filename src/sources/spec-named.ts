// Sources that go by a name in a registry or an index: `oci://…`, `@scope/name`, `npm:…`, `well-known+https://…`.
// Pure: text to Spec and back. Never decides which registry a scope belongs to.
import { SkillsError } from '../errors/error.ts'
import { isRegistry, isRepository, isTag } from '../oci/reference.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { SCOPED_NAME } from '../registry/names.ts'
import type { NpmSpec, OciSpec, RegistrySpec, WellKnownSpec } from './source.ts'
import { checkedRange, formatFragment, type Fragment } from './spec-fragment.ts'
import { checkedUrl } from './spec-url.ts'

const OCI_DIGEST = /^sha256:[0-9a-f]{64}$/
const NPM_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/
const INDEX = /\/\.well-known\/(?:agent-)?skills(?:\/(?:index\.json)?)?$/

/** What keeps `name` from being `@scope/name` of a registry, as the end of a sentence. */
export function registryNameProblem(name: string): string | undefined {
  return SCOPED_NAME.test(name) ? undefined : 'is not @scope/name of a-z, 0-9 and single hyphens'
}

/** What keeps `name` from being the name of an npm package, as the end of a sentence. */
export function npmNameProblem(name: string): string | undefined {
  return NPM_NAME.test(name) && name.length <= 214 ? undefined : 'is not the name of an npm package'
}

/** What keeps the parts from being a place in an OCI registry, as the end of a sentence. */
export const ociProblems = {
  registry: (text: string) =>
    isRegistry(text.toLowerCase()) ? undefined : 'is not a host, with or without a port',
  repository: (text: string) => (isRepository(text) ? undefined : 'is not the name of an OCI repository'),
  tag: (text: string) => (isTag(text) ? undefined : 'is not an OCI tag'),
} as const

/**
 * `oci://host[:port]/repository[:tag][@sha256:HEX]`
 * @throws spec_invalid | spec_credentials
 */
export function parseOci(body: string, fragment: Fragment): OciSpec {
  only(fragment, ['subdir'], body)
  const [, registry = '', rest = ''] = /^oci:\/\/([^/]*)\/(.*)$/i.exec(body) ?? []
  if (registry.includes('@')) {
    throw new SkillsError('spec_credentials', `The source carries a user name: ${shown(body)}`, {
      hint: 'leave it out; docker login, podman login or skills login keeps the credential',
    })
  }
  const [place = '', digest, ...more] = rest.split('@')
  const colon = place.lastIndexOf(':')
  const repository = colon === -1 ? place : place.slice(0, colon)
  const tag = colon === -1 ? undefined : place.slice(colon + 1)
  const problem =
    ociProblems.registry(registry) ??
    ociProblems.repository(repository) ??
    (tag === undefined ? undefined : ociProblems.tag(tag)) ??
    (digest === undefined || OCI_DIGEST.test(digest) ? undefined : 'is not sha256: and 64 digits') ??
    (more.length === 0 ? undefined : 'names two digests')
  if (problem) throw invalid(body, `a part of it ${problem}`, 'write oci://host/repository:tag')
  return {
    kind: 'oci',
    registry: registry.toLowerCase(),
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...subdirOf(fragment),
  }
}

/** `@scope/name[@RANGE]`, with `#registry:URL` for one that no setting names. @throws spec_invalid | ref_invalid */
export function parseRegistry(body: string, fragment: Fragment): RegistrySpec {
  only(fragment, ['subdir', 'registry'], body)
  const at = body.indexOf('@', 1)
  const name = at === -1 ? body : body.slice(0, at)
  const problem = registryNameProblem(name)
  if (problem) throw invalid(body, `the name ${problem}`, 'write @scope/name or @scope/name@^1.2')
  return {
    kind: 'registry',
    name,
    ...(at !== -1 && { range: checkedRange(body.slice(at + 1)) }),
    ...(fragment.registry !== undefined && { registry: checkedRegistry(fragment.registry) }),
    ...subdirOf(fragment),
  }
}

/** `npm:package[@RANGE]` @throws spec_invalid | ref_invalid */
export function parseNpm(body: string, fragment: Fragment): NpmSpec {
  only(fragment, ['subdir'], body)
  const text = body.slice('npm:'.length)
  const at = text.indexOf('@', 1)
  const name = at === -1 ? text : text.slice(0, at)
  const problem = npmNameProblem(name)
  if (problem) throw invalid(body, `the name ${problem}`, 'write npm:package or npm:@scope/package@^1.2')
  return {
    kind: 'npm',
    name,
    ...(at !== -1 && { range: checkedRange(text.slice(at + 1)) }),
    ...subdirOf(fragment),
  }
}

/** A site with an index of skills: `https://host`, or `well-known+https://host/path`. @throws spec_invalid and others */
export function parseWellKnown(text: string, fragment: Fragment): WellKnownSpec {
  only(fragment, ['subdir', 'skill'], text)
  const url = checkedUrl(text.replace(/^well-known\+/i, ''))
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid(text, 'it is not a web address')
  if (url.search !== '') throw invalid(text, 'the address of a site with skills has no query')
  const path = url.pathname.replace(INDEX, '').replace(/(?<!\/)\/+$/, '')
  return {
    kind: 'well-known',
    url: `${url.origin}${path}`,
    ...(fragment.skill !== undefined && { skill: checkedSkill(fragment.skill) }),
    ...subdirOf(fragment),
  }
}

/** True for the address of a site itself or of its index of skills, which can be no repository. */
export function isSite(text: string, url: URL): boolean {
  // `https:///h` has no host, whatever a URL parser makes of it.
  if (!/^https?:\/\/[^/\\]/i.test(text)) return false
  return (/^\/*$/.test(url.pathname) || INDEX.test(url.pathname)) && url.search === ''
}

/** The canonical text of the four kinds. */
export function formatNamed(spec: OciSpec | RegistrySpec | NpmSpec | WellKnownSpec): string {
  switch (spec.kind) {
    case 'oci': {
      const { registry, repository, tag, digest, subdir } = spec
      const at = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
      return `oci://${registry}/${repository}${at}${formatFragment(subdir === undefined ? {} : { subdir })}`
    }
    case 'registry':
    case 'npm': {
      const { name, range, kind, ...rest } = spec
      return `${kind === 'npm' ? 'npm:' : ''}${name}${range === undefined ? '' : `@${range}`}${formatFragment(rest)}`
    }
    case 'well-known': {
      const { url, kind, ...rest } = spec
      return `${new URL(url).pathname === '/' ? '' : `${kind}+`}${url}${formatFragment(rest)}`
    }
  }
}

/** The same for people: where from and which version. Not yet made safe for a terminal. */
export function describeNamed(spec: OciSpec | RegistrySpec | NpmSpec | WellKnownSpec): string {
  switch (spec.kind) {
    case 'oci':
      return formatNamed({ ...spec, subdir: '' }).replace(/^oci:\/\/|#.*$/g, '')
    case 'registry':
      return spec.name + (spec.registry === undefined ? '' : ` of ${new URL(spec.registry).host}`)
    case 'npm':
      return `npm package ${spec.name}`
    case 'well-known':
      return spec.url.replace(/^https:\/\//, '') + (spec.skill === undefined ? '' : ` › ${spec.skill}`)
  }
}

/**
 * The base address of a registry: https:, or http: to this machine; without query and slash at the end.
 * @throws spec_invalid | spec_credentials | source_insecure
 */
export function checkedRegistry(text: string): string {
  const url = checkedUrl(text)
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.search !== '') {
    throw invalid(text, 'it is not the address of a registry', 'write https://skills.example.org')
  }
  return url.href.replace(/(?<!\/)\/+$/, '')
}

function checkedSkill(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name
  throw invalid(name, 'it is not the name of a skill')
}

function subdirOf({ subdir }: Fragment): { subdir?: string } {
  return subdir === undefined ? {} : { subdir }
}

function only(fragment: Fragment, allowed: readonly (keyof Fragment)[], text: string): void {
  const other = (Object.keys(fragment) as (keyof Fragment)[]).find((key) => !allowed.includes(key))
  if (other !== undefined) throw invalid(text, `#${other} means nothing for a source of this kind`)
}

function invalid(text: string, why: string, hint?: string): SkillsError {
  return new SkillsError('spec_invalid', `Not a source: ${shown(text)} (${why})`, {
    hint: hint ?? 'see skills add --help',
  })
}

function shown(text: string): string {
  return displayShort(redactUrl(text), 200)
}
