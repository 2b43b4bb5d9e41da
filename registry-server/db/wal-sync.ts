// Commits reach the disk without holding anybody up: SQLite writes its log, a thread syncs it, and all commits that wait
// meanwhile share the next sync. What `synchronous = FULL` promises, without the pause in the only thread.
import { close, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'

const closeLater = promisify(close)

export interface WalSync {
  /** Settles once everything that was committed before the call is on the disk. */
  durable(): Promise<void>
  close(): Promise<void>
}

/** Of the write-ahead log of the database at `path`, which a connection holds open. */
export function openWalSync(
  path: string,
  sync: (file: number) => Promise<void> = promisify(fdatasync),
): WalSync {
  let file: number | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    next = undefined
    // The log is there from the first commit on, and stays while a connection is open.
    file ??= openSync(`${path}-wal`, 'r+')
    const mine = sync(file).finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }
  return {
    durable() {
      // A sync under way may have begun before the commit.
      if (running) return (next ??= running.then(start, start))
      return start()
    },
    async close() {
      await (next ?? running)?.catch(() => {})
      if (file !== undefined) await closeLater(file)
      file = undefined
    },
  }
}
