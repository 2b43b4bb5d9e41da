import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { lockText } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

const digest = 'A'.repeat(43)

test.each([
  ['is removed', undefined],
  ['is null', null],
  ['is empty', ''],
  ['is a list', [`h1:${digest}=`]],
  ['uses sha512', `sha512-${'A'.repeat(86)}==`],
  ['uses sha256', `sha256:${'0'.repeat(64)}`],
  ['uses an algorithm to come', `h2:${digest}=`],
  ['is not base64', `h1:${'!'.repeat(43)}=`],
  ['is base64url', `h1:${'-_'.repeat(21)}A=`],
  ['is too short', `h1:${'A'.repeat(42)}=`],
  ['is too long', `h1:${digest}A=`],
  ['has no padding', `h1:${digest}`],
  ['spells the same bytes in another way', `h1:${'A'.repeat(42)}B=`],
  ['names two digests', `h1:${digest}= h1:${digest}=`],
  ['ends with a newline', `h1:${digest}=\n`],
])('refuses an entry whose integrity %s', async (_, integrity) => {
  await expect(() => parse(lockText({ integrity }))).toThrowCode('lock_integrity')
})

test('the error names the file, the skill and the field', () => {
  expect(() => parse(lockText({ integrity: undefined }))).toThrow(
    /^skills\.lock: skills\.pdf\.integrity is missing$/,
  )
})
