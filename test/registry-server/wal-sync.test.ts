import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openWalSync } from '../../registry-server/db/wal-sync.ts'

/** A log whose syncs end when the test says so. */
function slowLog(): { path: string; sync: () => Promise<void>; ends: (() => void)[]; fails: (() => void)[] } {
  const folder = mkdtempSync(join(tmpdir(), 'wal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'db')
  writeFileSync(`${path}-wal`, '')
  const ends: (() => void)[] = []
  const fails: (() => void)[] = []
  const sync = (): Promise<void> =>
    new Promise((resolve, reject) => {
      ends.push(resolve)
      fails.push(() => reject(new Error('the disk is gone')))
    })
  return { path, sync, ends, fails }
}

test('a commit waits for a sync that began after it, and all that wait share one', async () => {
  const { path, sync, ends } = slowLog()
  const wal = openWalSync(path, sync)
  const settled: string[] = []
  const commit = (name: string): Promise<void> => wal.durable().then(() => void settled.push(name))
  const first = commit('first')
  const others = [commit('second'), commit('third')]
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await first
  expect(settled).toEqual(['first'])
  await expect.poll(() => ends.length).toBe(2)
  ends[1]?.()
  await Promise.all(others)
  expect(settled).toEqual(['first', 'second', 'third'])
  expect(ends).toHaveLength(2)
  await wal.close()
})

test('a failed sync fails those that waited for it, and the next commit tries again', async () => {
  const { path, sync, ends, fails } = slowLog()
  const wal = openWalSync(path, sync)
  const lost = wal.durable()
  fails[0]?.()
  await expect(lost).rejects.toThrow('the disk is gone')
  const kept = wal.durable()
  ends[1]?.()
  await kept
  await wal.close()
})
