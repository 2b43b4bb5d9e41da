import { expect, it } from 'vitest'
import { displayJson, displayShort, displayText, redactUrl } from '../../src/platform/text.ts'

it.each([
  ['an escape sequence', 'a\u001b[2Jb', 'a\\u{1b}[2Jb'],
  ['a newline', 'a\nb', 'a\\u{a}b'],
  ['a bidi override', 'a\u202eb', 'a\\u{202e}b'],
  ['a bidi isolate', 'a\u2066b', 'a\\u{2066}b'],
  ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
  ['a C1 control', 'a\u009bb', 'a\\u{9b}b'],
  ['a tag character', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['half a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
])('makes %s visible', (_what, text, shown) => {
  expect(displayText(text)).toBe(shown)
})

it('leaves letters of every script and emoji alone', () => {
  expect(displayText('naïve 日本語 עברית ⚠️ 🚀')).toBe('naïve 日本語 עברית ⚠ 🚀')
})

it('cuts long text', () => {
  expect(displayShort('abcdef', 4)).toBe('abc…')
})

it('takes user, password and query values out of a URL', () => {
  expect(redactUrl('https://user:secret@host/a?token=secret&b=2#f')).toBe('https://host/a?token=…&b=…#f')
  expect(redactUrl('https://host:8443/@scope/a@b')).toBe('https://host:8443/@scope/a@b')
})

it('escapes unsafe characters in JSON without changing its value', () => {
  const value = { 'k\u202e': 'a\u009bb\u{e0041}c\u200b\u007f', plain: 'naïve 日本語 ⚠️ 🚀', '\u001b': ['\n'] }
  const shown = displayJson(JSON.stringify(value, null, 2))
  expect(JSON.parse(shown)).toEqual(value)
  expect(shown).toContain('naïve 日本語 ⚠️ 🚀')
  expect(shown).not.toMatch(/[\u007f-\u009f\u200b\u202e]|\u{e0041}/u)
})
