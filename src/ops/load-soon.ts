// Code that is needed once a source has answered is loaded while it is waited for; the request goes out first.

/** By then the request has left the machine. */
const HEAD_START_MS = 25

/**
 * Begins to load a moment from now, or at once when the request is out already; the function given back waits for it, or
 * loads at once.
 */
export function loadSoon<T>(load: () => Promise<T>, { now = false } = {}): () => Promise<T> {
  let loading: Promise<T> | undefined
  const begin = (): Promise<T> => (loading ??= load())
  // A failure is told to whoever waits.
  const timer = setTimeout(() => void begin().catch(() => {}), now ? 0 : HEAD_START_MS)
  timer.unref()
  return () => {
    clearTimeout(timer)
    return begin()
  }
}
