// Skills and artifacts for tests of OCI: one skill packed, and manifests written by hand.
import { packSkill, type Packed, type PackMeta } from '../../src/oci/pack.ts'
import type { OciClient } from '../../src/oci/client.ts'
import type { SkillFile } from '../../src/integrity/tree.ts'
import { sha256, type FakeOci } from './fake-oci.ts'
import { skillFiles, skillMd } from './skill-files.ts'

export const META: PackMeta = { name: 'pdf', version: '1.2.0', description: 'Work with PDF files' }

export function pdfFiles(extra: Readonly<Record<string, string>> = {}): SkillFile[] {
  return skillFiles({
    'SKILL.md': skillMd('name: pdf\ndescription: Work with PDF files'),
    'scripts/run.sh': '#!/bin/sh\necho hi\n',
    'docs/größe.md': 'größe\n',
    ...extra,
  })
}

export function packedPdf(extra?: Readonly<Record<string, string>>): Packed {
  return packSkill(pdfFiles(extra), META)
}

/** Pushes every part, the manifest last, under the tags. */
export async function pushPacked(
  client: OciClient,
  { repository, packed, tags }: { repository: string; packed: Packed; tags: readonly string[] },
): Promise<void> {
  for (const blob of [packed.config, ...packed.layers]) await client.pushBlob(repository, blob)
  for (const reference of tags) {
    await client.putManifest(repository, {
      reference,
      bytes: packed.manifest,
      mediaType: packed.manifestType,
    })
  }
}

export interface HandMade {
  readonly mediaType?: string
  readonly artifactType?: string
  readonly configType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly layers: readonly {
    readonly mediaType: string
    readonly bytes: Buffer
    readonly annotations?: Readonly<Record<string, string>>
  }[]
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'

/** Puts an artifact into the fake as another tool would have written it; gives its descriptor. */
export function plant(
  fake: FakeOci,
  repository: string,
  tag: string | undefined,
  made: HandMade,
): { mediaType: string; digest: string; size: number } {
  const config = Buffer.from('{}')
  fake.blobs.set(sha256(config), config)
  const layers = made.layers.map(({ mediaType, bytes, annotations }) => {
    fake.blobs.set(sha256(bytes), bytes)
    return { mediaType, digest: sha256(bytes), size: bytes.length, ...(annotations && { annotations }) }
  })
  const mediaType = made.mediaType ?? OCI_MANIFEST
  const manifest = {
    schemaVersion: 2,
    mediaType,
    ...(made.artifactType !== undefined && { artifactType: made.artifactType }),
    config: {
      mediaType: made.configType ?? 'application/vnd.oci.image.config.v1+json',
      digest: sha256(config),
      size: config.length,
    },
    layers,
    ...(made.annotations && { annotations: made.annotations }),
  }
  return plantJson(fake, repository, tag, manifest)
}

/** Puts any manifest or index into the fake. */
export function plantJson(
  fake: FakeOci,
  repository: string,
  tag: string | undefined,
  value: { readonly mediaType: string },
): { mediaType: string; digest: string; size: number } {
  const bytes = Buffer.from(JSON.stringify(value))
  const stored = { type: value.mediaType, bytes }
  fake.manifests.set(`${repository}@${sha256(bytes)}`, stored)
  if (tag !== undefined) fake.manifests.set(`${repository}:${tag}`, stored)
  return { mediaType: value.mediaType, digest: sha256(bytes), size: bytes.length }
}
