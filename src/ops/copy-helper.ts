// Starts the second thread of an installation (copy-thread.ts) where it pays: many skills, two processors, and the
// bundle's file for it. Without one everything is done by the caller's thread, with the same result.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Code } from '../errors/codes.ts'
import { type Details, SkillsError } from '../errors/error.ts'
import { type CopyItem, type CopyJob, stopTaking } from './copy-job.ts'

/** What the thread says. */
export type CopyAnswer =
  /** Nothing is left to take; these indexes the store did not have. */
  | { readonly kind: 'taken'; readonly missing: readonly number[] }
  /** All that was sent is copied. */
  | { readonly kind: 'ended' }
  | {
      readonly kind: 'failed'
      readonly code: Code
      readonly message: string
      readonly hint: string | undefined
      readonly details: Details
    }

export interface CopyHelper {
  /** The indexes that it took and the store did not have. Rejects with what stopped the thread. */
  readonly taken: () => Promise<readonly number[]>
  /** Copies a skill that the store has, soon; a failure is reported by `end`. */
  readonly copy: (item: CopyItem) => void
  /** Waits for all copies. Rejects with what stopped the thread. */
  readonly end: () => Promise<void>
  /** Ends the thread; when it resolves, nothing is written any more. */
  readonly stop: () => Promise<void>
}

/** Fewer are copied before a thread has started. */
export const WORTH_A_THREAD = 64

/** Undefined where another thread would not help. */
export function startHelper(job: CopyJob): CopyHelper | undefined {
  const file = join(import.meta.dirname, '..', 'copy-thread.cjs')
  if (availableParallelism() < 2 || !existsSync(file)) return undefined
  const worker = new Worker(file, {
    workerData: job,
    // Its garbage is short-lived: a small nursery keeps the memory of two threads near that of one.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const answers = { taken: defer<readonly number[]>(), ended: defer<void>() }
  const fail = (error: Error): void => {
    answers.taken.reject(error)
    answers.ended.reject(error)
  }
  worker.on('message', (answer: CopyAnswer) => {
    if (answer.kind === 'taken') answers.taken.resolve(answer.missing)
    else if (answer.kind === 'ended') answers.ended.resolve()
    else fail(errorOf(answer))
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new SkillsError('internal', 'The thread that copies skills ended early')))
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const send = (message: CopyItem | 'end'): void => worker.postMessage(message)
  return {
    taken: () => answers.taken.promise,
    copy: send,
    end() {
      send('end')
      return answers.ended.promise
    },
    async stop() {
      stopTaking(job)
      await worker.terminate()
    },
  }
}

function errorOf({ code, message, hint, details }: CopyAnswer & { kind: 'failed' }): SkillsError {
  return new SkillsError(code, message, { details, ...(hint !== undefined && { hint }) })
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

function defer<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }))
  // Whoever asks hears of a failure; nobody has to ask.
  promise.catch(() => {})
  return { promise, ...(settle as Omit<Deferred<T>, 'promise'>) }
}
