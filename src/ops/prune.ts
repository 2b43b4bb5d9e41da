// Frees what can be fetched again: caches and leftovers, and on request the store's content that no lock here needs.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadText } from '../lock/file.ts'
import { listFiles, removeTree } from '../platform/fs.ts'
import { openStore } from '../store/store.ts'
import type { Io, ScopeRequest } from './io.ts'
import { findScope, STATES } from './scope.ts'
import { recordFile } from './work-folder.ts'
import { readWorkspace, withWorkspace } from './workspace.ts'

export interface PruneRequest extends ScopeRequest {
  readonly dryRun?: boolean
  /** The store too: everything that neither this scope nor the global one has locked. Other projects fetch it again. */
  readonly all?: boolean
}

export interface PruneResult {
  /** Entries of the store, and files and folders of the caches. */
  readonly removed: { readonly store: number; readonly cache: number }
  readonly bytes: number
  readonly dryRun: boolean
}

/** Finishes an interrupted change of this scope as a side effect, like every command that is no dry run. */
export async function prune(request: PruneRequest, io: Io): Promise<PruneResult> {
  const { settings } = io
  const dryRun = request.dryRun === true
  const scopes = [findScope(settings, request.global), ...(settings.home ? [findScope(settings, true)] : [])]
  const keep = new Set<string>()
  for (const scope of scopes) {
    const { lock } = await (dryRun
      ? readWorkspace(scope, io, { looks: true })
      : withWorkspace(scope, io, (workspace) => workspace))
    for (const { integrity } of Object.values(lock.skills)) keep.add(integrity)
  }
  const cache = clearCache(settings.cacheDir, dryRun)
  clearStates(join(settings.dataDir, STATES), dryRun)
  const store = openStore(settings.dataDir)
  const pruned = store.prune(request.all ? keep : new Set(store.list()), { dryRun })
  return {
    removed: { store: pruned.removed, cache: cache.removed },
    bytes: cache.bytes + pruned.bytes,
    dryRun,
  }
}

/** What killed commands left of projects that are there no more. */
function clearStates(folder: string, dryRun: boolean): void {
  for (const name of namesIn(folder)) {
    const stateDir = join(folder, name)
    const root = loadText(recordFile({ stateDir }))?.split('\n')[1]
    if (!dryRun && root !== undefined && !existsSync(root)) removeTree(stateDir)
  }
}

function clearCache(folder: string, dryRun: boolean): { removed: number; bytes: number } {
  let removed = 0
  let bytes = 0
  for (const name of namesIn(folder)) {
    const path = join(folder, name)
    bytes += sizeOf(path)
    removed += 1
    if (!dryRun) removeTree(path)
  }
  return { removed, bytes }
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat?.size ?? 0
  return listFiles(path).reduce((sum, file) => sum + file.size, 0)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
