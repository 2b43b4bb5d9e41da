import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertSkillName, nameProblem } from '../../src/lock/skill-name.ts'
import { pathProblem } from '../../src/platform/path-name.ts'
import { holds } from '../support/property.ts'

test.each(['a', 'pdf', 'skill-creator', 'a.b', 'A_1', '9', 'x'.repeat(64), 'console', 'com10'])(
  'accepts %s',
  (name) => {
    expect(nameProblem(name)).toBeUndefined()
  },
)

test.each([
  '',
  '.',
  '..',
  '../x',
  'a/b',
  'a\\b',
  '-a',
  '.a',
  '_a',
  'a.',
  'a b',
  'a\0',
  'a\n',
  'con',
  'NUL.txt',
  'com1',
  '__proto__',
  'constructor',
  'toString',
  'prototype\u200b',
  'ä',
  'x'.repeat(65),
])('refuses %j with a reason', async (name) => {
  expect(nameProblem(name)).toMatch(/^(is|holds|ends|does) /)
  await expect(() => assertSkillName(name)).toThrowCode('name_invalid')
})

test('what it accepts is a safe file name', () => {
  holds(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/)), (name) => {
      if (nameProblem(name) === undefined) expect(pathProblem(name)).toBeUndefined()
    }),
  )
})
