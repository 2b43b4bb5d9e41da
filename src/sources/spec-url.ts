// What a URL of a source may look like. Pure; never opens anything, never lets a credential through.
import { SkillsError } from '../errors/error.ts'
import { displayShort, redactUrl } from '../platform/text.ts'

const ARCHIVE = /\.(?:tar\.gz|tgz|tar|zip)$/i
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|\[[0-9a-f:.]+\])$/
const SSH_USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/** True for a name that ends as an archive does: .tar.gz, .tgz, .tar, .zip. */
export function isArchiveName(name: string): boolean {
  return ARCHIVE.test(name)
}

/** True for localhost, 127.0.0.0/8 and ::1, where plain http cannot be overheard. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/**
 * A normalised https:, ssh:, file: or loopback http: URL, without fragment.
 * @throws spec_invalid | spec_credentials | source_insecure
 */
export function checkedUrl(text: string): URL {
  const shown = displayShort(redactUrl(text), 200)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw new SkillsError('spec_invalid', `Not a URL: ${shown}`, { hint: 'see skills add --help' })
  // A decoded newline ends a line of git's credential protocol; nothing honest needs one.
  if (/%(?:[01][0-9a-f]|7f)/i.test(text)) {
    throw new SkillsError('spec_invalid', `The URL holds an encoded control character: ${shown}`)
  }
  refuseInsecure(url, shown)
  refuseCredentials(url, shown)
  if (url.protocol === 'file:') {
    if (url.hostname !== '' || url.search !== '') {
      throw new SkillsError('spec_invalid', `A file URL names no host and no query: ${shown}`, {
        hint: 'write file:///absolute/path',
      })
    }
  } else if (!HOST.test(url.hostname)) {
    throw new SkillsError('spec_invalid', `The URL has no acceptable host: ${shown}`)
  }
  url.hash = ''
  return url
}

function refuseInsecure(url: URL, shown: string): void {
  switch (url.protocol) {
    case 'https:':
    case 'ssh:':
    case 'file:':
      return
    case 'http:':
      if (isLoopback(url.hostname)) return
      break
    case 'git:':
      break
    default:
      throw new SkillsError('spec_invalid', `Sources of this kind are not supported: ${shown}`, {
        hint: 'use an https:, ssh: or file: URL, owner/repo, or a path such as ./folder',
      })
  }
  throw new SkillsError('source_insecure', `${url.protocol} is not encrypted: ${shown}`, {
    hint: 'use https: or ssh:',
  })
}

// What hosts call the secrets that they take in a query: GitLab, Azure, S3 and its kin, Google, and everybody's token.
const SECRET_PARAMETER =
  /^(?:(?:.*[-_.])?(?:token|secret|password|passwd|pwd|signature|credential|api[-_]?key|jwt)|apikey|auth|authorization|sig|awsaccesskeyid)$/i

/** True for a query parameter whose value proves who asks, and so must not be written down. */
export function isSecretParameter(name: string): boolean {
  return SECRET_PARAMETER.test(name)
}

function refuseCredentials(url: URL, shown: string): void {
  const secret = [...url.searchParams.keys()].find(isSecretParameter)
  if (secret !== undefined) {
    throw new SkillsError('spec_credentials', `The URL carries a credential in its query: ${shown}`, {
      hint: `leave out "${displayShort(secret, 40)}"; for a private repository use a git source`,
    })
  }
  const user = url.protocol === 'ssh:' && url.password === '' ? url.username : ''
  if (url.password === '' && url.username === user) {
    if (user === '' || SSH_USER.test(user)) return
    throw new SkillsError('spec_invalid', `The user name of the URL is not acceptable: ${shown}`)
  }
  throw new SkillsError('spec_credentials', `The URL carries a user name or password: ${shown}`, {
    hint: 'leave it out; git asks your credential helper or SSH agent',
  })
}

/** A place inside a repository as a forge's web page names it. */
export interface WebPlace {
  readonly url: string
  readonly ref?: string
  readonly subdir?: string
}

/** Forges whose https://HOST/owner/repo is a repository, with `.git` added. */
const FORGES = new Set(['github.com', 'gitlab.com', 'codeberg.org', 'bitbucket.org'])

/** True for a forge whose pages `webPlace` knows. */
export function isForge(url: URL): boolean {
  return FORGES.has(url.hostname)
}

/**
 * Reads the address of a forge's page: a repository, a folder of it (`/tree/REF/PATH`) or a file (`/blob/REF/PATH`,
 * which stands for its folder). The first part after `tree` is the ref, unless it is written `refs/heads/…`.
 */
export function webPlace(url: URL): WebPlace | undefined {
  const parts = url.pathname.split('/').filter(Boolean).map(decodePart)
  const repo = (count: number) => {
    const path = parts.slice(0, count).map(encodePart).join('/')
    return `${url.origin}/${path.endsWith('.git') ? path : `${path}.git`}`
  }
  const dash = parts.indexOf('-')
  if (dash >= 2 && /^(?:tree|blob|raw)$/.test(parts[dash + 1] ?? '')) {
    return place(repo(dash), parts[dash + 1] ?? '', parts.slice(dash + 2))
  }
  if (!FORGES.has(url.hostname)) return undefined
  const [, , view, kind] = parts
  if (url.hostname !== 'gitlab.com' && parts.length > 2) {
    if (view === 'tree' || view === 'blob') return place(repo(2), view, parts.slice(3))
    if (view === 'src' && (kind === 'branch' || kind === 'tag' || kind === 'commit')) {
      return place(repo(2), 'tree', parts.slice(4))
    }
    if (view === 'src') return place(repo(2), 'tree', parts.slice(3))
    return undefined
  }
  return parts.length >= 2 ? { url: repo(parts.length) } : undefined
}

function place(url: string, view: string, rest: readonly string[]): WebPlace {
  const refParts = rest[0] === 'refs' && (rest[1] === 'heads' || rest[1] === 'tags') ? 3 : 1
  const ref = rest.slice(0, refParts).join('/')
  const path = rest.slice(refParts)
  const subdir = (view === 'tree' ? path : path.slice(0, -1)).join('/')
  return { url, ...(ref && { ref }), ...(subdir && { subdir }) }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll('%40', '@').replaceAll('%2B', '+').replaceAll('%3A', ':')
}
