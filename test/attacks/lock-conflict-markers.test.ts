import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { lockText } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

test.each(['<<<<<<< HEAD', '=======', '>>>>>>> topic', '||||||| base'])(
  'refuses a line %s',
  async (marker) => {
    const lines = lockText().split('\n')
    lines.splice(3, 0, marker)
    await expect(() => parse(lines.join('\n'))).toThrowCode('lock_conflict')
    await expect(() => parse(lines.join('\r\n'))).toThrowCode('lock_conflict')
  },
)

test('a marker before the first brace is a conflict too, and its line is named', () => {
  expect(() => parse(`<<<<<<< HEAD\n${lockText()}`)).toThrow(/merge conflict marker in line 1$/)
})

test('a text that only mentions a marker is accepted', () => {
  expect(parse(lockText({ spec: './a\n<<<<<<< b' })).skills).toHaveProperty('pdf')
})
