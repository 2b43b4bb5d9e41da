import { expect, it } from 'vitest'
import { groupBy } from '../../src/platform/group.ts'
import { mapParallel } from '../../src/platform/parallel.ts'

it('keeps the order of the items and the limit', async () => {
  let running = 0
  let most = 0
  const results = await mapParallel([3, 1, 2], 2, async (item) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return item * 2
  })
  expect([results, most]).toEqual([[6, 2, 4], 2])
})

it('starts nothing after a failure and gives the first one', async () => {
  const started: number[] = []
  const work = mapParallel([1, 2, 3], 1, async (item) => {
    started.push(item)
    throw new Error(`no ${item}`)
  })
  await expect(work).rejects.toThrow('no 1')
  expect(started).toEqual([1])
})

it('groups by key in the order of first items', () => {
  expect([...groupBy(['b1', 'a1', 'b2'], (text) => text[0])]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
  ])
})
