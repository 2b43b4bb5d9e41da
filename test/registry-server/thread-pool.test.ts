import { pathToFileURL } from 'node:url'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createThreadPool, type PoolOptions, type ThreadPool } from '../../registry-server/threads/pool.ts'

/** Answers a number with itself, `slow` never, `die` by its end, `hold` when the flag it was given is set. */
const THREAD = `
import { parentPort, threadId } from 'node:worker_threads'
parentPort.on('message', ({ id, job }) => {
  if (job === 'slow') for (;;);
  if (job === 'die') process.exit(1)
  if (job === 'fail') return parentPort.postMessage({ id, error: { code: 'artifact_invalid', message: 'no', hint: 'pack it', details: { a: 1 } } })
  if (job === 'defect') return parentPort.postMessage({ id, error: { message: 'a defect', details: {} } })
  if (job.hold) Atomics.wait(new Int32Array(job.hold), 0, 0)
  parentPort.postMessage({ id, value: job === 'thread' ? threadId : job.value ?? job })
})
parentPort.postMessage({ ready: true })
`
const LONG = 60_000

describe('a pool of threads', () => {
  let folder: string
  let pool: ThreadPool | undefined
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pool-'))
    writeFileSync(join(folder, 'thread.mjs'), THREAD)
  })
  afterEach(async () => {
    await pool?.close()
    pool = undefined
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const open = (options: Partial<PoolOptions> = {}): ThreadPool => {
    const file = pathToFileURL(join(folder, 'thread.mjs'))
    return (pool = createThreadPool({ file, threads: 1, perClient: 4, waiting: 8, ...options }))
  }
  const ask = (job: unknown, client = 'a', deadlineMs = LONG): Promise<unknown> =>
    pool?.run(job, { client, deadlineMs }) ?? Promise.reject(new Error('no pool'))
  const flag = () => {
    const hold = new SharedArrayBuffer(4)
    const release = (): void => {
      Atomics.store(new Int32Array(hold), 0, 1)
      Atomics.notify(new Int32Array(hold), 0)
    }
    return { hold, release }
  }

  test('ends a thread that is late, says so, and goes on with another', async () => {
    open()
    const first = await ask('thread')
    await expect(ask('slow', 'a', 20)).toThrowCode('too_complex')
    expect(await ask('thread')).not.toBe(first)
  })

  test('tells that a thread died, and goes on with another', async () => {
    open()
    await expect(ask('die')).toThrowCode('unavailable')
    expect(await ask(7)).toBe(7)
  })

  test('passes on what a job throws, with code, hint and details', async () => {
    open()
    await expect(ask('fail')).rejects.toMatchObject({
      code: 'artifact_invalid',
      message: 'no',
      hint: 'pack it',
      details: { a: 1 },
    })
    await expect(ask('defect')).rejects.toThrow('a defect')
  })

  test('gives every client a turn, however much one of them asks for', async () => {
    open()
    const { hold, release } = flag()
    const order: string[] = []
    const noted = (name: string, client: string, job: unknown = name): Promise<void> =>
      ask(job, client).then(() => void order.push(name))
    const all = [
      noted('greedy 1', 'greedy', { hold, value: 1 }),
      noted('greedy 2', 'greedy'),
      noted('greedy 3', 'greedy'),
      noted('modest', 'modest'),
      noted('other', 'other'),
    ]
    release()
    await Promise.all(all)
    expect(order).toEqual(['greedy 1', 'greedy 2', 'modest', 'other', 'greedy 3'])
  })

  test('leaves one thread to others while one client has long work', async () => {
    open({ threads: 2 })
    const { hold, release } = flag()
    const held = [ask({ hold, value: 1 }, 'greedy'), ask({ hold, value: 2 }, 'greedy')]
    expect(await ask('free', 'modest')).toBe('free')
    release()
    expect(await Promise.all(held)).toEqual([1, 2])
  })

  test('refuses what one client, or all together, have waiting beyond the bounds', async () => {
    open({ perClient: 2, waiting: 3 })
    const { hold, release } = flag()
    const held = ask({ hold, value: 0 }, 'a')
    const waiting = [ask(1, 'a'), ask(2, 'a')]
    await expect(ask(3, 'a')).rejects.toMatchObject({ code: 'rate_limited', details: { retryAfter: 1 } })
    const other = ask(4, 'b')
    await expect(ask(5, 'c')).toThrowCode('unavailable')
    release()
    expect(await Promise.all([held, ...waiting, other])).toEqual([0, 1, 2, 4])
  })
})
