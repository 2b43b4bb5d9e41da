import { expect, it } from 'vitest'
import { worstExit } from '../../src/errors/exit.ts'

it('takes the gravest status: cancelled, refused, not understood, failed, something found, done', () => {
  expect(worstExit([])).toBe(0)
  expect(worstExit([0, 4, 0])).toBe(4)
  expect(worstExit([4, 1, 0])).toBe(1)
  expect(worstExit([1, 2, 4])).toBe(2)
  expect(worstExit([4, 3, 1, 2])).toBe(3)
  expect(worstExit([3, 130, 1])).toBe(130)
  expect(worstExit([3, 99])).toBe(99)
})
