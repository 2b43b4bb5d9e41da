import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import { withFileLock } from '../../src/platform/file-lock.ts'
import { ownIdentity } from '../../src/platform/process-identity.ts'
import { startScript, type Running } from '../support/processes.ts'

const moduleOf = (path: string) => new URL(`../../src/${path}`, import.meta.url).pathname

let folder: string
let lock: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-lock-'))
  lock = join(folder, 'work', 'lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const TOKEN = 'ab'.repeat(12)
/** Writes a lock file as another process would. */
function plant(change: object, path = lock, token = TOKEN): void {
  mkdirSync(join(folder, 'work'), { recursive: true })
  writeFileSync(path, JSON.stringify({ ...ownIdentity(), token, ...change }))
}
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid
const once = () => withFileLock(lock, { timeoutMs: 0 }, () => 'in')

test('gives the result of the function and leaves nothing behind', async () => {
  expect(await withFileLock(lock, {}, async () => existsSync(lock))).toBe(true)
  expect(readdirSync(join(folder, 'work'))).toEqual([])
})

test('lets go when the function fails', async () => {
  await expect(withFileLock(lock, {}, () => Promise.reject(new SkillsError('local_edits', 'x')))).toThrowCode(
    'local_edits',
  )
  expect(await once()).toBe('in')
})

test('runs calls of one process one after another', async () => {
  let inside = 0
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      withFileLock(lock, {}, async () => {
        expect(++inside).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        inside--
        return index
      }),
    ),
  )
  expect(results).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('says who holds it, once, and gives up at the timeout', async () => {
  const waits: number[] = []
  await withFileLock(lock, {}, async () => {
    const second = withFileLock(lock, { timeoutMs: 200, onWait: (pid) => waits.push(pid) }, () => 'in')
    await expect(second).toThrowCode('lock_busy')
  })
  expect(waits).toEqual([process.pid])
  expect(await once()).toBe('in')
})

test('stops waiting when the signal fires, with the reason when that is an error of ours', async () => {
  await withFileLock(lock, {}, async () => {
    const controller = new AbortController()
    const wait = withFileLock(
      lock,
      { signal: controller.signal, onWait: () => controller.abort() },
      () => 'in',
    )
    await expect(wait).toThrowCode('cancelled')
    const reason = new SkillsError('fetch_failed', 'x')
    await expect(withFileLock(lock, { signal: AbortSignal.abort(reason) }, () => 'in')).toThrowCode(
      'fetch_failed',
    )
  })
})

test.each([
  ['whose process has ended', () => ({ pid: deadPid() })],
  ['whose number another process has now', () => ({ started: '1' })],
  ['from before the last boot', () => ({ boot: '00000000-0000-0000-0000-000000000000' })],
])('breaks a lock %s', async (_, change) => {
  plant(change())
  expect(await once()).toBe('in')
  expect(readdirSync(join(folder, 'work'))).toEqual([])
})

test.each([
  ['of a living process', {}],
  ['of another machine', { host: 'elsewhere/0', pid: 1 }],
  ['of another machine that has started again', { host: 'elsewhere/0', boot: 'other' }],
  ['of another container', { namespace: 'pid:[1]', pid: 1 }],
])('never breaks a lock %s', async (_, change) => {
  plant(change)
  await expect(once()).toThrowCode('lock_busy')
  expect(existsSync(lock)).toBe(true)
})

test('names the other machine, and the file to remove', async () => {
  plant({ host: 'elsewhere/0' })
  await expect(once()).rejects.toMatchObject({
    message: expect.stringContaining('elsewhere'),
    hint: expect.stringContaining(lock),
  })
})

test.each(['', '{', '{"pid":1}', 'null', '\0'.repeat(100)])(
  'breaks a lock of %j, which a power cut leaves, but not one made just now',
  async (text) => {
    mkdirSync(join(folder, 'work'))
    writeFileSync(lock, text)
    await expect(once()).toThrowCode('lock_busy')
    utimesSync(lock, 1, 1)
    expect(await once()).toBe('in')
  },
)

test('breaks the guard of a process that was killed while it broke a lock, and the guard of that guard', async () => {
  const pid = deadPid()
  plant({ pid })
  plant({ pid }, `${lock}.${TOKEN}.break`, 'cd'.repeat(12))
  plant({ pid }, `${lock}.${'cd'.repeat(12)}.break`, 'ef'.repeat(12))
  expect(await once()).toBe('in')
  expect(readdirSync(join(folder, 'work'))).toEqual([])
})

test('gives up on guards that point at each other, which no process writes', async () => {
  const pid = deadPid()
  plant({ pid })
  plant({ pid }, `${lock}.${TOKEN}.break`)
  await expect(once()).toThrowCode('lock_busy')
})

test('does not break a lock while a living process has its guard', async () => {
  plant({ pid: deadPid() })
  plant({}, `${lock}.${TOKEN}.break`, 'cd'.repeat(12))
  await expect(once()).toThrowCode('lock_busy')
  expect(existsSync(lock)).toBe(true)
})

test('removes what killed processes left beside the lock, and nothing else', async () => {
  const pid = deadPid()
  plant({}, join(folder, 'work', 'other'))
  plant({}, `${lock}.${process.pid}-${TOKEN}.tmp`)
  plant({}, `${lock}.${pid}-${TOKEN}.tmp`)
  plant({ pid }, `${lock}.${TOKEN}.break`, 'cd'.repeat(12))
  await once()
  expect(readdirSync(join(folder, 'work'))).toEqual([`lock.${process.pid}-${TOKEN}.tmp`, 'other'])
})

test('makes its folder again when another process removes it', async () => {
  await once()
  rmdirSync(join(folder, 'work'))
  expect(await once()).toBe('in')
})

test('a folder that cannot be made is an error of the file system', async () => {
  writeFileSync(join(folder, 'work'), '')
  await expect(once()).toThrowCode('fs_failed')
})

test('sixteen processes lose no increment of one counter though holders are killed all the time', async () => {
  const counter = join(folder, 'counter')
  writeFileSync(counter, '0')
  const source = `
    import { appendFileSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
    import { dirname } from 'node:path'
    import { withFileLock } from '${moduleOf('platform/file-lock.ts')}'
    const [lock, counter, acks, turns] = process.argv.slice(2)
    for (let turn = 0; turn < Number(turns); turn++) {
      await withFileLock(lock, { timeoutMs: 60000 }, () => {
        const value = Number(readFileSync(counter, 'utf8'))
        if (Math.random() < 0.02) process.kill(process.pid, 'SIGKILL')
        writeFileSync(counter + '.' + process.pid, String(value + 1))
        renameSync(counter + '.' + process.pid, counter)
        appendFileSync(acks, 'x')
        if (Math.random() < 0.02) process.kill(process.pid, 'SIGKILL')
      })
      try { rmdirSync(dirname(lock)) } catch {}
      process.stdout.write('x')
    }`
  const acks: string[] = []
  let kills = 0
  const start = (index: number, turns: number): Running => {
    const file = join(folder, `acks-${index}-${acks.length}`)
    acks.push(file)
    writeFileSync(file, '')
    return startScript(source, [lock, counter, file, String(turns)])
  }
  const work = async (index: number) => {
    for (let left = 25; left > 0;) {
      const { child, done } = start(index, left)
      child.stdout?.on('data', () => {
        if (Math.random() < 0.03) child.kill('SIGKILL')
      })
      const { code, output } = await done
      if (code === undefined) kills++
      else expect({ code, output: output.replaceAll('x', '') }).toEqual({ code: 0, output: '' })
      left -= Math.max(1, output.length)
    }
  }
  await Promise.all(Array.from({ length: 16 }, (_, index) => work(index)))
  const acknowledged = acks.reduce((sum, file) => sum + readFileSync(file, 'utf8').length, 0)
  const value = Number(readFileSync(counter, 'utf8'))
  expect(kills).toBeGreaterThan(0)
  expect(value).toBeGreaterThanOrEqual(acknowledged)
  expect(value).toBeLessThanOrEqual(acknowledged + kills)
  expect(await withFileLock(lock, { timeoutMs: 5000 }, () => 'in')).toBe('in')
  expect(readdirSync(join(folder, 'work'))).toEqual([])
})
