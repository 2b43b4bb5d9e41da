// Whether content that stands somewhere is an edit. What the lock names, what this program put there, and what the store
// has is none: replacing it loses nothing. Looked up only for content that is not the locked one.
import { join } from 'node:path'
import type { SkillFile, TreeDigest } from '../integrity/tree.ts'
import type { Settings } from '../platform/env.ts'
import { openStore, type Store } from '../store/store.ts'
import { readPlainFiles } from '../store/tree.ts'
import { verifyFetched } from '../trust/verify.ts'
import { type Placed, readPlaced } from './placed.ts'
import type { Scope } from './scope.ts'

export interface KnownContent {
  /** True for a digest that was put under the name here, or that the store has. */
  isKnown(name: string, digest: TreeDigest): boolean
  /** The name's digest in a record that may make something go: the user's own, and in CI also the one beside the copies. */
  placedHere(name: string): TreeDigest | undefined
  /** Names that such a record has. */
  readonly names: readonly string[]
  /** Puts a copy that is going into the store, unless it is there: a record alone never loses anything. */
  keep(name: string, digest: TreeDigest): void
  /** The files of the store, whole and verified. */
  stored(digest: TreeDigest): readonly SkillFile[] | undefined
}

export function knownContent(scope: Scope, settings: Settings): KnownContent {
  const store = openStore(settings.dataDir)
  let placed: Placed | undefined
  const records = (): Placed => (placed ??= readPlaced(scope, settings))
  const placedHere = (name: string): TreeDigest | undefined =>
    records().own.get(name) ?? (settings.ci ? records().beside.get(name) : undefined)
  return {
    isKnown: (name, digest) =>
      records().own.get(name) === digest ||
      records().beside.get(name) === digest ||
      storedFiles(store, digest) !== undefined,
    placedHere,
    get names() {
      return [...records().own.keys(), ...(settings.ci ? records().beside.keys() : [])]
    },
    keep(name, digest) {
      if (storedFiles(store, digest)) return
      const path = join(scope.skillsDir, name)
      const files = readPlainFiles(path)
      if (files)
        store.put(verifyFetched({ resolution: { kind: 'path', path }, files }, { name, integrity: digest }))
    },
    stored: (digest) => storedFiles(store, digest),
  }
}

function storedFiles(store: Store, digest: TreeDigest): readonly SkillFile[] | undefined {
  try {
    return store.read(digest)
  } catch {
    // A damaged entry is none.
    return undefined
  }
}
