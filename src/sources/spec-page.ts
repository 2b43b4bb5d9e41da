// Where in which repository the web page of a code host leads: GitHub, GitLab, Bitbucket, Gitea, Forgejo, Azure Repos.
// Pure; which part of a page's path is the branch only the repository can tell (git-page.ts).
import { isCommitId } from './spec-fragment.ts'

/** A place inside a repository as a page names it. */
export interface WebPlace {
  readonly url: string
  readonly ref?: string
  readonly subdir?: string
  /** What follows `/tree/`: a ref and a folder, where the ref may have more parts than `ref` has. */
  readonly page?: string
}

/** Hosts whose https://HOST/owner/repo is a repository, with `.git` added. */
const FORGES = new Set(['github.com', 'gitlab.com', 'codeberg.org', 'bitbucket.org'])
/** Hosts that serve the files of another one's repositories. */
const RAW_HOSTS: ReadonlyMap<string, string> = new Map([['raw.githubusercontent.com', 'github.com']])
const SKILL_MD = /^skill\.md$/i

/** True for a host whose pages `webPlace` knows. */
export function isForge(url: URL): boolean {
  return FORGES.has(hostOf(url))
}

/** True for text that begins with a host that is known to have repositories, written without `https://`. */
export function isBareForge(text: string): boolean {
  const host =
    /^([^/]+)\/./
      .exec(text)?.[1]
      ?.toLowerCase()
      .replace(/^www\./, '') ?? ''
  return FORGES.has(host) || RAW_HOSTS.has(host) || host === 'dev.azure.com'
}

/**
 * Reads the address of a page: a repository, a folder of it (`/tree/REF/PATH`) or a file (`/blob/REF/PATH`, which stands
 * for its folder). The first part after `tree` is taken for the ref, unless it is written `refs/heads/…`.
 */
export function webPlace(url: URL): WebPlace | undefined {
  const parts = url.pathname.split('/').filter(Boolean).map(decodePart)
  const repo = (count: number): string => {
    const path = parts.slice(0, count).map(encodePart).join('/')
    return `${url.protocol}//${hostOf(url)}/${path.endsWith('.git') ? path : `${path}.git`}`
  }
  const azure = parts.indexOf('_git')
  if (azure > 0 && parts.length === azure + 2) return azurePlace(url, parts)
  const dash = parts.indexOf('-')
  if (dash >= 2 && isView(parts[dash + 1])) {
    return place(repo(dash), parts[dash + 1] ?? '', parts.slice(dash + 2))
  }
  const [owner = '', name = '', view = '', kind = ''] = parts
  const raw = RAW_HOSTS.get(url.hostname)
  if (raw !== undefined && SKILL_MD.test(parts.at(-1) ?? '') && parts.length > 3) {
    const at = `https://${raw}/${encodePart(owner)}/${encodePart(name)}.git`
    return place(at, 'raw', parts.slice(2))
  }
  const branch = /^(?:branch|tag|commit)$/.test(kind)
  if (parts.length > 4 && (view === 'src' || view === 'raw') && branch) {
    return place(repo(2), view === 'src' ? 'tree' : view, parts.slice(4))
  }
  if (parts.length > 3 && isView(view)) return place(repo(2), view, parts.slice(3))
  if (!isForge(url)) return undefined
  if (hostOf(url) === 'gitlab.com') return parts.length >= 2 ? { url: repo(parts.length) } : undefined
  if (view === 'src') return place(repo(2), 'tree', parts.slice(branch ? 4 : 3))
  return parts.length === 2 || (parts.length === 3 && isView(view)) ? { url: repo(2) } : undefined
}

function isView(part: string | undefined): boolean {
  return part === 'tree' || part === 'blob' || part === 'raw'
}

/** `www.` of a known host is that host; the port stays. */
function hostOf(url: URL): string {
  const bare = url.host.replace(/^www\./, '')
  return FORGES.has(bare) ? bare : url.host
}

/** `?path=/FOLDER&version=GBbranch`, `GTtag` or `GCcommit`; every other word of the query is about the page. */
function azurePlace(url: URL, parts: readonly string[]): WebPlace {
  const path = url.searchParams.get('path') ?? ''
  const [, ref = ''] = /^G[BTC](.+)$/s.exec(url.searchParams.get('version') ?? '') ?? []
  const folders = path.split('/').filter(Boolean)
  const subdir = (SKILL_MD.test(folders.at(-1) ?? '') ? folders.slice(0, -1) : folders).join('/')
  const repository = `${url.origin}/${parts.map(encodePart).join('/')}`
  return { url: repository, ...(ref && { ref }), ...(subdir && { subdir }) }
}

function place(url: string, view: string, rest: readonly string[]): WebPlace {
  const isFolder = view === 'tree' && !SKILL_MD.test(rest.at(-1) ?? '')
  const path = isFolder ? rest : rest.slice(0, -1)
  const named = path[0] === 'refs' && (path[1] === 'heads' || path[1] === 'tags') ? 3 : 1
  const ref = path.slice(0, named).join('/')
  const subdir = path.slice(named).join('/')
  return {
    url,
    ...(ref && { ref }),
    ...(subdir && { subdir }),
    ...(subdir && !isCommitId(ref) && { page: path.join('/') }),
  }
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
