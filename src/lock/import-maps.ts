// Entries of lockfiles that are maps by name: Vercel's skills CLI (project and user) and the npm package skills-lock.
import { formatSpec, parseSpec } from '../sources/spec.ts'
import { checkedRef, checkedSubdir } from '../sources/spec-fragment.ts'
import type { Spec } from '../sources/source.ts'
import type { Outcome } from './import-lists.ts'
import type { JsonObject } from './json-text.ts'

const HASH = 'its hash is made in another way and was not carried over'

/** An entry of `skills-lock.json` version 1 or `.skill-lock.json` version 3. @throws what parseSpec throws */
export function vercelEntry(name: string, entry: JsonObject): Outcome {
  const type = textOf(entry.sourceType) ?? 'git'
  if (type === 'well-known') return indexEntry(name, entry)
  if (type === 'node_modules') return packageEntry(entry)
  const source = textOf(entry.source)
  const address = textOf(entry.sourceUrl) ?? (type === 'gitlab' && source ? `gitlab:${source}` : source)
  if (address === undefined) return { reason: 'it names no source' }
  const base = parseSpec(address)
  const folder = folderOf(textOf(entry.skillPath))
  if (base.kind !== 'git') return { spec: formatSpec(withFolder(base, folder)), note: HASH }
  const ref = textOf(entry.ref)
  // Which part of a page's address is the branch only the repository tells, so it stays as it is.
  if (base.page !== undefined && ref === undefined) return { spec: address, note: HASH }
  const spec: Spec = { ...base, ...(ref !== undefined && { ref: checkedRef(ref) }) }
  const newest = `its commit was not recorded, so the newest of ${ref ?? 'the default branch'} is taken; ${HASH}`
  if (folder !== undefined) return { spec: formatSpec(withFolder(spec, folder)), note: newest }
  if (spec.subdir !== undefined) return { spec: formatSpec(spec), note: newest }
  return {
    spec: byName(formatSpec(spec), name),
    note: `its folder was not recorded, so it is found by name; ${newest}`,
  }
}

function indexEntry(name: string, entry: JsonObject): Outcome {
  const site = textOf(entry.sourceUrl) ?? textOf(entry.source)
  if (site === undefined) return { reason: 'it names no source' }
  const spec = parseSpec(`well-known+${/^https?:/i.test(site) ? site : `https://${site}`}`)
  if (spec.kind !== 'well-known') return { reason: 'its source is no site with an index of skills' }
  return { spec: formatSpec({ ...spec, skill: name }), note: `the newest of the index is taken; ${HASH}` }
}

/** A skill inside an npm package, in the version that was installed. */
function packageEntry(entry: JsonObject): Outcome {
  const source = textOf(entry.source)
  if (source === undefined) return { reason: 'it names no source' }
  const version = textOf(entry.version)
  const spec = parseSpec(`npm:${source}${version === undefined ? '' : `@${version}`}`)
  const within = folderOf(textOf(entry.skillPath))?.split(`node_modules/${source}/`).at(-1)
  return { spec: formatSpec(withFolder(spec, within)), note: HASH }
}

/** An entry of the npm package skills-lock: a repository, a folder and a commit. @throws what parseSpec throws */
export function skillsLockEntry(entry: JsonObject): Outcome {
  const source = textOf(entry.source)
  const ref = textOf(entry.ref)
  if (source === undefined) return { reason: 'it names no source' }
  const base = parseSpec(source)
  if (base.kind !== 'git') return { reason: 'its source is not a git repository' }
  const spec: Spec = { ...base, ...(ref !== undefined && { ref: checkedRef(ref) }) }
  const hash = entry.integrity === undefined ? '' : `; ${HASH}`
  const pinned =
    ref === undefined ? 'its commit was not recorded' : 'it stays at its commit until you change skills.json'
  return { spec: formatSpec(withFolder(spec, folderOf(textOf(entry.path)))), note: pinned + hash }
}

/**
 * An entry of the npm package skills-lock 0.1: `spec` as it stands in package.json, and for git `resolved` and `commit`.
 * @throws what parseSpec throws
 */
export function packageJsonEntry(entry: JsonObject): Outcome {
  const [spec, resolved, commit] = [textOf(entry.spec), textOf(entry.resolved), textOf(entry.commit)]
  if (spec === undefined) return { reason: 'it names no source' }
  const folder = folderOf(textOf(entry.path))
  if (resolved === undefined) {
    const base = parseSpec(spec)
    return { spec: formatSpec(withFolder(base, folder)), note: HASH }
  }
  const base = parseSpec(resolved.startsWith('/') ? `git+file://${encodeURI(resolved)}` : gitText(resolved))
  if (base.kind !== 'git') return { reason: 'its source is not a git repository' }
  const ref = commit ?? textOf(entry.ref)
  const found = { ...base, ...(ref !== undefined && { ref: checkedRef(ref) }) }
  const pinned =
    commit === undefined
      ? 'its commit was not recorded'
      : 'it stays at its commit until you change skills.json'
  return { spec: formatSpec(withFolder(found, folder)), note: `${pinned}; ${HASH}` }
}

function gitText(url: string): string {
  return /^(?:https?|ssh):/i.test(url) ? `git+${url}` : url
}

/** An entry of `.clawhub/lock.json`: a name in a registry that is no source here. */
export function clawhubEntry(name: string): Outcome {
  return {
    reason: `it comes from ClawHub, whose lock names no source; add its repository, or keep the copy with skills add ./skills/${name}`,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The folder of `skills/pdf/SKILL.md` or `skills/pdf`; empty for the root. */
function folderOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  const folder = path.replace(/(?:^|\/)SKILL\.md$/i, '').replace(/^\.\/|(?<!\/)\/+$/g, '')
  return folder === '.' ? '' : folder
}

/** An empty folder is the root: a source that names a folder of its own keeps it. */
function withFolder(spec: Spec, folder: string | undefined): Spec {
  return folder === undefined || folder === '' ? spec : { ...spec, subdir: checkedSubdir(folder) }
}

/** `github:owner/repo#ref` to `github:owner/repo@name#ref`; other hosts have no such form. */
function byName(spec: string, name: string): string {
  return spec.replace(/^(github:[^#@]+)(?=#|$)/, `$1@${name}`)
}
