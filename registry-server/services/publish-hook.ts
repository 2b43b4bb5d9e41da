// Where the catalogue takes part in the distribution face. The face knows no skill, the catalogue no upload.
import type { Diagnostic } from '../../src/errors/diagnostic.ts'
import type { RegistryContext } from '../context.ts'
import type { Database } from '../db/database.ts'
import type { ReadManifest } from './manifest-form.ts'

/** A manifest on its way in; every blob it names is in the repository. */
export interface Push {
  readonly repository: { readonly id: number; readonly name: string; readonly scopeId: number }
  /** Absent: only by digest. */
  readonly tags: readonly string[]
  readonly digest: string
  readonly mediaType: string
  readonly artifactType: string | undefined
  readonly bytes: Buffer
  /** What it names. */
  readonly parts: ReadManifest['parts']
  /** Whose turn it takes where pushes wait for each other. */
  readonly client: string
  readonly actor: string
  readonly requestId: string
  readonly at: string
}

/** What happens in the transaction that stores the manifest, before its rows and tags are written; warnings for who pushes. */
export type PushEffect = (tx: Database) => Promise<readonly Diagnostic[]>

/** A manifest or tag on its way out, inside the transaction. */
export interface Removal {
  readonly repository: { readonly id: number; readonly name: string }
  readonly digest: string
  /** Absent: the manifest itself goes, with all its tags. */
  readonly tag: string | undefined
  readonly actor: string
}

export interface PublishHook {
  /**
   * Judges a push before the transaction: reads blobs as it likes. What it returns runs inside it (on SQLite everybody
   * waits meanwhile: nothing but the given database there), where it may still refuse.
   * @throws SkillsError that the push is refused with
   */
  readonly onManifest: (context: RegistryContext, push: Push) => Promise<PushEffect | undefined>
  /** @throws SkillsError when it must stay */
  readonly onRemove: (tx: Database, removal: Removal) => Promise<void>
  /** A manifest was fetched, not by HEAD. Called on the hottest path: counts in memory, never waits. */
  readonly onPull: (repository: string, digest: string) => void
}
