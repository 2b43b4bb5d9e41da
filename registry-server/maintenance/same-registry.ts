// Whether database and blobs are those of one registry. Without its database every blob looks like one that nobody needs.
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import type { BlobStore } from '../blobs/store.ts'
import { isEmpty } from '../db/dump.ts'
import type { Database } from '../db/database.ts'
import { firstUserAt } from '../db/users.ts'

/** Clocks of two machines may differ so much. */
const SLACK_MS = 60 * 60 * 1000

const HINT = 'restore a backup of the registry that they belong to, or name another place for the blobs'

interface Places {
  readonly db: Database
  readonly blobs: BlobStore
}

/**
 * A registry starts with neither rows nor blobs.
 * @throws database_invalid for blobs beside a database that knows nothing
 */
export async function assertBlobsAreKnown({ db, blobs }: Places): Promise<void> {
  if (!(await isEmpty(db))) return
  const digest = await firstBlob(blobs)
  if (digest === undefined) return
  throw new SkillsError('database_invalid', `The database is empty, but the blob store holds ${digest}`, {
    hint: HINT,
  })
}

/** Undefined for a store that does not answer too: `/readyz` says so, and `gc` compares ages before it frees a blob. */
async function firstBlob(blobs: BlobStore): Promise<string | undefined> {
  try {
    for await (const { digest } of blobs.list()) return digest
  } catch (error) {
    if (!isSkillsError(error, 'upstream_failed')) throw error
  }
  return undefined
}

/**
 * Milliseconds since the epoch before which no blob of this registry can have come.
 */
export async function registryBegan(db: Database): Promise<number> {
  const at = Date.parse((await firstUserAt(db)) ?? '')
  return (Number.isNaN(at) ? Date.now() : at) - SLACK_MS
}

/** @throws database_invalid */
export function olderThanRegistry(digest: string): SkillsError {
  return new SkillsError(
    'database_invalid',
    `The blob store holds ${digest}, which is older than the database and unknown to it`,
    { hint: HINT },
  )
}
