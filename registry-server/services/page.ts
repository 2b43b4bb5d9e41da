// How much of a list fits into one answer. Pure.

/** The first entries, as many as fit into so many bytes of JSON; at least one, so that pages go on. */
export function withinBytes<T>(entries: readonly T[], most: number): T[] {
  return entries.slice(
    0,
    fitting(entries, most, (entry) => JSON.stringify(entry)),
  )
}

/** The same for entries that are JSON already. */
export function textsWithin(texts: readonly string[], most: number): string[] {
  return texts.slice(
    0,
    fitting(texts, most, (text) => text),
  )
}

function fitting<T>(entries: readonly T[], most: number, textOf: (entry: T) => string): number {
  let size = 0
  let count = 0
  for (const entry of entries) {
    size += Buffer.byteLength(textOf(entry)) + 1
    if (count > 0 && size > most) break
    count++
  }
  return count
}
