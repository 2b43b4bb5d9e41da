// Entries of lockfiles that are lists: the OCI skills tools and ToolHive.
import { isSha256Digest } from '../integrity/digest.ts'
import { displayShort } from '../platform/text.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import { checkedRef, checkedSubdir, isCommitId } from '../sources/spec-fragment.ts'
import { isObject, type JsonObject } from './json-text.ts'

/** What becomes of an entry: a source, or the reason why there is none. */
export type Outcome = { readonly spec: string; readonly note?: string } | { readonly reason: string }

const PINNED = 'it stays at its digest until you change skills.json'

/** A first part that can be a host. */
const HOST = /^(?:oci:\/\/)?[^/]*[.:][^/]*\//

/** An entry of `skills.lock.json`: always an OCI artifact. @throws what parseSpec throws */
export function ociEntry(entry: JsonObject): Outcome {
  const { registry, repository, tag, digest, ref } = isObject(entry.source) ? entry.source : {}
  const place =
    typeof registry === 'string' && typeof repository === 'string' ? `${registry}/${repository}` : undefined
  const at = place === undefined ? ref : typeof tag === 'string' ? `${place}:${tag}` : place
  return typeof at === 'string' ? artifactOf(at, digest) : { reason: 'it names no source' }
}

/** An OCI artifact by `host/repository[:tag][@digest]`, at the digest where that is known. */
function artifactOf(reference: string, digest: unknown): Outcome {
  const spec = parseSpec(`oci://${reference.replace(/^oci:\/\//, '')}`)
  if (spec.kind !== 'oci') return { reason: `it is no OCI artifact: ${displayShort(reference, 200)}` }
  const pinned = typeof digest === 'string' && isSha256Digest(digest) ? digest : spec.digest
  const { registry, repository, tag } = spec
  const place = { kind: 'oci', registry, repository } as const
  if (pinned !== undefined) return { spec: formatSpec({ ...place, digest: pinned }), note: PINNED }
  return {
    spec: formatSpec({ ...place, ...(tag !== undefined && { tag }) }),
    note: 'its digest was not recorded',
  }
}

/** An entry of `toolhive.lock.yaml`: git or an OCI artifact. @throws what parseSpec throws */
export function toolhiveEntry(entry: JsonObject): Outcome {
  const { source, resolvedReference, digest, provenance } = entry
  const git = [resolvedReference, source].find(
    (text) => typeof text === 'string' && text.startsWith('git://'),
  )
  if (typeof git !== 'string') {
    const reference = typeof resolvedReference === 'string' ? resolvedReference : String(source)
    if (HOST.test(reference)) return artifactOf(reference, digest)
    return { reason: `${displayShort(reference, 200)} is a name in a registry of ToolHive` }
  }
  const place = gitPlace(git)
  const asked = typeof source === 'string' && source.startsWith('git://') ? gitPlace(source) : place
  const commit = typeof digest === 'string' && isCommitId(digest) ? digest : undefined
  const ref = commit ?? asked.ref ?? place.ref
  const path = place.path ?? asked.path
  const base = parseSpec(place.url)
  if (base.kind !== 'git') return { reason: 'its source is not a git repository' }
  const spec = formatSpec({
    ...base,
    ...(ref !== undefined && { ref: checkedRef(ref) }),
    ...(path !== undefined && { subdir: checkedSubdir(path) }),
  })
  const pinned = commit
    ? 'it stays at its commit until you change skills.json'
    : 'its commit was not recorded'
  const signer = isObject(provenance) ? '; its signer was not carried over' : ''
  return {
    spec,
    note: `${pinned}; its content digest is made in another way and was not carried over${signer}`,
  }
}

interface GitPlace {
  /** https, as ToolHive fetches what it writes as git://. */
  readonly url: string
  readonly ref?: string
  readonly path?: string
}

/** `git://host/owner/repo[.git][@ref][#path]`. */
function gitPlace(text: string): GitPlace {
  const [, where = '', ref, path] = /^git:\/\/([^@#]*)(?:@([^#]*))?(?:#(.*))?$/s.exec(text) ?? []
  const url = `git+https://${where.replace(/(?:\.git)?\/*$/, '.git')}`
  return { url, ...(ref ? { ref } : {}), ...(path ? { path } : {}) }
}
