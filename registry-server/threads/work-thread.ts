// A thread of the server: runs one job after the other. The bundle makes this a file of its own.
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { type Job, runJob } from './jobs.ts'
import { plainError, type ThreadAnswer } from './pool.ts'

/** Behind the thread that answers requests. Linux alone has a priority for each thread. */
const NICE = 5

if (parentPort) {
  const port = parentPort
  if (process.platform === 'linux') setPriority(NICE)
  const answer = (value: ThreadAnswer): void => port.postMessage(value, buffersOf(value))
  port.on('message', ({ id, job }: { readonly id: number; readonly job: Job }) => {
    runJob(job).then(
      (value) => answer({ id, value }),
      (error: unknown) => answer({ id, error: plainError(error) }),
    )
  })
  answer({ ready: true, ...(process.platform === 'linux' && { clock: clockOfThread() }) })
}

/** The file in which Linux tells how long this thread has worked. */
function clockOfThread(): string {
  return join('/proc', readlinkSync('/proc/thread-self'), 'stat')
}

/** Bytes that are a whole buffer go over without a copy. */
function buffersOf(answer: ThreadAnswer): ArrayBuffer[] {
  const value = 'value' in answer ? answer.value : undefined
  if (!(value instanceof Uint8Array) || !(value.buffer instanceof ArrayBuffer)) return []
  return value.byteLength === value.buffer.byteLength ? [value.buffer] : []
}
