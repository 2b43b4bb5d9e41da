// Whether a locked address can be what its spec led to: a lock must not show one source and hold another. Pure.
import type { LockEntry } from '../lock/lockfile.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import { parseSpec } from '../sources/spec.ts'

/** True when the address is in the place that the spec names, and is the commit or digest that it pins. */
export function isAnswer({ spec, resolution }: Pick<LockEntry, 'spec' | 'resolution'>): boolean {
  return looksRight(spec, resolution) || isAnswerTo(parseSpec(spec), resolution)
}

// Most entries of a lock of a thousand, at a tenth of the time: the address as it is written, then a ref and the folder.
function looksRight(spec: string, resolution: Resolution): boolean {
  const { kind, subdir } = resolution
  if (kind !== 'git' && kind !== 'archive' && kind !== 'path') return false
  const base = resolution.kind === 'path' ? resolution.path : resolution.url
  const short = /^https:\/\/github\.com\/(.+)\.git$/.exec(base)?.[1]
  const start = [base, `git+${base}`, `github:${short}`].find((text) => spec.startsWith(text))
  if (start === undefined) return false
  const end = subdir === undefined ? '' : `path:${subdir}`
  const rest = spec.slice(start.length)
  if (rest === (end && `#${end}`)) return true
  return (
    resolution.kind === 'git' &&
    end !== '' &&
    /^#[a-z][\w.-]{0,30}&$/.test(rest.slice(0, -end.length)) &&
    rest.endsWith(end)
  )
}

function isAnswerTo(spec: Spec, resolution: Resolution): boolean {
  if ((spec.subdir ?? '') !== (resolution.subdir ?? '')) return false
  switch (resolution.kind) {
    case 'git': {
      if (spec.kind !== 'git') return false
      const pinned = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(spec.ref ?? '')
      return spec.url === resolution.url && (!pinned || spec.ref === resolution.commit)
    }
    case 'archive':
      return spec.kind === 'archive' && spec.url === resolution.url && isPin(spec.digest, resolution.digest)
    case 'path':
      return spec.kind === 'path' && spec.path === resolution.path
    case 'oci': {
      if (spec.kind !== 'oci') return false
      const place = spec.registry === resolution.registry && spec.repository === resolution.repository
      return place && isPin(spec.digest, resolution.digest)
    }
    case 'registry':
      return (
        spec.kind === 'registry' && spec.name === resolution.name && isPin(spec.registry, resolution.registry)
      )
    case 'npm':
      return spec.kind === 'npm' && spec.name === resolution.name
    case 'well-known': {
      if (spec.kind !== 'well-known') return false
      return new URL(spec.url).origin === new URL(resolution.url).origin && spec.skill === resolution.skill
    }
  }
}

/** What the spec leaves open may be anything. */
function isPin(wanted: string | undefined, actual: string): boolean {
  return wanted === undefined || wanted === actual
}
