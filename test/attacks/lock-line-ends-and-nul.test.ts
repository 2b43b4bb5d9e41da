import { expect, test } from 'vitest'
import { formatLockfile, parseLockfile } from '../../src/lock/lockfile.ts'
import { lockText } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

test('accepts CRLF, which git writes on some systems, and means the same by it', () => {
  expect(parse(lockText().replaceAll('\n', '\r\n'))).toEqual(parse(lockText()))
})

test('writes LF whatever was read', () => {
  expect(formatLockfile(parse(lockText().replaceAll('\n', '\r\n')))).not.toContain('\r')
})

test('accepts a byte order mark and does not write it', () => {
  expect(formatLockfile(parse(`\ufeff${lockText()}`))).toMatch(/^\{/)
})

test.each(['', '"spec": "', '"skills"'])('refuses NUL after %j', async (place) => {
  await expect(() => parse(lockText().replace(place, `${place}\0`))).toThrowCode('lock_invalid')
})

test('refuses NUL at the end', async () => {
  await expect(() => parse(`${lockText()}\0`)).toThrowCode('lock_invalid')
})

test('refuses an escaped NUL in an address', async () => {
  await expect(() => parse(lockText({ resolution: { kind: 'path', path: './a\0' } }))).toThrowCode(
    'lock_invalid',
  )
})
