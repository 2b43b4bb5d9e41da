// Manifests as they were sent, byte for byte, what they are made of, and which point at another as their subject.
import type { Database } from './database.ts'

export interface ManifestRow {
  readonly digest: string
  readonly mediaType: string
  readonly artifactType: string | null
  readonly subject: string | null
  readonly size: number
  readonly bytes: Buffer
}

/** What lists show; the bytes stay where they are. */
export interface ReferrerRow extends Omit<ManifestRow, 'bytes' | 'subject'> {
  /** JSON. */
  readonly annotations: string | null
}

export interface NewManifest extends Omit<ManifestRow, 'size'> {
  readonly annotations: string | null
  readonly repositoryId: number
  readonly parts: readonly { readonly digest: string; readonly kind: 'blob' | 'manifest' }[]
  readonly at: string
}

const COLUMNS =
  'SELECT m.digest, m.media_type AS "mediaType", m.artifact_type AS "artifactType", m.subject, m.size, m.bytes'

/** The manifest of that digest. */
export function findManifest(
  db: Database,
  repositoryId: number,
  digest: string,
): Promise<ManifestRow | undefined> {
  return db.one(`${COLUMNS} FROM manifests m WHERE m.repository_id = ? AND m.digest = ?`, [
    repositoryId,
    digest,
  ])
}

/** The manifest that the tag names. */
export function findTagged(
  db: Database,
  repositoryId: number,
  tag: string,
): Promise<ManifestRow | undefined> {
  return db.one(
    `${COLUMNS} FROM tags t JOIN manifests m ON m.repository_id = t.repository_id AND m.digest = t.digest
     WHERE t.repository_id = ? AND t.name = ?`,
    [repositoryId, tag],
  )
}

/** What the tag names, without its bytes. */
export function findTaggedType(
  db: Database,
  repositoryId: number,
  tag: string,
): Promise<Pick<ManifestRow, 'digest' | 'artifactType'> | undefined> {
  return db.one(
    `SELECT m.digest, m.artifact_type AS "artifactType"
     FROM tags t JOIN manifests m ON m.repository_id = t.repository_id AND m.digest = t.digest
     WHERE t.repository_id = ? AND t.name = ?`,
    [repositoryId, tag],
  )
}

/** Whether the repository has a manifest of that digest. */
export async function hasManifest(db: Database, repositoryId: number, digest: string): Promise<boolean> {
  const sql = 'SELECT 1 AS one FROM manifests WHERE repository_id = ? AND digest = ?'
  return (await db.one(sql, [repositoryId, digest])) !== undefined
}

/** Stores the manifest, over damaged bytes of it too; whether it is new. */
export async function insertManifest(tx: Database, manifest: NewManifest): Promise<boolean> {
  const { repositoryId, digest, parts } = manifest
  const { changes } = await tx.run(
    `INSERT INTO manifests (repository_id, digest, media_type, artifact_type, subject, size, bytes, annotations, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (repository_id, digest) DO NOTHING`,
    [
      repositoryId,
      digest,
      manifest.mediaType,
      manifest.artifactType,
      manifest.subject,
      manifest.bytes.length,
      manifest.bytes,
      manifest.annotations,
      manifest.at,
    ],
  )
  if (changes === 0) {
    // The digest is that of the bytes, so where others stand they are damaged.
    await tx.run(
      'UPDATE manifests SET bytes = ?, size = ? WHERE repository_id = ? AND digest = ? AND bytes <> ?',
      [manifest.bytes, manifest.bytes.length, repositoryId, digest, manifest.bytes],
    )
    return false
  }
  for (const part of parts) {
    await tx.run(
      `INSERT INTO manifest_parts (repository_id, manifest, digest, kind) VALUES (?, ?, ?, ?)
       ON CONFLICT (repository_id, manifest, digest) DO NOTHING`,
      [repositoryId, digest, part.digest, part.kind],
    )
  }
  return true
}

/** Blobs that the manifest names. */
export async function blobsOfManifest(db: Database, repositoryId: number, digest: string): Promise<string[]> {
  const rows = await db.all<{ digest: string }>(
    "SELECT digest FROM manifest_parts WHERE repository_id = ? AND manifest = ? AND kind = 'blob'",
    [repositoryId, digest],
  )
  return rows.map((row) => row.digest)
}

/** Removes the manifest with its tags and parts; whether it was there. */
export async function deleteManifest(tx: Database, repositoryId: number, digest: string): Promise<boolean> {
  const sql = 'DELETE FROM manifests WHERE repository_id = ? AND digest = ?'
  return (await tx.run(sql, [repositoryId, digest])).changes > 0
}

/** Manifests whose subject is the digest, after `last`, in the order of their digests. */
export function findReferrers(
  db: Database,
  {
    repositoryId,
    subject,
    artifactType,
    last = '',
    limit,
  }: {
    readonly repositoryId: number
    readonly subject: string
    readonly artifactType?: string
    readonly last?: string
    readonly limit: number
  },
): Promise<ReferrerRow[]> {
  const filter = artifactType === undefined ? '' : 'AND m.artifact_type = ?'
  return db.all(
    `SELECT m.digest, m.media_type AS "mediaType", m.artifact_type AS "artifactType", m.size, m.annotations
     FROM manifests m WHERE m.repository_id = ? AND m.subject = ? AND m.digest > ? ${filter}
     ORDER BY m.digest LIMIT ?`,
    [repositoryId, subject, last, ...(artifactType === undefined ? [] : [artifactType]), limit],
  )
}
