// Frees what nothing needs: uploads that were given up, blobs that no manifest names, ended tokens. It may run beside
// servers: what is young is left alone, and a blob goes under the same lock under which it would be shown.
import type { RegistryContext } from '../context.ts'
import { blobIsUsed, blobSize, unlinkBlob } from '../db/blobs.ts'
import { dropEndedTokens, dropUnshownBlob, unneededLinks, unshownBlobs } from '../db/housekeeping.ts'
import { olderThanRegistry, registryBegan } from './same-registry.ts'

export interface GcOptions {
  readonly dryRun?: boolean
  /** Milliseconds for which a blob may wait for its manifest; default a day. */
  readonly graceMs?: number
}

export interface GcResult {
  readonly blobs: number
  readonly bytes: number
  readonly uploads: number
  readonly tokens: number
}

const DAY_MS = 24 * 60 * 60 * 1000
/** For the audit table: what ended long ago is of interest to nobody. */
const TOKENS_MS = 90 * DAY_MS

/**
 * Removes, or with `dryRun` only counts.
 * @throws database_invalid, before anything is removed, for a blob that is older than the database and unknown to it
 */
export async function collectGarbage(
  context: Pick<RegistryContext, 'db' | 'blobs' | 'now' | 'config'>,
  { dryRun = false, graceMs = DAY_MS }: GcOptions = {},
): Promise<GcResult> {
  const { db, blobs, config } = context
  const now = context.now().getTime()
  const before = new Date(now - graceMs).toISOString()
  let count = 0
  let bytes = 0
  let uploads = 0
  const unneeded = await unneededLinks(db, before)
  const gone = new Set(await unshownBlobs(db, before))
  for (const { repositoryId, repository, digest } of unneeded) {
    gone.add(digest)
    if (dryRun) continue
    await db.transaction(async (tx) => {
      // A manifest that is being pushed may be the first to need it.
      await tx.lock(`repository:${repository}`)
      await tx.lock(`blob:${digest}`)
      if (!(await blobIsUsed(tx, repositoryId, digest))) await unlinkBlob(tx, repositoryId, digest)
    })
  }
  const began = await registryBegan(db)
  for await (const { digest, modifiedAt } of blobs.list()) {
    if (modifiedAt < began && (await blobSize(db, digest)) === undefined) throw olderThanRegistry(digest)
  }
  for await (const { digest, size, modifiedAt } of blobs.list()) {
    if (modifiedAt > now - graceMs) continue
    const isGone = await db.transaction(async (tx) => {
      await tx.lock(`blob:${digest}`)
      if (dryRun) return gone.has(digest) || (await blobSize(tx, digest)) === undefined
      if (!(await dropUnshownBlob(tx, digest))) return false
      // Inside the transaction: nobody can show it between the two.
      return blobs.delete(digest)
    })
    if (!isGone) continue
    count++
    bytes += size
  }
  for await (const { upload, modifiedAt } of blobs.uploads()) {
    if (modifiedAt > now - Math.min(graceMs, config.limits.uploadMs)) continue
    uploads++
    if (!dryRun) await blobs.abandon(upload)
  }
  const ended = new Date(now - TOKENS_MS).toISOString()
  const tokens = dryRun ? 0 : await db.transaction((tx) => dropEndedTokens(tx, ended))
  return { blobs: count, bytes, uploads, tokens }
}
