import { expect, test } from 'vitest'
import { closest } from '../../src/platform/closest.ts'

test.each([
  ['lisst', 'list'],
  ['lsit', 'list'],
  ['claudecode', 'claude-code'],
  ['CURSER', 'cursor'],
  ['clau', 'claude-code'],
])('%s is nearest to %s', (word, expected) => {
  expect(closest(word, ['list', 'install', 'claude-code', 'cursor'])).toBe(expected)
})

test('nothing is near to something else', () => {
  expect(closest('zebra', ['list', 'install'])).toBeUndefined()
  expect(closest('', ['list'])).toBeUndefined()
})
