// The order of names that digests and listings agree on.

/** Order of the UTF-8 bytes, as `LC_ALL=C sort` has it; UTF-16 order differs only beyond the basic plane. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0
  const beyond = /[\ud800-\udfff]/
  if (beyond.test(a) || beyond.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}
