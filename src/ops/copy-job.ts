// Copies out of the store into the stage, shared among threads: each takes the next skill that nobody has. A thread
// reads, hashes and writes a skill on its own, so no content passes from one to another and each verifies what it writes.
import type { TreeDigest } from '../integrity/tree.ts'
import type { Store } from '../store/store.ts'
import { stageCopy } from './stage-copy.ts'

/** What to copy, as plain values that another thread can be given. */
export interface CopyJob {
  readonly dataDir: string
  readonly stageDir: string
  readonly skills: readonly CopyItem[]
  /** One number in shared memory: how many skills are taken. */
  readonly taken: Int32Array
}

export interface CopyItem {
  readonly name: string
  readonly integrity: TreeDigest
}

export function newTaken(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** The indexes that this thread takes, until none is left. */
export function* takeItems({ skills, taken }: CopyJob): Generator<number> {
  for (let index = Atomics.add(taken, 0, 1); index < skills.length; index = Atomics.add(taken, 0, 1)) {
    yield index
  }
}

/** Leaves nothing for any thread to take. */
export function stopTaking({ skills, taken }: CopyJob): void {
  Atomics.store(taken, 0, skills.length)
}

/**
 * Stages the store's copy, every byte verified; false when the store has none.
 * @throws store_corrupt, permission_denied, disk_full, fs_failed
 */
export function copyItem(stageDir: string, store: Store, { name, integrity }: CopyItem): boolean {
  const files = store.read(integrity)
  if (!files) return false
  stageCopy(stageDir, name, files)
  return true
}
