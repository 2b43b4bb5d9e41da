// The brand of verified content for tests that try what a forged one would do.
import type { SkillFile, TreeDigest } from '../../src/integrity/tree.ts'
import type { Verified } from '../../src/trust/verify.ts'

/** Claims, without looking, that the files have this digest. */
export function asVerified(content: {
  readonly integrity: TreeDigest
  readonly files: readonly SkillFile[]
}): Verified {
  return { resolution: { kind: 'path', path: './x' }, signer: 'unsigned', ...content } as Verified
}
