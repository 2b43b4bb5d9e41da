// The index of skills of a site: where it may stand, and its two forms (v0.2 with digests, v0.1 with lists of files).
// What it says is untrusted: entries that cannot be used are left out, addresses are held to the rules below.
import { SkillsError } from '../errors/error.ts'
import { isSha256Digest } from '../integrity/digest.ts'
import { isLoopbackHost, isPrivateHost } from '../platform/http-redirect.ts'
import { LIMITS } from '../platform/limits.ts'
import { pathCollision, pathProblem } from '../platform/path-name.ts'
import { displayShort, redactUrl } from '../platform/text.ts'

/** One usable skill of an index. */
export interface IndexEntry {
  readonly name: string
  readonly description: string
  readonly type: 'skill-md' | 'archive' | 'files'
  /** Address of the file, or of the folder that `files` start from; with a slash at the end then. */
  readonly artifact: string
  /** What the index says the file has; absent for `files`. */
  readonly digest?: string
  readonly files?: readonly string[]
}

export interface SiteIndex {
  /** Where it was found. */
  readonly url: string
  readonly entries: readonly IndexEntry[]
  /** What was left out, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

const KNOWN_SCHEMA = /^https:\/\/schemas\.agentskills\.io\/discovery\/0\.2\.\d+\/schema\.json$/
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const MAX_ENTRIES = 10_000
const MAX_FILES = 1_000

/** The addresses at which the index of a site may stand, in the order in which they are asked. */
export function indexUrls(site: string): string[] {
  const { origin } = new URL(site)
  const bases = [...new Set([site.replace(/(?<!\/)\/+$/, ''), origin])]
  return ['agent-skills', 'skills'].flatMap((folder) =>
    bases.map((base) => `${base}/.well-known/${folder}/index.json`),
  )
}

/**
 * Reads an index. An entry is of v0.2 when it has `url` and `digest`, of v0.1 when it has `files`.
 * @throws index_invalid for what is no index, or one of a form that this program does not know
 */
export function parseIndex(bytes: Uint8Array, url: string): SiteIndex {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw invalid(url, 'it is not JSON')
  }
  if (!isRecord(value) || !Array.isArray(value.skills)) throw invalid(url, 'it has no list of skills')
  const { $schema: schema, skills } = value
  if (schema !== undefined && !(typeof schema === 'string' && KNOWN_SCHEMA.test(schema))) {
    throw invalid(url, `its form is unknown: ${displayShort(JSON.stringify(schema), 120)}`)
  }
  if (skills.length > MAX_ENTRIES) throw invalid(url, `it lists more than ${MAX_ENTRIES} skills`)
  const entries = new Map<string, IndexEntry>()
  const skipped: { name: string; reason: string }[] = []
  for (const item of skills) {
    const name = isRecord(item) && typeof item.name === 'string' ? displayShort(item.name, 80) : 'an entry'
    const read = readEntry(item, url)
    if ('reason' in read) skipped.push({ name, reason: read.reason })
    else if (entries.has(read.name.toLowerCase())) skipped.push({ name, reason: 'is listed twice' })
    else entries.set(read.name.toLowerCase(), read)
  }
  return { url, entries: [...entries.values()], skipped }
}

type Read = IndexEntry | { readonly reason: string }

function readEntry(item: unknown, index: string): Read {
  if (!isRecord(item)) return { reason: 'is not an object' }
  const { name, description } = item
  if (typeof name !== 'string' || !NAME.test(name) || name.endsWith('.'))
    return { reason: 'has no usable name' }
  if (typeof description !== 'string' || description === '') return { reason: 'has no description' }
  const shared = { name, description: description.slice(0, 2_000) }
  if (Array.isArray(item.files)) return readFiles(shared, item.files, index)
  const { type, url, digest } = item
  if (type !== 'skill-md' && type !== 'archive') return { reason: 'is of an unknown type' }
  if (typeof digest !== 'string' || !isSha256Digest(digest)) return { reason: 'has no sha256 digest' }
  const artifact = typeof url === 'string' && URL.canParse(url, index) ? new URL(url, index) : undefined
  if (!artifact) return { reason: 'has no address' }
  artifact.hash = ''
  const problem = artifactProblem(artifact, new URL(index))
  return problem === undefined ? { ...shared, type, artifact: artifact.href, digest } : { reason: problem }
}

function readFiles(
  shared: { readonly name: string; readonly description: string },
  list: readonly unknown[],
  index: string,
): Read {
  if (list.length > MAX_FILES) return { reason: `has more than ${MAX_FILES} files` }
  const files = list.filter((file): file is string => typeof file === 'string')
  const bad = files.find((file) => pathProblem(file) !== undefined)
  if (files.length < list.length || bad !== undefined) return { reason: 'names a file outside of its folder' }
  if (!files.includes('SKILL.md')) return { reason: 'has no SKILL.md' }
  const collision = pathCollision(files)
  if (collision) return { reason: 'names two files that are one on some systems' }
  const artifact = new URL(`${encodeURIComponent(shared.name)}/`, index).href
  return { ...shared, type: 'files', artifact, files: files.toSorted() }
}

/**
 * Why the content of an index may not be at an address, as the end of a sentence: no encryption, a credential, or a way
 * from the internet into a private network.
 */
export function artifactProblem(artifact: URL, index: URL): string | undefined {
  if (artifact.protocol !== 'https:' && artifact.protocol !== 'http:') return `uses ${artifact.protocol}`
  if (artifact.protocol === 'http:' && !isLoopbackHost(artifact.hostname)) return 'is not encrypted'
  if (artifact.username !== '' || artifact.password !== '') return 'carries a credential'
  if (artifact.href.length > LIMITS.pathBytes * 4) return 'has too long an address'
  if (isPrivateHost(artifact.hostname) && !isPrivateHost(index.hostname)) {
    return 'leads from the internet to a private address'
  }
  return undefined
}

function invalid(url: string, problem: string): SkillsError {
  return new SkillsError(
    'index_invalid',
    `The index at ${displayShort(redactUrl(url), 300)} is not usable: ${problem}`,
    {
      hint: 'ask the owner of the site; an index is described at agentskills.io',
      details: { url: displayShort(redactUrl(url), 300) },
    },
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
