// Entries of lockfiles that are lists: the OCI skills tools and ToolHive.
import { displayShort } from '../platform/text.ts'
import { formatSpec, parseSpec } from '../sources/spec.ts'
import { checkedRef, checkedSubdir, isCommitId } from '../sources/spec-fragment.ts'
import { isObject, type JsonObject } from './json-text.ts'

/** What becomes of an entry: a source, or the reason why there is none. */
export type Outcome = { readonly spec: string; readonly note?: string } | { readonly reason: string }

/** An entry of `skills.lock.json`: always an OCI artifact. */
export function ociEntry(entry: JsonObject): Outcome {
  const ref =
    isObject(entry.source) && typeof entry.source.ref === 'string'
      ? ` ${displayShort(entry.source.ref, 200)}`
      : ''
  return { reason: `it is the OCI artifact${ref}, which is not a source here yet` }
}

/** An entry of `toolhive.lock.yaml`; of its sources, git is the one that is taken. @throws what parseSpec throws */
export function toolhiveEntry(entry: JsonObject): Outcome {
  const { source, resolvedReference, digest, provenance } = entry
  const git = [resolvedReference, source].find(
    (text) => typeof text === 'string' && text.startsWith('git://'),
  )
  if (typeof git !== 'string') {
    const what = displayShort(typeof resolvedReference === 'string' ? resolvedReference : String(source), 200)
    return { reason: `it is the OCI artifact or registry name ${what}, which is not a source here yet` }
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
