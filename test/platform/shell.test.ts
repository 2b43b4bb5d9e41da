import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { shellCommand, shellWord } from '../../src/platform/shell.ts'

it('leaves plain words as they are', () => {
  for (const text of ['@acme/pdf@1.2.0', 'https://skills.example.org/a', 'oci://h:5000/r:v1', './a#path:b'])
    expect(shellWord(text)).toBe(text)
})

it('gives a shell exactly the text, whatever it holds', () => {
  const texts = [
    'https://r.test/?a=1&b=2',
    'it\'s; rm -rf $HOME `id` "x" \\',
    'two words',
    '~root',
    '#comment',
    '*',
    '!history',
    '',
    'a|b>c<d(e){f}[g]',
    '$(touch x)',
  ]
  const words = texts.map(shellWord).join(' ')
  const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${words}`], { cwd: '/' }).toString()
  expect(printed).toBe(`${texts.join('\n')}\n`)
})

it('shows what would be invisible, and lets no value pass for an option', () => {
  expect(shellWord('a\u202eb\nc')).toBe("'a\\u{202e}b\\u{a}c'")
  expect(shellCommand('skills add', '--grant=requested')).toBe('skills add -- --grant=requested')
})
