// The only router from text to a source. Pure: no I/O, no environment; the same text always means the same.
import { SkillsError } from '../errors/error.ts'
import { displayShort, displayText, redactUrl } from '../platform/text.ts'
import type { ArchiveSpec, GitSpec, PathSpec, Spec } from './source.ts'
import {
  checkedDigest,
  checkedRef,
  checkedSubdir,
  formatFragment,
  parseFragment,
  type Fragment,
} from './spec-fragment.ts'
import {
  checkedRegistry,
  describeNamed,
  formatNamed,
  isSite,
  parseNpm,
  parseOci,
  parseRegistry,
  parseWellKnown,
} from './spec-named.ts'
import { isBareForge, isForge, webPlace, type WebPlace } from './spec-page.ts'
import { checkedUrl, isArchiveName, isSkillFile } from './spec-url.ts'

/** A spec, and the skill that `owner/repo@skill` picks. */
export type ParsedSpec = Spec & { readonly skill?: string }

const NAME = '[A-Za-z0-9_.-]+'
const SHORTHAND = new RegExp(`^([A-Za-z0-9][A-Za-z0-9_.-]*)/(${NAME})((?:/[^/@]+)*)/*(?:@(${NAME}))?$`)
const SCP = /^([A-Za-z0-9_][A-Za-z0-9._-]*)@([A-Za-z0-9][A-Za-z0-9._-]*):(?!\/\/)(.+)$/
const BARE_HOST = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?\/[^/]/
/** A repository may be called so; a file of that name is written `./x/y.skill`. */
const REPO_DOT_SKILL = /^[^./][^/]*\/[^/]+\.skill$/i
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/

/**
 * Reads what a person or skills.json wrote: a path, `owner/repo[/dir][@skill]`, `github:`, `gitlab:`, a forge's web
 * page, a git, archive or file URL, each with `#ref`, `#semver:RANGE`, `#path:DIR`, `#sha256:HEX` joined by `&`;
 * `@scope/name[@range]` of a registry, `oci://host/repository:tag`, `npm:package[@range]`, `https://host` with an index.
 * @throws spec_invalid | spec_credentials | source_insecure | ref_invalid
 */
export function parseSpec(text: string): ParsedSpec {
  if (text.length > 4096 || text === '' || text.trim() !== text || displayText(text) !== text) {
    throw invalid(text, 'it is empty, too long, or holds spaces at its ends or control characters')
  }
  if (text.startsWith('-')) throw invalid(text, 'it begins with a dash')
  const hash = text.indexOf('#')
  const body = hash === -1 ? text : text.slice(0, hash)
  const fragment = parseFragment(hash === -1 ? '' : text.slice(hash + 1))
  if (isPath(body)) return fromPath(unescapePath(body), fragment)
  if (/^[A-Za-z0-9]*::/.test(body)) throw invalid(body, 'git remote helpers are never run')
  const scp = SCP.exec(body)
  if (scp) return gitSpec(sshUrl(scp[1] ?? '', scp[2] ?? '', scp[3] ?? ''), fragment)
  if (body.startsWith('@')) return parseRegistry(body, fragment)
  if (/^npm:/i.test(body)) return parseNpm(body, fragment)
  if (/^oci:/i.test(body)) return parseOci(body, fragment)
  if (/^well-known\+/i.test(body)) return parseWellKnown(body, fragment)
  if (body.startsWith('github:')) return fromShorthand(body.slice(7), fragment)
  if (body.startsWith('gitlab:')) return fromGitlab(body.slice(7), fragment)
  if (/^git\+/i.test(body)) return gitSpec(checkedUrl(body.slice(4)).href, fragment)
  if (/^archive\+/i.test(body)) return archiveUrl(body.slice(8), fragment)
  if (/^file:/i.test(body)) return fromFile(body, fragment)
  if (SCHEME.test(body)) return fromUrl(body, fragment)
  if (isBareForge(body)) return fromUrl(`https://${body}`, fragment)
  if (isArchiveName(body) && !body.includes('@') && !REPO_DOT_SKILL.test(body))
    return fromPath(`./${unescapePath(body)}`, fragment)
  // No owner on GitHub has a dot in its name: this is a host, written without https://.
  if (BARE_HOST.test(body)) return fromUrl(`https://${body}`, fragment)
  return fromShorthand(body, fragment)
}

