// What lists show of a manifest's annotations stands in a column, so that no list reads manifests. Also for manifests
// that were stored without it: by an earlier version, or in a backup of one.
import type { Database } from './database.ts'

/** Annotations that a list shows of one manifest. */
const LISTED_BYTES = 4 * 1024
/** Those that clients look for in a list come before others: the keys of the image specification. */
const WELL_KNOWN = 'org.opencontainers.'
/** Manifests read at a time; each may have 4 MB. */
const PAGE = 8

/**
 * JSON of the annotations that are text, as far as a list has room for them, well-known ones first; undefined for a
 * manifest without any. The others are in the manifest alone.
 */
export function listedAnnotations(manifest: Readonly<Record<string, unknown>>): string | undefined {
  const { annotations } = manifest
  if (!isObject(annotations)) return undefined
  const kept: [string, string][] = []
  let size = 2
  const isKnown = ([name]: [string, unknown]): boolean => name.startsWith(WELL_KNOWN)
  const given = Object.entries(annotations)
  for (const [name, value] of [...given.filter(isKnown), ...given.filter((one) => !isKnown(one))]) {
    if (typeof value !== 'string') continue
    if (size + name.length + value.length > LISTED_BYTES) continue
    const more = Buffer.byteLength(JSON.stringify([name, value])) + 1
    if (size + more > LISTED_BYTES) continue
    size += more
    kept.push([name, value])
  }
  return JSON.stringify(Object.fromEntries(kept))
}

/** Fills the column where it is empty and a list shows it. */
export async function fillAnnotations(tx: Database): Promise<void> {
  let after: { readonly repositoryId: number; readonly digest: string } = { repositoryId: 0, digest: '' }
  for (;;) {
    const rows = await tx.all<{ repositoryId: number; digest: string; bytes: Buffer }>(
      `SELECT repository_id AS "repositoryId", digest, bytes FROM manifests
       WHERE subject IS NOT NULL AND annotations IS NULL AND (repository_id, digest) > (?, ?)
       ORDER BY repository_id, digest LIMIT ${PAGE}`,
      [after.repositoryId, after.digest],
    )
    for (const { repositoryId, digest, bytes } of rows) {
      const annotations = annotationsIn(bytes)
      if (annotations === undefined) continue
      await tx.run('UPDATE manifests SET annotations = ? WHERE repository_id = ? AND digest = ?', [
        annotations,
        repositoryId,
        digest,
      ])
    }
    const last = rows.at(-1)
    if (!last) return
    after = last
  }
}

/** Undefined for damaged bytes too: that is told when the manifest is asked for. */
function annotationsIn(bytes: Uint8Array): string | undefined {
  try {
    const manifest: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isObject(manifest) ? listedAnnotations(manifest) : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
