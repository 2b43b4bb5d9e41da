// Reads in a thread of their own, so that a slow query delays nobody. The thread starts at the first of them.
import { Worker } from 'node:worker_threads'
import { SkillsError } from '../../src/errors/error.ts'
import { sqliteDriver } from '../../src/platform/sqlite-driver.ts'
import type { SqlValue } from './database.ts'

/** Plain script text: a worker of its own file would have to be found beside the bundle. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const Sqlite = require(workerData.driver)
const db = new Sqlite(workerData.path, { timeout: 30000, readonly: true })
db.pragma('cache_size = -65536')
db.pragma('mmap_size = 1073741824')
const prepared = new Map()
parentPort.on('message', ({ id, sql, params }) => {
  try {
    let statement = prepared.get(sql)
    if (!statement) {
      if (prepared.size > 500) prepared.clear()
      prepared.set(sql, (statement = db.prepare(sql)))
    }
    parentPort.postMessage({ id, rows: statement.all(...params) })
  } catch (error) {
    parentPort.postMessage({ id, error: String(error && error.message) })
  }
})
`

interface Reply {
  readonly id: number
  readonly rows?: unknown[]
  readonly error?: string
}

export interface SlowReader {
  all<T>(sql: string, params: readonly SqlValue[]): Promise<T[]>
  close(): Promise<void>
}

/** A reader of the SQLite file. @throws database_failed when the thread dies or the query is refused */
export function openSlowReader(path: string): SlowReader {
  let worker: Worker | undefined
  let last = 0
  const waiting = new Map<number, { resolve: (rows: unknown[]) => void; reject: (error: Error) => void }>()
  const fail = (message: string, cause?: unknown): void => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(failed(message, cause))
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(THREAD, { eval: true, workerData: { driver: sqliteDriver().path, path } })
    started.unref()
    started.on('message', ({ id, rows, error }: Reply) => {
      const caller = waiting.get(id)
      waiting.delete(id)
      if (waiting.size === 0) started.unref()
      if (rows) caller?.resolve(rows)
      else caller?.reject(failed(`A query was refused: ${error}`))
    })
    started.on('error', (cause) => fail('The reading thread failed', cause))
    started.on('exit', () => fail('The reading thread ended'))
    return started
  }
  return {
    all: <T>(sql: string, params: readonly SqlValue[]) =>
      new Promise<T[]>((resolve, reject) => {
        worker ??= start()
        worker.ref()
        const id = ++last
        waiting.set(id, { resolve: (rows) => resolve(rows as T[]), reject })
        worker.postMessage({ id, sql, params })
      }),
    async close() {
      await worker?.terminate()
    },
  }
}

function failed(message: string, cause?: unknown): SkillsError {
  return new SkillsError('database_failed', message, cause === undefined ? {} : { cause })
}
