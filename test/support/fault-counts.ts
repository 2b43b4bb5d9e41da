// How often a fault is tried: a few times in the suite, the full count with SKILLWARD_TEST_FAULTS=full.

/** The full count, or the small one. */
export function times(small: number, full: number): number {
  return process.env.SKILLWARD_TEST_FAULTS === 'full' ? full : small
}
