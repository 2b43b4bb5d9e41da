// A packed artifact as an OCI image layout, which skopeo, oras and others read: files of a directory, or one tar of them.
// Deterministic; writes nothing.
import { Buffer } from 'node:buffer'
import type { SkillFile } from '../integrity/tree.ts'
import { OCI_INDEX, REF_NAME, SKILL_ARTIFACT } from './media-types.ts'
import type { Packed } from './pack.ts'
import { writeTar } from './tar-writer.ts'

export interface ImageLayout {
  readonly files: readonly SkillFile[]
  /** The same files as one tar. */
  readonly tar: () => Buffer
}

/** @param tag the name of the one manifest in the layout's index */
export function imageLayout(packed: Packed, tag: string): ImageLayout {
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [
      {
        mediaType: packed.manifestType,
        digest: packed.manifestDigest,
        size: packed.manifest.length,
        artifactType: SKILL_ARTIFACT,
        annotations: { [REF_NAME]: tag },
      },
    ],
  }
  const blobs = [{ digest: packed.manifestDigest, bytes: packed.manifest }, packed.config, ...packed.layers]
  const files: SkillFile[] = [
    { path: 'oci-layout', bytes: Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' })) },
    { path: 'index.json', bytes: Buffer.from(JSON.stringify(index)) },
    ...blobs.map(({ digest, bytes }) => ({ path: `blobs/${digest.replace(':', '/')}`, bytes })),
  ]
  return { files, tar: () => writeTar('.', files) }
}
