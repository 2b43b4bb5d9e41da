// What an address names, as one text: two resolutions with the same text have the same bytes. Pure.
import type { Resolution } from './source.ts'

/** The immutable bytes of the whole source, whatever ref or tag led to them; undefined for a folder, which may change. */
export function addressKey(resolution: Resolution): string | undefined {
  switch (resolution.kind) {
    case 'path':
      return undefined
    case 'git':
      return `git ${resolution.url} ${resolution.commit}`
    case 'archive':
      return `archive ${resolution.digest}`
    case 'oci':
      return `oci ${resolution.registry}/${resolution.repository} ${resolution.digest}`
    case 'registry':
      return `registry ${resolution.registry} ${resolution.name} ${resolution.digest}`
    case 'npm':
      return `npm ${resolution.integrity}`
    case 'well-known':
      return `well-known ${resolution.type} ${resolution.digest}`
  }
}

/** True when both name the same immutable bytes; never for folders. */
export function isSameAddress(a: Resolution, b: Resolution): boolean {
  const key = addressKey(a)
  return key !== undefined && key === addressKey(b)
}
