// What every service may reach, as one value that is made at start and handed down.
import type { BlobStore } from './blobs/store.ts'
import type { ByteCache } from './blobs/cache.ts'
import type { RegistryConfig } from './config.ts'
import type { Database } from './db/database.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { PublishHook } from './services/publish-hook.ts'
import type { Work } from './threads/work.ts'

export interface RegistryContext {
  readonly config: RegistryConfig
  readonly db: Database
  readonly blobs: BlobStore
  /** Bytes by digest; what is in it was verified. */
  readonly cache: ByteCache
  readonly log: Log
  readonly metrics: Metrics
  readonly hook: PublishHook
  /** Threads for what may take long. */
  readonly work: Work
  readonly now: () => Date
  /** Ids of tokens that were used since the last note of it in the database. */
  readonly used: Set<string>
  /** Signs registry tokens and upload addresses; the same in every server on one database. */
  readonly secret: Buffer
  /**
   * Whom a CI's token must be made out to. Never taken from a request.
   * @throws forbidden where the server has no address of its own
   */
  readonly audience: () => string
  /** The origin under which the server was reached, or its public URL. */
  readonly origin: (request: Request) => string
}

/** Who does something and in which request, for the audit table. */
export interface Actor {
  readonly actor: string
  readonly requestId: string
}
