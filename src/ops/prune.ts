// Frees what can be fetched again: caches and leftovers, and on request the store's content that no lock here needs.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadText } from '../lock/file.ts'
import { listFiles, removeTree } from '../platform/fs.ts'
import { openStore } from '../store/store.ts'
import { applyChange } from './change.ts'
import type { Io, ScopeRequest } from './io.ts'
import { findScope, type Scope, STATES } from './scope.ts'
import { findStale, staleNames } from './stale.ts'
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
  /** Skills that were installed here and that skills.lock names no more. */
  readonly skills: readonly string[]
  readonly bytes: number
  readonly dryRun: boolean
}

/** Finishes an interrupted change of this scope as a side effect, like every command that is no dry run. */
export async function prune(request: PruneRequest, io: Io): Promise<PruneResult> {
  const { settings } = io
  const dryRun = request.dryRun === true
  const scopes = [findScope(settings, request.global), ...(settings.home ? [findScope(settings, true)] : [])]
  const keep = new Set<string>()
  const skills: string[] = []
  for (const scope of scopes) {
    const { lock } = await (dryRun
      ? readWorkspace(scope, io, { looks: true })
      : withWorkspace(scope, io, (workspace) => workspace))
    if (scope === scopes[0]) skills.push(...(await clearStale(scope, dryRun, io)))
    for (const { integrity } of Object.values(lock.skills)) keep.add(integrity)
  }
  const cache = clearCache(settings.cacheDir, dryRun)
  clearStates(join(settings.dataDir, STATES), dryRun)
  const store = openStore(settings.dataDir)
  const pruned = store.prune(request.all ? keep : new Set(store.list()), { dryRun })
  return {
    removed: { store: pruned.removed, cache: cache.removed },
    skills,
    bytes: cache.bytes + pruned.bytes,
    dryRun,
  }
}

/** Removes, in the scope that was asked for, what a colleague removed from the lock. */
async function clearStale(scope: Scope, dryRun: boolean, io: Io): Promise<readonly string[]> {
  if (dryRun) return staleNames(findStale(scope, await readWorkspace(scope, io, { looks: true }), io))
  return withWorkspace(scope, io, (workspace) => {
    const stale = findStale(workspace.scope, workspace, io)
    const names = staleNames(stale)
    const change = { before: workspace, after: workspace, place: [], stale }
    if (names.length > 0) applyChange(workspace.scope, change, { settings: io.settings, force: false })
    return names
  })
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
