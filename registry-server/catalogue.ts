// The catalogue as one part of the server: its hook for the distribution face, its routes and pages.
import type { Mount } from './app.ts'
import type { Database } from './db/database.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { clawhubRoutes } from './routes/clawhub.ts'
import { marketplaceRoutes } from './routes/marketplace.ts'
import { openapiRoutes } from './routes/openapi.ts'
import { wellKnownRoutes } from './routes/well-known.ts'
import { createDownloadCounter, type DownloadCounter } from './services/downloads.ts'
import { catalogueHook } from './services/publish.ts'
import type { PublishHook } from './services/publish-hook.ts'
import { createSearcher } from './services/search.ts'
import { webRoutes } from './web/routes.ts'

export interface Catalogue {
  /** For the context: what the distribution face calls. */
  readonly hook: PublishHook
  /** For `createApp`: after the server's own routes. */
  readonly mount: Mount
  readonly counter: DownloadCounter
  /** Writes what was counted; before the database closes. */
  close(): Promise<void>
}

/** A catalogue over the database that the context will have. */
export function createCatalogue(db: Database, now: () => Date = () => new Date()): Catalogue {
  const counter = createDownloadCounter(db, now)
  const searcher = createSearcher(db)
  return {
    hook: catalogueHook(counter),
    mount(app, context) {
      const parts = { context, counter, searcher }
      for (const routes of [
        catalogueRoutes(parts),
        wellKnownRoutes(parts),
        clawhubRoutes(parts),
        marketplaceRoutes(parts),
        openapiRoutes(),
        webRoutes(parts),
      ]) {
        app.route('/', routes)
      }
    },
    counter,
    close: () => counter.close(),
  }
}
