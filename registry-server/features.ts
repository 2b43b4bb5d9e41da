// The parts of the server beyond the distribution face and the accounts. Each gets a line here.
import type { Mount } from './app.ts'
import { createCatalogue } from './catalogue.ts'
import type { Database } from './db/database.ts'
import type { PublishHook } from './services/publish-hook.ts'

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
export const FEATURES: readonly ((parts: Parts) => Feature)[] = [({ db, now }) => createCatalogue(db, now)]
