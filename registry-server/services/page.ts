// How much of a list fits into one answer. Pure.

/** The first entries, as many as fit into so many bytes of JSON; at least one, so that pages go on. */
export function withinBytes<T>(entries: readonly T[], most: number): T[] {
  const kept: T[] = []
  let size = 0
  for (const entry of entries) {
    size += Buffer.byteLength(JSON.stringify(entry)) + 1
    if (kept.length > 0 && size > most) break
    kept.push(entry)
  }
  return kept
}