/** What the flags of `add` say; each field as typed. */
export interface SpecFlags {
  readonly source?: string
  readonly path?: string
  readonly git?: string
  readonly ref?: string
  readonly subdir?: string
  readonly url?: string
  readonly digest?: string
  readonly oci?: string
  /** The registry of `@scope/name`. */
  readonly registry?: string
}

/**
 * The explicit form of the same: exactly one of source, path, git, url and oci.
 * @throws usage, and what parseSpec throws
 */
export function specFromFlags(flags: SpecFlags): ParsedSpec {
  const given = (['source', 'path', 'git', 'url', 'oci'] as const).filter((key) => flags[key] !== undefined)
  if (given.length !== 1) {
    throw new SkillsError(
      'usage',
      given.length === 0 ? 'No source is named' : `Two sources are named: ${given.join(', ')}`,
      {
        hint: 'give one of SOURCE, --path DIR, --git URL, --url ARCHIVE, --oci REFERENCE',
      },
    )
  }
  const base = baseOfFlags(flags)
  const subdir = flags.subdir === undefined ? undefined : checkedSubdir(flags.subdir)
  const fromRef: Fragment = flags.ref?.startsWith('semver:')
    ? parseFragment(flags.ref.replaceAll('&', '%26'))
    : flags.ref === undefined
      ? {}
      : { ref: checkedRef(flags.ref) }
  const twice =
    (subdir && base.subdir) ||
    (flags.ref !== undefined && base.kind === 'git' && (base.ref ?? base.range) !== undefined) ||
    (flags.digest !== undefined &&
      (base.kind === 'archive' || base.kind === 'oci') &&
      base.digest !== undefined) ||
    (flags.registry !== undefined && base.kind === 'registry' && base.registry !== undefined)
  if (twice) throw new SkillsError('usage', 'A flag repeats what the source itself says after #')
  if (flags.ref !== undefined && base.kind !== 'git')
    throw new SkillsError('usage', '--ref needs a git source')
  if (flags.digest !== undefined && base.kind !== 'archive' && base.kind !== 'oci') {
    throw new SkillsError('usage', '--digest needs an archive or an OCI artifact')
  }
  if (flags.registry !== undefined && base.kind !== 'registry') {
    throw new SkillsError('usage', '--registry needs a source such as @scope/name')
  }
  return {
    ...base,
    ...fromRef,
    ...(subdir && { subdir }),
    ...(flags.digest !== undefined && { digest: checkedDigest(flags.digest) }),
    ...(flags.registry !== undefined && { registry: checkedRegistry(flags.registry) }),
  }
}

