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
  const { subdir } = resolution
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
  if (spec.kind === 'git' && resolution.kind === 'git') {
    const pinned = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(spec.ref ?? '')
    return spec.url === resolution.url && (!pinned || spec.ref === resolution.commit)
  }
  if (spec.kind === 'archive' && resolution.kind === 'archive') {
    return spec.url === resolution.url && (spec.digest ?? resolution.digest) === resolution.digest
  }
  return spec.kind === 'path' && resolution.kind === 'path' && spec.path === resolution.path
}
