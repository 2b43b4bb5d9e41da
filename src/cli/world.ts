// What the program touches of its process, as a value: tests hand in another one.
import type { Readable, Writable } from 'node:stream'

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }
export type Input = Readable & { readonly isTTY?: boolean }

export interface World {
  /** Absent: the process's own, read by platform/env.ts. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** Calls the listener for SIGINT and SIGTERM until the function given back is called. */
  readonly onSignal: (listener: (signal: 'SIGINT' | 'SIGTERM') => void) => () => void
  /** Milliseconds since the epoch. */
  readonly startedAt?: number
  /** Ends at once, without cleaning up. */
  readonly abort: (status: number) => void
}

/** The real process. */
export function processWorld(): World {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    // As `performance.timeOrigin`, without loading what stands behind it.
    startedAt: Date.now() - process.uptime() * 1000,
    abort: (status) => process.exit(status),
  }
}