function baseOfFlags(flags: SpecFlags): ParsedSpec {
  if (flags.path !== undefined) {
    return fromPath(isPath(flags.path) ? flags.path : `./${flags.path}`, {})
  }
  if (flags.git !== undefined) {
    const local = flags.git.startsWith('/') ? `file://${encodeURI(flags.git)}` : flags.git
    const spec = parseSpec(/^file:\/\//i.test(local) ? `git+${local}` : local)
    if (spec.kind === 'git') return spec
    throw invalid(flags.git, 'it is not a git URL; a local repository is file:///absolute/path')
  }
  if (flags.url !== undefined) {
    const spec = parseSpec(/^https?:/i.test(flags.url) ? `archive+${flags.url}` : flags.url)
    if (spec.kind === 'archive') return spec
    throw invalid(flags.url, 'it is not the address of an archive')
  }
  if (flags.oci !== undefined) {
    return parseSpec(/^oci:/i.test(flags.oci) ? flags.oci : `oci://${flags.oci}`)
  }
  return parseSpec(flags.source ?? '')
}

/** The canonical text: `parseSpec(formatSpec(spec))` equals the spec. The picked skill is not part of it. */
export function formatSpec(spec: Spec): string {
  switch (spec.kind) {
    case 'path':
      return `${escapePath(spec.path)}${isArchiveName(spec.path) ? '/' : ''}${formatFragment(spec)}`
    case 'archive': {
      if (isPath(spec.url)) return escapePath(spec.url) + formatFragment(spec)
      const { pathname } = new URL(spec.url)
      const named = isArchiveName(pathname) || isSkillFile(pathname)
      return (named ? spec.url : `archive+${spec.url}`) + formatFragment(spec)
    }
    case 'git': {
      const github = /^https:\/\/github\.com\/([A-Za-z0-9][\w.-]*\/[\w.-]+)\.git$/.exec(spec.url)
      const short = github ? `github:${github[1]}` : spec.url
      return (readsAs(short, spec.url) ? short : `git+${spec.url}`) + formatFragment(spec)
    }
    case 'oci':
    case 'registry':
    case 'npm':
    case 'well-known':
      return formatNamed(spec)
  }
}

/** A short text for people: where from, which folder, which version. Safe for a terminal. */
export function describeSpec(spec: Spec): string {
  const place = placeOf(spec)
  const version =
    spec.kind === 'git'
      ? (spec.ref ?? spec.range)
      : spec.kind === 'registry' || spec.kind === 'npm'
        ? spec.range
        : undefined
  return displayText(`${place}${spec.subdir ? ` › ${spec.subdir}` : ''}${version ? ` at ${version}` : ''}`)
}

function placeOf(spec: Spec): string {
  if (spec.kind === 'path') return spec.path
  if (spec.kind !== 'git' && spec.kind !== 'archive') return describeNamed(spec)
  const where = redactUrl(spec.url).replace(/^https:\/\//, '')
  return spec.kind === 'git' ? where.replace(/\.git$/, '') : where
}

function readsAs(text: string, url: string): boolean {
  try {
    const spec = parseSpec(text)
    return spec.kind === 'git' && spec.url === url && spec.subdir === undefined && spec.ref === undefined
  } catch {
    return false
  }
}

function isPath(text: string): boolean {
  return /^(?:\.{1,2}|~)?[/\\]|^(?:\.{1,2}|~)$|^[A-Za-z]:[/\\]/.test(text)
}

function fromPath(path: string, fragment: Fragment): ParsedSpec {
  checkedPath(path)
  const folder = isSkillFile(path) ? path.replace(/[^/\\]*$/, '') || '.' : path
  const trimmed = folder.replace(/(?<=.)[/\\]+$/, '')
  if (trimmed.trim() !== trimmed) throw invalid(path, 'it holds spaces at its ends')
  if (isArchiveName(path)) return archiveSpec(trimmed, fragment)
  refuseNamed(path, fragment)
  if (fragment.ref !== undefined || fragment.range !== undefined || fragment.digest !== undefined) {
    throw invalid(
      path,
      'a folder has no ref, version or digest; for a repository write git+file:///absolute/path',
    )
  }
  const spec: PathSpec = { kind: 'path', path: trimmed }
  return fragment.subdir === undefined ? spec : { ...spec, subdir: fragment.subdir }
}

function checkedPath(path: string): string {
  if (displayText(path) !== path || path.length > 4096) throw invalid(path, 'it holds control characters')
  return path
}

function fromFile(body: string, fragment: Fragment): ParsedSpec {
  if (!/^file:\/\//i.test(body)) {
    const path = unescapePath(body.slice(5))
    if (path === '') throw invalid(body, 'it names no folder')
    return fromPath(isPath(path) ? path : `./${path}`, fragment)
  }
  const url = checkedUrl(body)
  if (/\.git\/?$/.test(url.pathname)) return gitSpec(url.href, fragment)
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    throw invalid(body, 'it is not well encoded')
  }
  return fromPath(path, fragment)
}

function fromUrl(body: string, fragment: Fragment): ParsedSpec {
  const url = checkedUrl(body)
  if (url.protocol === 'ssh:') return gitSpec(url.href, fragment)
  const web = webPlace(url)
  const ofRepository = web !== undefined && web.ref === undefined && isForge(url)
  if (isArchiveName(url.pathname) && !ofRepository) return archiveSpec(url.href, fragment)
  if (web) return withPlace(web.url, web, withoutAnchor(fragment, url))
  if (isForge(url)) throw invalid(body, 'it is not the page of a repository or of a folder in one')
  if (isSite(body, url)) return parseWellKnown(body, fragment)
  if (isSkillFile(url.pathname)) return archiveSpec(url.href, fragment)
  return gitSpec(url.href, fragment)
}

/** `?tab=readme#install` and `…/SKILL.md#L10` are places on a page, not names of branches. */
function withoutAnchor({ ref, ...rest }: Fragment, url: URL): Fragment {
  const anchor = url.search !== '' || (ref !== undefined && /^L\d+(?:-L?\d+)?$/.test(ref))
  return ref === undefined || anchor ? rest : { ref, ...rest }
}

function fromShorthand(body: string, fragment: Fragment): ParsedSpec {
  const match = SHORTHAND.exec(body)
  const [, owner = '', repo = '', sub = '', skill] = match ?? []
  if (!match || /^\.+$/.test(repo) || owner.endsWith('.')) {
    throw invalid(body, 'it is no path, URL or owner/repo', `for a folder write ./${displayShort(body, 60)}`)
  }
  const subdir = checkedSubdir(sub)
  const url = `https://github.com/${owner}/${repo.replace(/\.git$/, '')}.git`
  const spec = withPlace(url, subdir ? { subdir } : {}, fragment)
  return skill === undefined ? spec : { ...spec, skill }
}

function fromGitlab(body: string, fragment: Fragment): ParsedSpec {
  const path =
    new RegExp(`^[A-Za-z0-9]${NAME}?(?:/${NAME})+$`).test(body) && !/(?:^|\/)\.+(?:\/|$)/.test(body)
  if (!path) throw invalid(body, 'write gitlab:group/repo')
  return gitSpec(`https://gitlab.com/${body.replace(/\.git$/, '')}.git`, fragment)
}

function withPlace(url: string, place: Omit<WebPlace, 'url'>, fragment: Fragment): ParsedSpec {
  const subdir = place.subdir === undefined ? undefined : checkedSubdir(place.subdir)
  if ((place.ref && (fragment.ref ?? fragment.range)) || (subdir && fragment.subdir)) {
    throw invalid(url, 'it names a ref or a folder twice, before and after #')
  }
  const ref = place.ref === undefined ? undefined : checkedRef(place.ref)
  const spec = gitSpec(checkedUrl(url).href, {
    ...fragment,
    ...(ref !== undefined && { ref }),
    ...(subdir && { subdir }),
  })
  return place.page === undefined ? spec : { ...spec, page: place.page }
}

function gitSpec(url: string, fragment: Fragment): GitSpec {
  refuseNamed(url, fragment)
  if (fragment.digest !== undefined)
    throw invalid(url, 'a digest belongs to an archive; a commit pins a repository')
  const { search, pathname } = new URL(url)
  if (search !== '') throw invalid(url, 'a git URL has no query')
  if (/^\/*$/.test(pathname)) throw invalid(url, 'it names no repository')
  return { kind: 'git', url, ...fragment }
}

function archiveSpec(url: string, fragment: Fragment): ArchiveSpec {
  refuseNamed(url, fragment)
  if (fragment.ref !== undefined || fragment.range !== undefined)
    throw invalid(url, 'an archive has no ref or version')
  return { kind: 'archive', url, ...fragment }
}

function refuseNamed(text: string, { skill, registry }: Fragment): void {
  if (skill !== undefined) throw invalid(text, '#skill: belongs to a site with an index of skills')
  if (registry !== undefined) throw invalid(text, '#registry: belongs to @scope/name')
}

function archiveUrl(text: string, fragment: Fragment): ArchiveSpec {
  const { href, protocol } = checkedUrl(text)
  if (protocol === 'https:' || protocol === 'http:') return archiveSpec(href, fragment)
  throw invalid(text, 'it is not the address of an archive')
}

function sshUrl(user: string, host: string, path: string): string {
  // `git@host:a/b` is served from the forge's root; for other users the path starts at their home.
  const place = path.startsWith('/')
    ? path
    : user === 'git' || path.startsWith('~')
      ? `/${path}`
      : `/~/${path}`
  return checkedUrl(`ssh://${user}@${host}${encodeURI(place)}`).href
}

function escapePath(path: string): string {
  return path.replace(/%(?=23|25)/g, '%25').replaceAll('#', '%23')
}

/** Only these two are escapes in a path, so that a folder named `50%` needs none. */
function unescapePath(text: string): string {
  return text.replace(/%(23|25)/g, (_, hex: string) => (hex === '23' ? '#' : '%'))
}

function invalid(text: string, why: string, hint?: string): SkillsError {
  return new SkillsError('spec_invalid', `Not a source: ${displayShort(redactUrl(text), 200)} (${why})`, {
    hint: hint ?? 'write owner/repo, a git or archive URL, or a path such as ./folder',
  })
}
