import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { lockText } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

const withVersion = (version: string) =>
  lockText().replace('"lockfileVersion": 1', `"lockfileVersion": ${version}`)

test.each(['2', '0', '-1', '1.5', '"1"', 'null', 'true', '[1]', '1e99'])(
  'refuses lockfileVersion %s',
  async (version) => {
    await expect(() => parse(withVersion(version))).toThrowCode('lock_version')
  },
)

test('refuses a lock without a version', async () => {
  await expect(() => parse('{"skills":{}}')).toThrowCode('lock_version')
})

test('tells to update when the version is newer', () => {
  expect(() => parse(withVersion('7'))).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('update') }),
  )
})
