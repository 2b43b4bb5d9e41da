// Digests as OCI writes them, and the one place where bytes are held against the digest they were asked for by.
import { createHash } from 'node:crypto'
import { SkillsError } from '../errors/error.ts'
import { sha256Digest } from '../integrity/digest.ts'
import { displayShort } from '../platform/text.ts'

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** True for `sha256:` with 64 or `sha512:` with 128 lower-case hexadecimal digits. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

/** The digest, for use in a path. @throws spec_invalid when it is none */
export function checkedDigest(text: string): string {
  if (isDigest(text)) return text
  throw new SkillsError('spec_invalid', `Not a digest: ${displayShort(text, 200)}`)
}

/** The digest of the bytes in the algorithm of `like`, which is a digest itself. */
export function digestLike(like: string, bytes: Uint8Array): string {
  if (!like.startsWith('sha512:')) return sha256Digest(bytes)
  return `sha512:${createHash('sha512').update(bytes).digest('hex')}`
}

/**
 * @param what for the message: `The manifest of ghcr.io/o/r`
 * @throws integrity_mismatch when the bytes have another digest
 */
export function assertDigest(bytes: Uint8Array, expected: string, what: string): void {
  const actual = digestLike(expected, bytes)
  if (actual !== expected) throw mismatch(expected, actual, what)
}

/** The refusal of bytes that have another digest than they were asked for by. */
export function mismatch(expected: string, actual: string, what: string): SkillsError {
  return new SkillsError('integrity_mismatch', `${what} is not what was asked for: it has ${actual}`, {
    hint: 'the registry, or something on the way to it, gave other bytes than it announced; do not use them',
    details: { expected: displayShort(expected, 140), actual },
  })
}
