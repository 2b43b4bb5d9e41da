import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { lockText } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

test.each([
  ['one string of 32 MiB', () => lockText({ spec: 'x'.repeat(32 << 20) })],
  [
    'a million unknown keys',
    () => lockText(Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => [`k${i}`, i]))),
  ],
  ['a million blanks before each colon', () => lockText().replaceAll('":', `"${' '.repeat(1e6)}:`)],
])('reads %s within seconds', (_, text) => {
  expect(parse(text()).skills).toHaveProperty('pdf')
})

test.each([
  ['16 MiB of backslashes', `"${'\\'.repeat(16 << 20)}`],
  ['16 MiB of quotes', '"'.repeat(16 << 20)],
  ['16 MiB of braces', '{'.repeat(16 << 20)],
  ['16 MiB of newlines', '\n'.repeat(16 << 20)],
  ['16 MiB of markers', '<<<<<<<'.repeat(2 << 20)],
])('refuses %s within seconds', async (_, text) => {
  await expect(() => parse(text)).toThrowCode('lock_invalid')
})
