// Bounded concurrency: results in the order of the items, the first failure ends the rest.

/** Runs `work` on every item, at most `limit` at a time. After a failure no further item is started. */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length })
  let next = 0
  let failed = false
  const lane = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const index = next++
      try {
        results[index] = await work(items[index] as T, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, lane))
  const rejected = lanes.find((result) => result.status === 'rejected')
  if (rejected) throw rejected.reason
  return results
}
