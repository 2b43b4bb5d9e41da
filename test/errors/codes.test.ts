import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CODES } from '../../src/errors/codes.ts'

const HOUSE = fileURLToPath(new URL('../../', import.meta.url))

/** The page as heading → text below it. */
function sections(): [string, string][] {
  const [, ...parts] = readFileSync(join(HOUSE, 'docs/errors.md'), 'utf8').split(/^## /m)
  return parts.map((part) => {
    const end = part.indexOf('\n')
    return [part.slice(0, end), part.slice(end).trim()]
  })
}

/** The text of every TypeScript file below a folder, one after another. */
function sourceText(folder: string, without: (path: string) => boolean): string {
  return readdirSync(join(HOUSE, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !without(path))
    .map((path) => readFileSync(join(HOUSE, folder, path), 'utf8'))
    .join('\n')
}

test('the page has every code of the table once, in its order', () => {
  expect(sections().map(([code]) => code)).toEqual(Object.keys(CODES))
})

test('the page says of every code how it exits, what it is, and what to do', () => {
  const words = Object.fromEntries(sections())
  for (const [code, { exit, title }] of Object.entries(CODES)) {
    const [head, empty, ...advice] = (words[code] ?? '').split('\n')
    expect([code, head, empty]).toEqual([code, `Exit ${exit}. ${title}.`, ''])
    expect(advice.length, `lines of ${code}`).toBeGreaterThan(0)
    expect(advice.length, `lines of ${code}`).toBeLessThanOrEqual(5)
  }
})

test('every code of the table is thrown somewhere', () => {
  const table = (path: string): boolean => path === join('errors', 'codes.ts')
  const text = sourceText('src', table) + sourceText('registry-server', () => false)
  expect(Object.keys(CODES).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

test('every code of the table is produced by some test', () => {
  const text = sourceText('test', (path) => !path.endsWith('.test.ts') || path.startsWith('errors'))
  // As an expected code (`toThrowCode('x')`, `code: 'x'`, a row of a table) or in what a person reads (`code: x`).
  const produced = (code: string): boolean => new RegExp(`'${code}'|code: ${code}\\b`).test(text)
  expect(Object.keys(CODES).filter((code) => !produced(code))).toEqual([])
})
