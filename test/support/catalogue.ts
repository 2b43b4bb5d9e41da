// Skills put into a registry's catalogue without a push: for tests of what reads it.
import { sha256Digest } from '../../src/integrity/digest.ts'
import { digestOfFiles, type SkillFile } from '../../src/integrity/tree.ts'
import { INTEGRITY, SKILL_ARTIFACT, SKILL_CONFIG, SKILL_CONTENT } from '../../src/oci/media-types.ts'
import { tagOfVersion } from '../../src/registry/names.ts'
import { writeTarGz } from '../../registry-server/archives/tar-gz.ts'
import type { Database } from '../../registry-server/db/database.ts'
import { findScope, insertScope } from '../../registry-server/db/scopes.ts'
import { checkArtifact, type PushedManifest } from '../../registry-server/services/artifact.ts'
import { indexManifest } from '../../registry-server/services/catalogue.ts'
import { skillFiles, skillMd } from './skill-files.ts'

export interface SkillToPublish {
  /** `@scope/name`. */
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly body?: string
  readonly toml?: string
  readonly files?: Readonly<Record<string, string>>
}

/** The files of a skill of that name. */
export function filesToPublish({ name, description, body, toml, files }: SkillToPublish): SkillFile[] {
  const skill = name.slice(name.indexOf('/') + 1)
  return skillFiles({
    'SKILL.md': skillMd(
      `name: ${skill}\ndescription: ${JSON.stringify(description ?? `Does ${skill}.`)}`,
      body,
    ),
    ...(toml === undefined ? {} : { 'skill.toml': toml }),
    ...files,
  })
}

export interface Artifact extends PushedManifest {
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** The artifact of files, in our own packing. `change` edits the manifest before it is written. */
export function artifactOf(
  { name, version }: { readonly name: string; readonly version: string },
  files: readonly SkillFile[],
  change: (manifest: Record<string, unknown>) => void = () => {},
): Artifact {
  const skill = name.slice(name.indexOf('/') + 1)
  const layer = writeTarGz(files, skill)
  const config = Buffer.from(JSON.stringify({ schemaVersion: '1', name: skill, version }))
  const blob = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: sha256Digest(bytes),
    size: bytes.length,
  })
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: SKILL_ARTIFACT,
    config: blob(SKILL_CONFIG, config),
    layers: [blob(SKILL_CONTENT, layer)],
    annotations: { [INTEGRITY]: digestOfFiles(files) },
  }
  change(manifest)
  const bytes = Buffer.from(JSON.stringify(manifest))
  const blobs = new Map([config, layer].map((part) => [sha256Digest(part), part]))
  return {
    repository: name.slice(1),
    tag: tagOfVersion(version),
    digest: sha256Digest(bytes),
    bytes,
    blobs,
    readBlob: async (digest) => {
      const found = blobs.get(digest)
      if (!found) throw new Error(`no blob ${digest}`)
      return found
    },
  }
}

/** Publishes as a push would, and gives the warnings. The scope is made when it is missing. */
export async function publish(
  db: Database,
  skill: SkillToPublish,
  at = '2026-01-02T03:04:05.678Z',
): Promise<{ artifact: Artifact; warnings: string[] }> {
  const artifact = artifactOf(skill, filesToPublish(skill))
  return { artifact, warnings: await publishArtifact(db, artifact, at) }
}

/** As `publish`, of an artifact that is made already. */
export async function publishArtifact(
  db: Database,
  artifact: Artifact,
  at = '2026-01-02T03:04:05.678Z',
): Promise<string[]> {
  const checked = await checkArtifact(artifact)
  if (!checked) return []
  const name = checked.name.slice(1, checked.name.indexOf('/'))
  return db.transaction(async (tx) => {
    const scope = (await findScope(tx, name)) ?? (await insertScope(tx, { name, public: true, at }))
    const warnings = await indexManifest(tx, { checked, scopeId: scope?.id ?? 0, publisher: 'ann', at })
    return warnings.map(({ code }) => code)
  })
}

/** Pushes an artifact to a running registry, as `fetch` of an administrator; the answer to the manifest. */
export async function push(
  fetch: (path: string, init: RequestInit) => Promise<Response>,
  artifact: Artifact,
): Promise<Response> {
  const { repository, tag, bytes, blobs } = artifact
  for (const [digest, blob] of blobs) {
    const pushed = await fetch(`/v2/${repository}/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: new Uint8Array(blob),
    })
    if (pushed.status !== 201) throw new Error(`blob: ${pushed.status} ${await pushed.text()}`)
  }
  return fetch(`/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
  })
}
