// What an address names, as one text: two resolutions with the same text have the same bytes. Pure.
import { resolve } from 'node:path'
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

/**
 * Everything that a resolution claims, as one text: also the version, the file's address, the folder. Only the name that led
 * there (branch, tag) is no part of it. Folders and files of this machine are named in full, from `root`.
 */
export function originKey(resolution: Resolution, root: string): string {
  const { ref: _ref, tag: _tag, ...facts } = { ref: '', tag: '', ...resolution }
  const place = (text: string): string => (/^[a-z][a-z0-9+.-]+:/i.test(text) ? text : resolve(root, text))
  if (facts.kind === 'path') facts.path = place(facts.path)
  if (facts.kind === 'archive') facts.url = place(facts.url)
  return JSON.stringify(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)))
}
