import { expect, test } from 'vitest'
import { findSecrets } from '../../src/registry/secrets.ts'
import { skillFiles } from '../support/skill-files.ts'

// In parts, so that this file itself is none that holds a secret.
const GOOGLE = ['AIza', 'SyD9xQ2mV7kLpR4tWn8bJc3HfZe6YgUa5sO'].join('')
const REGISTRY = ['skw', 'ZqD6hoMdKnWuJB3wdofmfha0C1mo2f9Xp2910mzivT'].join('_')

function found(text: string): string[] {
  return findSecrets(skillFiles({ 'SKILL.md': 'x', 'notes.md': `one\ntwo ${text} three\n` })).map(
    ({ code, file, line }) => `${code} ${file}:${line}`,
  )
}

test('names file and line of a credential, and never the credential', () => {
  expect(found(GOOGLE)).toEqual(['secret_google_key notes.md:2'])
  expect(JSON.stringify(findSecrets(skillFiles({ 'a.md': GOOGLE })))).not.toContain(GOOGLE.slice(4))
})

test('knows a token of this registry', () => {
  expect(found(REGISTRY)).toEqual(['secret_registry_token notes.md:2'])
})

test.each([
  ['letters and digits that count in turns', 'AIzaSyA1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q'],
  ['a run of one character', `AIzaSy${'x'.repeat(33)}`],
  ['the word example', 'ghp_exampleexampleexampleexampleexample1'],
])('takes %s for what documentation writes in place of one', (_what, text) => {
  expect(found(text)).toEqual([])
})
