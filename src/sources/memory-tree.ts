// A source's tree whose files are all in memory.
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import type { SourceTree } from './source.ts'

/** One file, or a link with its target's text. */
export interface MemoryEntry {
  readonly path: string
  readonly kind: 'file' | 'link'
  readonly bytes: Uint8Array
  readonly target?: string | undefined
}

/** The entries as a tree; closing it forgets them. */
export function memoryTree(entries: readonly MemoryEntry[]): SourceTree {
  const files = new Map(entries.map((entry) => [entry.path, entry]))
  const bytesOf = (entry: MemoryEntry): Uint8Array =>
    entry.target === undefined ? entry.bytes : Buffer.from(entry.target)
  return {
    entries: [...files.values()].map((entry) => ({
      path: entry.path,
      kind: entry.kind,
      size: bytesOf(entry).length,
    })),
    // eslint-disable-next-line typescript/require-await -- the interface is asynchronous for sources that need it
    async read(paths) {
      return paths.map((path) => {
        const entry = files.get(path)
        if (entry) return bytesOf(entry)
        throw new SkillsError('internal', `The archive has no entry ${displayShort(path, 200)}`)
      })
    },
    close() {
      files.clear()
    },
  }
}

/**
 * The entries as they stand below the root. The rule: when everything lies in one top folder, as in the archives that
 * code hosts and npm make (`repo-1.0/…`, `package/…`), that folder is the root, unless it is called `skills` or begins
 * with a dot: those names mean something to whoever looks for skills.
 */
export function withoutWrapper<T extends { readonly path: string }>(entries: readonly T[]): readonly T[] {
  const first = entries[0]?.path ?? ''
  const top = first.slice(0, first.indexOf('/') + 1)
  if (top === '' || top === 'skills/' || top.startsWith('.')) return entries
  if (!entries.every((entry) => entry.path.startsWith(top))) return entries
  return entries.map((entry) => ({ ...entry, path: entry.path.slice(top.length) }))
}
