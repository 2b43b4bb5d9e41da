// Digests as text: `sha256:<64 hex>` for one run of bytes, `h1:<base64>` for a tree (tree.ts).
import { createHash, hash as hashOnce } from 'node:crypto'

/** Lower-case hexadecimal SHA-256 of the bytes. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return sha256(bytes, 'hex')
}

/** SHA-256 of the bytes in base64. */
export function sha256Base64(bytes: Uint8Array | string): string {
  return sha256(bytes, 'base64')
}

function sha256(bytes: Uint8Array | string, encoding: 'hex' | 'base64'): string {
  // The one-shot form halves the cost of small inputs; it is missing before Node 20.12.
  return typeof hashOnce === 'function'
    ? hashOnce('sha256', bytes, encoding)
    : createHash('sha256').update(bytes).digest(encoding)
}

/** `sha256:<hex>` of the bytes. */
export function sha256Digest(bytes: Uint8Array | string): string {
  return `sha256:${sha256Hex(bytes)}`
}

/** True for `sha256:` and 64 lower-case hexadecimal digits. */
export function isSha256Digest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text)
}
