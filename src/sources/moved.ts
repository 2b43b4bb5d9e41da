// Which names of a source are expected never to lead elsewhere, and whether one does. Pure.
// A tag, an exact version and the address of an archive stand for one content: when they lead to another, somebody has
// replaced what others rely on. A branch, `latest`, a range and a folder move by their nature.
import compare from 'semver/functions/compare.js'
import { isSameAddress } from './address.ts'
import { versionOfTag } from './git-versions.ts'
import type { Resolution, Spec } from './source.ts'

/** A name that led to one content when it was locked, and leads to another now. */
export interface Moved {
  readonly kind: 'tag' | 'version' | 'archive'
  /** `refs/tags/v1.0.0`, `ghcr.io/o/r:1.0.0`, `@acme/pdf@1.0.0`, or an address. */
  readonly name: string
  /** The commits or digests. */
  readonly from: string
  readonly to: string
}

/** An address, and the version that stands in the content. */
export interface Addressed {
  readonly resolution: Resolution
  readonly version?: string | undefined
}

/**
 * What moved between what is locked and what the source has now. `sameSpec` is false where the user asks for something
 * else than before: then a lower version is their wish.
 */
export function movedName(
  locked: Addressed,
  now: Addressed,
  { sameSpec }: { readonly sameSpec: boolean },
): Moved | undefined {
  if (isSameAddress(locked.resolution, now.resolution)) return undefined
  const before = fixedName(locked)
  if (!before) return undefined
  const after = fixedName(now)
  const same = after !== undefined && after.key === before.key
  if (!same && !isReplacedTag(locked.resolution, now.resolution, sameSpec)) return undefined
  const { kind, name } = before
  return { kind, name, from: contentOf(locked.resolution), to: contentOf(now.resolution) }
}

/** True when a spec itself says which content it means: then nothing can move under it. */
export function isPinned(spec: Spec): boolean {
  if (spec.kind === 'archive' || spec.kind === 'oci') return spec.digest !== undefined
  return spec.kind === 'git' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(spec.ref ?? '')
}

interface FixedName extends Pick<Moved, 'kind' | 'name'> {
  /** Equal for the same name of the same source. */
  readonly key: string
}

function fixedName({ resolution, version }: Addressed): FixedName | undefined {
  switch (resolution.kind) {
    case 'git': {
      const { url, ref } = resolution
      return ref?.startsWith('refs/tags/') ? { kind: 'tag', name: ref, key: `${url} ${ref}` } : undefined
    }
    case 'oci': {
      const { registry, repository, tag } = resolution
      if (tag === undefined || tag === 'latest') return undefined
      const name = `${registry}/${repository}:${tag}`
      return { kind: 'tag', name, key: name }
    }
    case 'archive':
      return { kind: 'archive', name: resolution.url, key: resolution.url }
    case 'registry':
    case 'npm': {
      const name = `${resolution.name}@${resolution.version}`
      const place = resolution.kind === 'registry' ? resolution.registry : 'npm'
      return { kind: 'version', name, key: `${place} ${name}` }
    }
    case 'well-known': {
      if (version === undefined) return undefined
      const name = `${resolution.skill}@${version}`
      return { kind: 'version', name, key: `${resolution.url} ${name}` }
    }
    case 'path':
      return undefined
  }
}

/**
 * A tag whose place another ref has taken: a branch of its name, another tag of its version, or, where the same was asked
 * for, a tag of a lower version because the locked one is gone.
 */
function isReplacedTag(locked: Resolution, now: Resolution, sameSpec: boolean): boolean {
  if (locked.kind !== 'git' || now.kind !== 'git' || locked.url !== now.url) return false
  const { ref: before = '' } = locked
  const { ref: after = '' } = now
  if (before === after || !before.startsWith('refs/tags/')) return false
  if (after.replace(/^refs\/heads\//, 'refs/tags/') === before) return true
  const old = versionOfTag(before)?.version
  const next = versionOfTag(after)?.version
  if (old === undefined || next === undefined) return false
  const order = compare(next, old)
  return order === 0 || (order < 0 && sameSpec)
}

function contentOf(resolution: Resolution): string {
  switch (resolution.kind) {
    case 'git':
      return resolution.commit
    case 'npm':
      return resolution.integrity
    case 'path':
      return resolution.path
    case 'archive':
    case 'oci':
    case 'registry':
    case 'well-known':
      return resolution.digest
  }
}
