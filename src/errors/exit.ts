// One exit status for a command with several outcomes. Pure.

/** From the least to the gravest: done, something found, failed, not understood, refused on purpose, cancelled. */
const GRAVITY: readonly number[] = [0, 4, 1, 2, 3, 130]

/** The gravest of the statuses, 0 for none; one that is not in use counts as the gravest. */
export function worstExit(exits: Iterable<number>): number {
  const rank = (exit: number): number => (GRAVITY.includes(exit) ? GRAVITY.indexOf(exit) : GRAVITY.length)
  let worst = 0
  for (const exit of exits) if (rank(exit) > rank(worst)) worst = exit
  return worst
}
