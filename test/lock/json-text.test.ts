import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJsonObject } from '../../src/lock/json-text.ts'
import { holds } from '../support/property.ts'

const CODES = { invalid: 'lock_invalid', conflict: 'lock_conflict', duplicate: 'lock_duplicate' } as const
const parse = (text: string) => parseJsonObject(text, 'a.json', CODES)

test('accepts CRLF and one byte order mark, which git and editors add', () => {
  expect(parse('\ufeff{\r\n  "a": 1\r\n}\r\n')).toEqual({ a: 1 })
})

test('gives any object that has no key twice as JSON.parse does', () => {
  holds(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom('', ' ', '\t'),
      (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(parse(text)).toEqual(JSON.parse(text))
      },
    ),
  )
})

test('accepts texts that look like members', () => {
  const value = { a: ':b', '": "': '" : ', 'x:y': [':', '\\":', '{"a":1,"a":2}'] }
  expect(parse(JSON.stringify(value))).toEqual(value)
  expect(parse(JSON.stringify(value).replaceAll('":', '" :').replaceAll('\\" :', '\\":'))).toBeTypeOf(
    'object',
  )
})

test.each([
  ['{"a":1,"a":2}', 'a', 1],
  ['{\n"a":1,\n"a"\n:\n2}', 'a', 3],
  ['{"a":1,"\\u0061":2}', 'a', 1],
  ['{"x":{"y":[{"z":1,"z":1}]}}', 'z', 1],
  ['{"__proto__":1,"__proto__":2}', '__proto__', 1],
  ['{"a":{"b":1,"c":2},"a":{}}', 'a', 1],
  ['{"a":1,"a" :":"}', 'a', 1],
  ['{"a":":","b" :1,"b":2}', 'b', 1],
])('finds the key that stands twice in %s', (text, key, line) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: 'lock_duplicate', details: { file: 'a.json', key, line } }),
  )
})

test('finds any doubled key', () => {
  const key = fc.string({ maxLength: 5 })
  holds(
    fc.property(
      fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 1 })), { minLength: 1 }),
      fc.nat(),
      (members, pick) => {
        const again = members[pick % members.length]
        const text = [...members, again]
          .map((m) => `${JSON.stringify(m?.[0])}:${JSON.stringify(m?.[1])}`)
          .join(',')
        expect(() => parse(`{${text}}`)).toThrow(expect.objectContaining({ code: 'lock_duplicate' }))
      },
    ),
  )
})

test('the same key in different objects is no duplicate', () => {
  expect(parse('{"a" :{"a":1},"b":[{"a":1},{"a":2}]}')).toBeTypeOf('object')
})

test('names the line of an error', () => {
  expect(() => parse('{\n  "a": 1,\n  }')).toThrow(/line 3/)
})

test('refuses nesting that no lock has, without running out of stack', async () => {
  const deep = (n: number) => `{"a":${'['.repeat(n)}${']'.repeat(n)}}`
  expect(parse(deep(60))).toBeTypeOf('object')
  await expect(() => parse(deep(100))).toThrowCode('lock_invalid')
  await expect(() => parse(deep(100_000))).toThrowCode('lock_invalid')
  await expect(() => parse('{"a":'.repeat(100_000))).toThrowCode('lock_invalid')
})
