// Whether a value from a lockfile is a Resolution that may be used: an immutable address, encrypted, without a secret,
// and inside its source. Strict: a field that this version does not know would be an address it does not understand.
import { isSha256Digest } from '../integrity/digest.ts'
import { pathProblem } from '../platform/path-name.ts'
import { displayText } from '../platform/text.ts'
import type { Kind } from '../sources/source.ts'
import { npmNameProblem, ociProblems, registryNameProblem } from '../sources/spec-named.ts'
import { isSecretParameter } from '../sources/spec-url.ts'
import { isObject, type JsonObject } from './json-text.ts'
import { nameProblem } from './skill-name.ts'

/** The field at fault, `''` for the whole, and what is wrong with it. */
export interface FieldProblem {
  readonly field: string
  readonly problem: string
}

/** What is wrong with a text, as the end of a sentence; undefined when nothing is. */
export type Check = (value: string) => string | undefined

export interface Fields {
  readonly required: Readonly<Record<string, Check>>
  readonly optional: Readonly<Record<string, Check>>
}

/** How each field of each kind is checked; the published schema is made from the same table. */
export const RESOLUTION_FIELDS = {
  path: { required: { path: localPathProblem }, optional: { subdir: pathProblem } },
  git: {
    required: { url: gitUrlProblem, commit: commitProblem },
    optional: { ref: refProblem, subdir: pathProblem },
  },
  archive: { required: { url: archiveUrlProblem, digest: digestProblem }, optional: { subdir: pathProblem } },
  oci: {
    required: { registry: ociProblems.registry, repository: ociProblems.repository, digest: digestProblem },
    optional: { tag: ociProblems.tag, subdir: pathProblem },
  },
  registry: {
    required: {
      registry: webUrlProblem,
      name: registryNameProblem,
      version: versionProblem,
      digest: digestProblem,
    },
    optional: { subdir: pathProblem },
  },
  npm: {
    required: {
      name: npmNameProblem,
      version: versionProblem,
      integrity: npmIntegrityProblem,
      url: webUrlProblem,
    },
    optional: { subdir: pathProblem },
  },
  'well-known': {
    required: {
      url: webUrlProblem,
      skill: nameProblem,
      type: indexTypeProblem,
      artifact: webUrlProblem,
      digest: digestProblem,
    },
    optional: { subdir: pathProblem },
  },
} satisfies Record<Kind, Fields>

/** What keeps `value` from being a Resolution, or undefined. */
export function resolutionProblem(value: unknown): FieldProblem | undefined {
  if (!isObject(value)) return { field: '', problem: 'is not an object' }
  const { kind } = value
  if (typeof kind !== 'string' || !isKind(kind)) {
    return { field: 'kind', problem: `is not one of ${Object.keys(RESOLUTION_FIELDS).join(', ')}` }
  }
  return fieldsProblem(value, RESOLUTION_FIELDS[kind])
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(RESOLUTION_FIELDS, kind)
}

function fieldsProblem(value: JsonObject, { required, optional }: Fields): FieldProblem | undefined {
  for (const field in required) {
    if (!Object.hasOwn(value, field)) return { field, problem: 'is missing' }
  }
  for (const field in value) {
    if (field === 'kind') continue
    const check = Object.hasOwn(required, field)
      ? required[field]
      : Object.hasOwn(optional, field)
        ? optional[field]
        : undefined
    if (!check) return { field, problem: 'is not a field of this kind' }
    const text = value[field]
    const problem = typeof text === 'string' ? check(text) : 'is not text'
    if (problem !== undefined) return { field, problem }
  }
  return undefined
}

function commitProblem(commit: string): string | undefined {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)
    ? undefined
    : 'is not 40 or 64 lower-case hexadecimal digits'
}

function digestProblem(digest: string): string | undefined {
  return isSha256Digest(digest) ? undefined : 'is not sha256: and 64 lower-case hexadecimal digits'
}

function versionProblem(version: string): string | undefined {
  return SEMVER.test(version) && version.length <= 256 ? undefined : 'is not a semantic version'
}

const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

function npmIntegrityProblem(integrity: string): string | undefined {
  return /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)
    ? undefined
    : 'is not sha512- and the base64 of 64 bytes'
}

function indexTypeProblem(type: string): string | undefined {
  return /^(?:skill-md|archive|files)$/.test(type) ? undefined : 'is not one of skill-md, archive, files'
}

/** What keeps a text from being a https: address, or a http: one of this machine, without a credential. */
export function webUrlProblem(url: string): string | undefined {
  return urlProblem(url, { ssh: false, file: false })
}

// The rules of git check-ref-format that matter when a name goes into a command line or a message.
const PLAIN_REF = /^refs\/(?:heads|tags)\/(?!.*\.lock(?:\/|$))[\w-]+(?:[./][\w-]+)*$/

function refProblem(ref: string): string | undefined {
  if (ref === 'HEAD' || PLAIN_REF.test(ref)) return undefined
  if (!/^refs\/[^/]/.test(ref)) return 'is neither HEAD nor a full ref such as refs/heads/main'
  const bad =
    ref.includes('..') ||
    ref.includes('@{') ||
    ref.includes('//') ||
    /[ ~^:?*[\\]|\.lock(?:\/|$)|[/.]$/.test(ref)
  return bad || displayText(ref) !== ref ? 'is not a valid git ref' : undefined
}

function localPathProblem(path: string): string | undefined {
  if (!isLocal(path)) return 'is neither absolute nor begins with ./, ../ or ~/'
  return displayText(path) === path ? undefined : 'holds a control or invisible character'
}

function isLocal(path: string): boolean {
  return /^(?:(?:\.{1,2}|~)(?:[/\\]|$)|[/\\]|[a-z]:[/\\])/i.test(path)
}

function gitUrlProblem(url: string): string | undefined {
  return urlProblem(url, { ssh: true, file: true })
}

function archiveUrlProblem(url: string): string | undefined {
  return isLocal(url) ? localPathProblem(url) : urlProblem(url, { ssh: false, file: true })
}

// The common case, decided without a URL object: https, a plain host, a plain path.
const PLAIN = /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/[a-z0-9._~/%+=,-]*$/i

function urlProblem(text: string, allow: { ssh: boolean; file: boolean }): string | undefined {
  if (PLAIN.test(text)) return undefined
  if (/[\s\\]/.test(text) || displayText(text) !== text)
    return 'holds a blank, backslash or invisible character'
  if (!URL.canParse(text)) return 'is not a URL'
  const url = new URL(text)
  if (url.password !== '') return 'carries a password'
  if ([...url.searchParams.keys()].some(isSecretParameter)) return 'carries a credential in its query'
  switch (url.protocol) {
    case 'https:':
      break
    case 'http:':
      if (!isLoopback(url.hostname)) return 'is http: to another machine, which is not encrypted'
      break
    case 'ssh:':
      if (!allow.ssh) return 'is not https:, file: or a path'
      if (url.hostname.startsWith('-') || decodesToDash(url.username)) return 'would be read as an option'
      return url.hostname === '' ? 'names no host' : undefined
    case 'file:':
      if (!allow.file) return 'is not https:'
      if (url.hostname !== '') return 'is a file: URL with a host'
      return undefined
    default:
      return `has the scheme ${displayText(url.protocol)} which is not supported`
  }
  return url.username === '' ? undefined : 'carries a user name'
}

function decodesToDash(username: string): boolean {
  return /^(?:-|%2d)/i.test(username)
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
