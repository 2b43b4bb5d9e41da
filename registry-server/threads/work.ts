// Where the server's jobs run: judging in one pool of threads, reading for pages and other tools in another, so that
// neither waits for the other. From source there is no thread's file: jobs run where they are asked for.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { RegistryLimits } from '../config.ts'
import { type JobInput, type JobName, type JobResult, runJob } from './jobs.ts'
import { createThreadPool, type ThreadPool } from './pool.ts'

export interface Work {
  /** Does the job when it is the client's turn. @throws what `ThreadPool.run` and the job throw */
  do<K extends JobName>(name: K, input: JobInput<K>, client: string): Promise<JobResult<K>>
  close(): Promise<void>
}

const BUNDLED = 'registry-thread.js'
const WAITING = 500

/** No thread runs yet. */
export function createWork(limits: Pick<RegistryLimits, 'judgeMs' | 'renderMs' | 'jobsPerClient'>): Work {
  const file = threadFile()
  if (!file) return { do: (name, input) => runJob({ name, input }), close: async () => {} }
  // One processor is left to the thread that answers.
  const spare = Math.max(1, availableParallelism() - 1)
  const pool = (threads: number): ThreadPool =>
    createThreadPool({ file, threads, perClient: limits.jobsPerClient, waiting: WAITING })
  const pools = { judging: pool(Math.min(4, spare)), reading: pool(Math.min(2, spare)) }
  return {
    do: <K extends JobName>(name: K, input: JobInput<K>, client: string) => {
      const isJudging = name === 'judge' || name === 'form'
      const deadlineMs = name === 'render' ? limits.renderMs : limits.judgeMs
      const done = pools[isJudging ? 'judging' : 'reading'].run({ name, input }, { client, deadlineMs })
      return done as Promise<JobResult<K>>
    },
    async close() {
      await Promise.all([pools.judging.close(), pools.reading.close()])
    },
  }
}

/** Beside the server's bundle, or above one of its chunks. */
function threadFile(): URL | undefined {
  const here = import.meta.dirname
  const found = [join(here, BUNDLED), join(here, '..', BUNDLED)].find((path) => existsSync(path))
  return found === undefined ? undefined : pathToFileURL(found)
}
