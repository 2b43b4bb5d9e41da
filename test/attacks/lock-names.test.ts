import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { lockEntry } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

const named = (name: string) =>
  `{"lockfileVersion":1,"skills":{${JSON.stringify(name)}:${JSON.stringify(lockEntry())}}}`

test.each([
  '../x',
  '../../.ssh/authorized_keys',
  '..',
  '.',
  '',
  '/etc',
  'C:\\x',
  'a/b',
  '@x/../../y',
  '.bin',
  '.git',
  '__proto__',
  'constructor',
  'con',
  'aux.md',
  'a\u0000b',
  'a\u202eb',
  'a\u200bb',
  '-rf',
  'a\nb',
  'x'.repeat(65),
])('refuses the name %j', async (name) => {
  await expect(() => parse(named(name))).toThrowCode('lock_name')
})

test('nothing of the name can move the cursor in the message', () => {
  expect(() => parse(named('a\u001b[2Jb'))).toThrow(/^[\u0020-\u007e]+$/)
})

test('a name of the prototype does not reach the prototype', async () => {
  await expect(() => parse(named('__proto__'))).toThrowCode('lock_name')
  expect({}).not.toHaveProperty('spec')
})
