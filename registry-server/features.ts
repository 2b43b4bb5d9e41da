// The parts of the server beyond the distribution face and the accounts. Each gets a line here.
import type { Mount } from './app.ts'
import type { Database } from './db/database.ts'
import { createDownloadCounter } from './services/downloads.ts'
import type { PublishHook } from './services/publish-hook.ts'
import { catalogueHook } from './services/publish.ts'

export interface Feature {
  /** At most one feature has one. */
  readonly hook?: PublishHook
  readonly mount?: Mount
  /** Writes what is only in memory. */
  readonly close?: () => Promise<void>
}

interface Parts {
  readonly db: Database
  readonly now: () => Date
}

/** Made at every start, in this order. */
export const FEATURES: readonly ((parts: Parts) => Feature)[] = [
  ({ db, now }) => {
    const counter = createDownloadCounter(db, now)
    return { hook: catalogueHook(counter), close: () => counter.close() }
  },
]
