// Work that hostile input can make long, in threads: one job a thread, a deadline for each, and a turn for every client.
// A thread that is late is ended and replaced; whoever asked hears why, and nobody else waits for it.
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Code } from '../../src/errors/codes.ts'
import { type Details, isSkillsError, SkillsError } from '../../src/errors/error.ts'

/** What a thread says: that it is ready, with the file of its processor time (see `cpuMs`), or what came of the job with that number. */
export type ThreadAnswer =
  | { readonly ready: true; readonly clock?: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError }

/** An error crosses to another thread as plain values only. */
export interface PlainError {
  /** Absent for a defect. */
  readonly code?: Code
  readonly message: string
  readonly hint: string | undefined
  readonly details: Details
}

export interface PoolOptions {
  /** The script of a thread, which answers `{ id, job }` with a `ThreadAnswer`. */
  readonly file: URL
  readonly threads: number
  /** Jobs of one client that may wait, and of all together. */
  readonly perClient: number
  readonly waiting: number
}

export interface JobTerms {
  /** Whose turn it takes. */
  readonly client: string
  /** Of the thread's own work, where the system tells it; otherwise from when the thread has it. */
  readonly deadlineMs: number
}

export interface ThreadPool {
  /**
   * @throws too_complex past the deadline or the thread's memory; rate_limited when too many jobs of the client wait;
   *   unavailable when too many of all do; and what the job throws
   */
  run(job: unknown, terms: JobTerms): Promise<unknown>
  close(): Promise<void>
}

interface Waiting extends JobTerms {
  readonly job: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  isReady: boolean
  clock: string | undefined
  running: (Waiting & { readonly id: number; timer?: NodeJS.Timeout }) | undefined
}

/** A thread that is not ready by then never will be. */
const START_MS = 30_000
const MEMORY_MB = 1024
/** A tick of the system's clock of processor time. */
const TICK_MS = 10
/** So many times the deadline a job may take where the machine gives the thread no more. */
const BUSY = 20

/** Threads start when they are first needed. */
export function createThreadPool({ file, threads: most, perClient, waiting: all }: PoolOptions): ThreadPool {
  const threads = new Set<Thread>()
  const queues = new Map<string, Waiting[]>()
  let count = 0
  let last = 0
  let isClosed = false

  const next = (): Waiting | undefined => {
    for (const [client, queue] of queues) {
      const running = [...threads].filter((thread) => thread.running?.client === client).length
      // One thread is always left to others.
      if (running >= Math.max(1, most - 1)) continue
      const job = queue.shift()
      queues.delete(client)
      // Behind everybody else who waits.
      if (queue.length > 0) queues.set(client, queue)
      if (job) count--
      return job
    }
    return undefined
  }
  const end = (thread: Thread, settle: (job: Waiting) => void): void => {
    const { running } = thread
    thread.running = undefined
    clearTimeout(running?.timer)
    thread.worker.unref()
    if (running) settle(running)
    dispatch()
  }
  const give = (thread: Thread, job: Waiting): void => {
    const id = ++last
    thread.running = { ...job, id }
    thread.worker.ref()
    if (!thread.isReady) {
      thread.running.timer = setTimeout(() => drop(thread, failed()), START_MS)
      return
    }
    limit(thread)
    send(thread)
  }
  /** Ends the job once the thread has worked so long on it; on a busy machine that may take a few times as long. */
  const limit = (thread: Thread): void => {
    const { running, clock } = thread
    if (!running) return
    const { deadlineMs } = running
    const began = { cpu: cpuMs(clock), wall: performance.now() }
    const check = (): void => {
      const worked = (cpuMs(clock) ?? Infinity) - (began.cpu ?? 0)
      const isLate = performance.now() - began.wall >= deadlineMs * BUSY
      if (isLate || worked >= deadlineMs) drop(thread, tooComplex())
      else running.timer = setTimeout(check, Math.max(TICK_MS, deadlineMs - worked))
    }
    running.timer = setTimeout(check, deadlineMs)
  }
  const send = ({ worker, running }: Thread): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    if (running) worker.postMessage({ id: running.id, job: running.job })
  }
  const drop = (thread: Thread, error: SkillsError): void => {
    if (!threads.delete(thread)) return
    void thread.worker.terminate().catch(() => {})
    end(thread, ({ reject }) => reject(error))
  }
  const start = (): Thread => {
    const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB } })
    const thread: Thread = { worker, isReady: false, clock: undefined, running: undefined }
    threads.add(thread)
    worker.unref()
    worker.on('message', (answer: ThreadAnswer) => {
      if ('ready' in answer) {
        thread.isReady = true
        thread.clock = answer.clock
        const { running } = thread
        if (!running) return
        clearTimeout(running.timer)
        limit(thread)
        send(thread)
      } else if (answer.id === thread.running?.id) {
        end(thread, ({ resolve, reject }) =>
          'error' in answer ? reject(errorOf(answer.error)) : resolve(answer.value),
        )
      }
    })
    worker.on('error', (error: Error) => {
      const outOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      drop(thread, outOfMemory ? tooComplex() : failed(error))
    })
    worker.on('exit', () => drop(thread, failed()))
    return thread
  }
  const dispatch = (): void => {
    for (;;) {
      if (isClosed) return
      const idle = [...threads].find(({ running }) => !running)
      if (!idle && threads.size >= most) return
      const job = next()
      if (!job) return
      give(idle ?? start(), job)
    }
  }
  return {
    run: (job, terms) =>
      new Promise((resolve, reject) => {
        const queue = queues.get(terms.client) ?? []
        if (isClosed || count >= all) throw unavailable()
        if (queue.length >= perClient) throw tooMany()
        queue.push({ ...terms, job, resolve, reject })
        queues.set(terms.client, queue)
        count++
        dispatch()
      }),
    async close() {
      isClosed = true
      for (const queue of queues.values()) for (const { reject } of queue) reject(unavailable())
      queues.clear()
      count = 0
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
    },
  }
}

/** Milliseconds that a thread has worked, where the system tells it (Linux). */
function cpuMs(clock: string | undefined): number | undefined {
  if (clock === undefined) return undefined
  try {
    // proc_pid_stat(5): after the name in brackets the 12th and 13th field, in hundredths of a second.
    const stat = readFileSync(clock, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return undefined
  }
}

/** What a thread sends for an error. */
export function plainError(error: unknown): PlainError {
  if (isSkillsError(error)) {
    const { code, message, hint, details } = error
    return { code, message, hint, details }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { message, hint: undefined, details: {} }
}

function errorOf({ code, message, hint, details }: PlainError): Error {
  if (code === undefined) return new Error(message)
  return new SkillsError(code, message, { details, ...(hint !== undefined && { hint }) })
}

function tooComplex(): SkillsError {
  return new SkillsError('too_complex', 'The content takes too long to be looked at', {
    hint: 'make its files smaller, or their text simpler',
  })
}

function tooMany(): SkillsError {
  return new SkillsError('rate_limited', 'Too many requests of this client wait for their turn', {
    hint: 'wait for the answers to the others',
    details: { retryAfter: 1 },
  })
}

function unavailable(): SkillsError {
  return new SkillsError('unavailable', 'The registry has too much to do', { hint: 'try again in a moment' })
}

function failed(cause?: Error): SkillsError {
  return new SkillsError('unavailable', 'The registry could not look at the content', {
    hint: 'try again',
    ...(cause && { cause }),
  })
}
