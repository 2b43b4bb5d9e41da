// Turns what a source gave into what may be stored: the tree digest is computed, and compared where one is known.
// The only maker of a `Verified`. Pure.
import { SkillsError } from '../errors/error.ts'
import { digestOfFiles, type SkillFile, type TreeDigest } from '../integrity/tree.ts'
import type { Fetched, Resolution } from '../sources/source.ts'
import { shellCommand } from '../platform/shell.ts'

declare const verified: unique symbol

/** Files whose digest is known and is the expected one. */
export interface Verified {
  readonly [verified]: true
  readonly resolution: Resolution
  readonly files: readonly SkillFile[]
  readonly integrity: TreeDigest
  /** Who signed the content; signatures are not looked for yet, so it is always `unsigned`. */
  readonly signer: string
}

/** What the lock says that the content must be. */
export interface Expectation {
  readonly name: string
  readonly integrity: TreeDigest
}

/** @throws integrity_mismatch when the content is not the expected one; nothing is kept of it */
export function verifyFetched(fetched: Fetched, expected?: Expectation): Verified {
  const integrity = digestOfFiles(fetched.files)
  if (expected && integrity !== expected.integrity) throw mismatch(expected, integrity)
  return {
    resolution: fetched.resolution,
    files: fetched.files,
    integrity,
    signer: 'unsigned',
  } as Verified
}

/** The refusal of other content under a locked name. */
export function mismatch(expected: Expectation, actual: TreeDigest): SkillsError {
  return new SkillsError(
    'integrity_mismatch',
    `The content of "${expected.name}" is ${actual}, but skills.lock has ${expected.integrity}`,
    {
      hint: `the source changed under a locked address; see what it has now with "${shellCommand('skills update --check', expected.name)}"`,
      details: { name: expected.name, expected: expected.integrity, actual },
    },
  )
}
