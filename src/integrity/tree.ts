// The one meaning of "same content": Go's dirhash Hash1 over relative paths (golang.org/x/mod/sumdb/dirhash),
// which in-toto names dirHash. Mode bits are derived from content, so nothing outside the digest decides behaviour.
import { SkillsError } from '../errors/error.ts'
import { comparePaths } from '../platform/order.ts'
import { displayText } from '../platform/text.ts'
import { sha256Base64, sha256Hex } from './digest.ts'

/** One file of a skill in memory; `path` is relative, with `/` between parts. */
export interface SkillFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** The digest of one file of a tree. */
export interface FileDigest {
  readonly path: string
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: string
}

/** `h1:` and the base64 SHA-256 of the lines `<hex>  <path>\n`, sorted by the bytes of the path. */
export type TreeDigest = string

/** @throws path_unsafe for a name with a newline, which would make two trees look alike */
export function treeDigest(files: readonly FileDigest[]): TreeDigest {
  let lines = ''
  for (const file of sortByPath(files)) {
    if (file.path.includes('\n')) {
      throw new SkillsError('path_unsafe', `A file name holds a newline: ${displayText(file.path)}`)
    }
    lines += `${file.sha256}  ${file.path}\n`
  }
  return `h1:${sha256Base64(lines)}`
}

/** The digest of files in memory. */
export function digestOfFiles(files: readonly SkillFile[]): TreeDigest {
  return treeDigest(files.map((file) => ({ path: file.path, sha256: sha256Hex(file.bytes) })))
}

/** True for `h1:` and the base64 of 32 bytes. */
export function isTreeDigest(text: string): boolean {
  return /^h1:[A-Za-z0-9+/]{43}=$/.test(text)
}

/** 0o755 when the file begins with `#!`, else 0o644. */
export function modeOf(bytes: Uint8Array): number {
  return bytes[0] === 0x23 && bytes[1] === 0x21 ? 0o755 : 0o644
}

/** By the bytes of the UTF-8 path, as `LC_ALL=C sort` does. */
export function sortByPath<T extends { readonly path: string }>(files: readonly T[]): T[] {
  return [...files].sort((a, b) => comparePaths(a.path, b.path))
}
