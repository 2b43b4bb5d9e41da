import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertSafePath, pathCollision, pathProblem } from '../../src/platform/path-name.ts'
import { processorTime } from '../support/processor-time.ts'
import { holds } from '../support/property.ts'

describe('pathProblem', () => {
  it.each([
    'SKILL.md',
    'scripts/run.py',
    'a',
    '.env',
    '.github/workflows/ci.yml',
    '.gitignore',
    '.gitattributes',
    'a b/c d.txt',
    'console.log',
    'auxiliary/nulls.md',
    'comma',
    'com10',
    'lpt',
    'größe/naïve.md',
    '資料/読む.md',
    'x~',
    "it's.md",
    '...a',
    '[id].tsx',
    'a&b;c.txt',
    '-rf',
    'git~',
    'git~x',
    `${'a/'.repeat(64)}b`,
    'n'.repeat(255),
  ])('accepts %j', (path) => {
    expect(pathProblem(path)).toBeUndefined()
  })

  it.each([
    '',
    '.',
    '..',
    './a',
    'a/..',
    'a/../b',
    '../a',
    '/a',
    '//a',
    'a//b',
    'a/',
    '/',
    'a/./b',
    'a\\b',
    '..\\a',
    '\\\\server\\share',
    'C:',
    'C:a',
    'c:../a',
    'C:/a',
    'z:\\a',
    'x/C:y',
    'a\0b',
    'a\nb',
    'a\rb',
    'a\tb',
    'a\u001b[31m',
    'a\u007f',
    'a\u0085',
    '\u202ecod.txt',
    'a\u200bb',
    'a\u2066b',
    'a\ufeff',
    'a\ufffd',
    'a\ud800',
    'CON',
    'con',
    'Con.txt',
    'x/nul',
    'aux.tar.gz',
    'PRN',
    'com1',
    'COM9.md',
    'lpt0/x',
    'com¹',
    'LPT³.x',
    'conin$',
    'CONOUT$',
    'con .txt',
    'a.',
    'a ',
    'a./b',
    'a /b',
    '...',
    'a/....',
    'a<b',
    'a>b',
    'a:b',
    'a"b',
    'a|b',
    'a?b',
    'a*b',
    'file::$DATA',
    '.git',
    '.GIT/config',
    'a/.Git/hooks/x',
    'git~1',
    'GIT~1/x',
    'git~2',
    '.git ',
    '.git.',
    '.g\u200cit',
    '.ｇit',
    '.gıt',
    '‥',
    '․/x',
    'n'.repeat(256),
    'é'.repeat(128),
    `${'a/'.repeat(65)}b`,
    `${'abcdefghi/'.repeat(60)}${'n'.repeat(250)}/${'m'.repeat(250)}`,
  ])('refuses %j', (path) => {
    expect(pathProblem(path)).toBeTypeOf('string')
  })

  it('says the same of a name through the short and the long way', () => {
    const part = fc.stringMatching(/^[a-zA-Z.~$ _-]{1,12}$/)
    holds(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const path = parts.join('/')
        // A part of 120 plain characters forces the long way without changing the verdict.
        const long = `${'p'.repeat(150)}/${path}`
        expect(pathProblem(path) === undefined).toBe(pathProblem(long) === undefined)
      }),
      { numRuns: 5000 },
    )
  })

  it('judges a hostile name in linear time', () => {
    const started = processorTime()
    for (const unit of ['.', 'a.', 'a/', '-', 'con', ' ']) pathProblem(unit.repeat(100_000))
    expect(processorTime() - started).toBeLessThan(1500)
  })
})

describe('assertSafePath', () => {
  it('names the place and the problem, with the name made visible', async () => {
    await expect(() => assertSafePath('a/../b', 'the archive')).toThrowCode('path_unsafe')
    expect(() => assertSafePath('a\u202eb', 'the archive')).toThrow(/the archive .*a\\u\{202e\}b/)
    expect(() => assertSafePath('ok.md', 'the archive')).not.toThrow()
  })
})

describe('pathCollision', () => {
  it.each([
    [['a', 'a']],
    [['a.md', 'A.md']],
    [['straße', 'STRASSE']],
    [['ẞ', 'ss']],
    [['ﬁle', 'FILE']],
    [['ﬄ', 'FFL']],
    [['ſt', 'ST']],
    [['é', 'e\u0301']],
    [['σ', 'ς']],
    [['K', '\u212a']],
    [['ﬀ/x', 'FF']],
    [['a', 'a/b']],
    [['a/b', 'A']],
    [['A/b', 'a/c']],
    [['x/ß/1', 'x/SS/2']],
    [['x', 'y', 'z/q', 'Z/Q']],
  ])('finds the pair in %j', (paths) => {
    expect(pathCollision(paths)).toHaveLength(2)
    expect(pathCollision(paths.toReversed())).toHaveLength(2)
  })

  it('takes a name with a slash at its end for a folder, which may stand twice', () => {
    expect(pathCollision(['a/', 'a/', 'a/b', 'c/d', 'c/'])).toBeUndefined()
    expect(pathCollision(['a/', 'a'])).toEqual(['a', 'a'])
    expect(pathCollision(['a/', 'A/'])).toEqual(['a', 'A'])
  })

  it('accepts names that every system keeps apart', () => {
    expect(pathCollision(['a/b', 'a/c', 'ab', 'a.b', 'b/a', 'SKILL.md', 'skill'])).toBeUndefined()
    expect(pathCollision([])).toBeUndefined()
  })

  it('takes 100,000 paths in a moment', () => {
    const paths = Array.from({ length: 100_000 }, (_, i) => `dir${i % 300}/sub${i % 7}/file-${i}.md`)
    const started = processorTime()
    expect(pathCollision(paths)).toBeUndefined()
    expect(processorTime() - started).toBeLessThan(3000)
  })
})
