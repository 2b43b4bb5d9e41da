import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/platform/limits.ts'
import { readSkillMd } from '../../src/manifest/skill-md.ts'
import { processorTime } from '../support/processor-time.ts'
import { holds } from '../support/property.ts'
import { bytesOf, skillMd } from '../support/skill-files.ts'

const read = (input: string | Uint8Array, mode: 'strict' | 'tolerant' = 'tolerant') =>
  readSkillMd(typeof input === 'string' ? bytesOf(input) : input, { folder: 'x', mode })
const errors = (input: string | Uint8Array): string[] =>
  read(input)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code)

describe('a hostile SKILL.md becomes a finding', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['nothing at all', '', 'frontmatter_missing'],
    ['no frontmatter', '# Hello', 'frontmatter_missing'],
    ['frontmatter without end', '---\nname: x\n', 'frontmatter_open'],
    ['a list as frontmatter', skillMd('- a\n- b'), 'frontmatter_not_map'],
    ['text as frontmatter', skillMd('hello'), 'frontmatter_not_map'],
    ['empty frontmatter', '---\n---\n', 'frontmatter_yaml'],
    ['duplicate keys', skillMd('name: x\nname: y\ndescription: d'), 'frontmatter_yaml'],
    ['a tag that constructs', skillMd('name: x\ndescription: !!js/function "f"'), 'frontmatter_yaml'],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x2d, 0x00), 'encoding'],
    ['an oversized file', new Uint8Array(LIMITS.manifestBytes + 1).fill(0x61), 'manifest_too_large'],
  ])('%s', (_name, input, code) => {
    expect(errors(input)).toEqual([code])
    expect(read(input).skill).toBeUndefined()
  })

  test('an alias bomb is refused at its first alias', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(10)}]`)
    const started = processorTime()
    expect(errors(skillMd(['name: x', 'description: d', 'l0: &l0 [a]', ...levels].join('\n')))).toEqual([
      'frontmatter_yaml',
    ])
    expect(processorTime() - started).toBeLessThan(1500)
  })

  test('nesting without end is refused', () => {
    expect(errors(skillMd(`name: x\ndescription: d\na: ${'['.repeat(100_000)}`))).toEqual([
      'frontmatter_yaml',
    ])
  })

  test('bytes that are not UTF-8 load with a warning and are an error when strict', () => {
    const bytes = bytesOf(skillMd('name: x\ndescription: d?'))
    bytes[bytes.indexOf(0x3f)] = 0xff
    expect(read(bytes).skill?.description).toBe('d\ufffd')
    expect(read(bytes).diagnostics).toMatchObject([{ severity: 'warning', code: 'encoding', line: 3 }])
    expect(read(bytes, 'strict').diagnostics).toMatchObject([
      { severity: 'error', code: 'encoding', line: 3 },
    ])
  })

  test('a key that is a name of the prototype stays data', () => {
    const { skill } = read(
      skillMd(
        'name: x\ndescription: d\n__proto__:\n  polluted: yes\nmetadata:\n  __proto__: y\n  constructor: z',
      ),
    )
    expect(skill?.metadata.constructor).toBe('z')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('control and bidi characters never reach a message', () => {
    const found = read(skillMd('name: "a\\u202eb\\e[2J"\ndescription: d'), 'strict').diagnostics
    expect(found.length).toBeGreaterThan(0)
    for (const { message } of found) expect(message).not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  test.each([
    ['spaces after a key', `name: x\ndescription: d\na${' '.repeat(900_000)}`],
    ['spaces in a value', `name: x\ndescription: a: b${' '.repeat(900_000)}c`],
    ['empty lines in a value', `name: x\ndescription: a: b${'\n'.repeat(900_000)} c`],
    ['dashes', `name: x\ndescription: d\n${'--- \n'.repeat(1)}${'- '.repeat(400_000)}`],
    ['a very long value', `name: x\ndescription: ${'x'.repeat(1_000_000)}`],
  ])('%s without end are read in a moment', (_name, frontmatter) => {
    const started = processorTime()
    read(skillMd(frontmatter))
    expect(processorTime() - started).toBeLessThan(2000)
  })

  test('no text makes it throw', () => {
    const piece = fc.constantFrom(
      '---\n',
      'name: x\n',
      'description: a: b\n',
      '"',
      "'",
      '[',
      '{',
      '&a ',
      '*a ',
      '|\n',
      '>-\n',
      '\t',
      '- ',
      '!!x ',
      '\r\n',
      '\u0000',
      '%YAML 9\n',
      '? ',
      ': ',
      '# ',
      '<<: ',
    )
    const text = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 20 })
      .map((parts) => `---\n${parts.join('')}\n---\n`)
    holds(
      fc.property(text, fc.constantFrom('strict' as const, 'tolerant' as const), (input, mode) => {
        const { skill, diagnostics } = read(input, mode)
        expect(skill !== undefined || diagnostics.some(({ severity }) => severity === 'error')).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})
