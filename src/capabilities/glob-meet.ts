// Whether two wildcard patterns can match one and the same text: what a rule can reach, not how it is written. Pure.

/** `*` is any run of characters, on both sides. */
export function textsMeet(a: string, b: string): boolean {
  return sequencesMeet(Array.from(a), Array.from(b), '*', (left, right) => left === right)
}

/** `**` is any number of parts, none included; `*` is any run within a part. Letters of either case meet. */
export function pathsMeet(a: string, b: string): boolean {
  return sequencesMeet(a.toLowerCase().split('/'), b.toLowerCase().split('/'), '**', textsMeet)
}

/** Linear in the product of both lengths. */
function sequencesMeet(
  a: readonly string[],
  b: readonly string[],
  any: string,
  meet: (a: string, b: string) => boolean,
): boolean {
  // reach[j]: what was read of `a` and the first j items of `b` can stand for the same.
  let reach: boolean[] = [true]
  for (let j = 1; j <= b.length; j += 1) reach[j] = (reach[j - 1] ?? false) && b[j - 1] === any
  for (const item of a) {
    const next: boolean[] = [item === any && (reach[0] ?? false)]
    for (let j = 1; j <= b.length; j += 1) {
      const other = b[j - 1] ?? ''
      if (item === any) next[j] = (reach[j] ?? false) || (next[j - 1] ?? false)
      else if (other === any) next[j] = (next[j - 1] ?? false) || (reach[j] ?? false)
      else next[j] = (reach[j - 1] ?? false) && meet(item, other)
    }
    reach = next
  }
  return reach[b.length] ?? false
}
