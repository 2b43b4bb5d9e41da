import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { lockEntry, lockText } from '../support/lock.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

const entry = JSON.stringify(lockEntry())

test('refuses a skill that stands twice, equal or not', async () => {
  const skills = (second: string) => `{"lockfileVersion":1,"skills":{"pdf":${entry},"pdf":${second}}}`
  await expect(() => parse(skills(entry))).toThrowCode('lock_duplicate')
  await expect(() => parse(skills('{}'))).toThrowCode('lock_duplicate')
})

test('refuses a doubled key at every depth', async () => {
  const twice = (key: string) => lockText().replace(new RegExp(`("${key}": )`), `"${key}": 0, $1`)
  for (const key of [
    'lockfileVersion',
    'skills',
    'pdf',
    'integrity',
    'resolution',
    'commit',
    'terminal',
    'allow',
  ]) {
    await expect(() => parse(twice(key))).toThrowCode('lock_duplicate')
  }
})

test('refuses a key that is spelled with an escape the second time', async () => {
  const text = lockText().replace('"commit"', `"\\u0063ommit": "${'f'.repeat(40)}", "commit"`)
  await expect(() => parse(text)).toThrowCode('lock_duplicate')
})

test('is not deceived by blanks and by texts that begin with a colon', async () => {
  const text = lockText({ spec: ':x' }).replace('"signer":', '"signer": ":y", "signer" :')
  await expect(() => parse(text)).toThrowCode('lock_duplicate')
})

test('refuses two names that are one folder where case does not count', async () => {
  await expect(() => parse(`{"lockfileVersion":1,"skills":{"pdf":${entry},"PDF":${entry}}}`)).toThrowCode(
    'lock_duplicate',
  )
})
