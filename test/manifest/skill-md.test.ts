import { describe, expect, test } from 'vitest'
import { readSkillMd, toolsOf } from '../../src/manifest/skill-md.ts'
import { processorTime } from '../support/processor-time.ts'
import { bytesOf, skillMd } from '../support/skill-files.ts'

const strict = (text: string, folder = 'pdf') => readSkillMd(bytesOf(text), { folder, mode: 'strict' })
const tolerant = (text: string, folder = 'pdf') => readSkillMd(bytesOf(text), { folder, mode: 'tolerant' })
const codes = (result: ReturnType<typeof readSkillMd>): string[] =>
  result.diagnostics.map(({ severity, code, line }) => `${severity} ${code} ${line ?? ''}`.trim())

describe('a good SKILL.md', () => {
  test('is read whole, with text for every scalar', () => {
    const text = skillMd(
      'name: pdf\ndescription: |\n  Reads PDF files.\nlicense: MIT\ncompatibility: Needs qpdf\nmetadata:\n  version: 1.0\n  author: me\nallowed-tools: Bash(git:*) Read',
      'Body\n',
    )
    const { skill, diagnostics } = strict(text)
    expect(diagnostics).toEqual([])
    expect(skill).toEqual({
      name: 'pdf',
      description: 'Reads PDF files.',
      license: 'MIT',
      compatibility: 'Needs qpdf',
      metadata: { version: '1.0', author: 'me' },
      allowedTools: ['Bash(git:*)', 'Read'],
      version: '1.0',
      body: '\nBody\n',
      bodyLine: 12,
    })
    expect(text.split('\n')[12]).toBe('Body')
  })

  test('may end with the frontmatter and hold `---` in its body', () => {
    expect(strict('---\nname: pdf\ndescription: d\n---').skill?.body).toBe('')
    expect(strict(skillMd('name: pdf\ndescription: d', 'a\n---\nb')).skill?.body).toBe('\na\n---\nb')
  })

  test('may have Windows line ends and a byte order mark', () => {
    const result = strict(`\ufeff${skillMd('name: pdf\ndescription: d')}`.replaceAll('\n', '\r\n'))
    expect(result.skill?.description).toBe('d')
    expect(codes(result)).toEqual(['warning byte_order_mark 1', 'info line_ends 1'])
  })
})

describe('strict', () => {
  test.each([
    [
      'a key that the format does not have',
      'name: pdf\ndescription: d\nversion: 1',
      'error frontmatter_unknown_key 4',
    ],
    ['a name that is not its folder’s', 'name: pfd\ndescription: d', 'error name_folder 2'],
    ['a missing name', 'description: d', 'error name_missing 1'],
    ['a long description', `name: pdf\ndescription: ${'x'.repeat(1025)}`, 'error description_length 3'],
    ['a blank description', 'name: pdf\ndescription: "  "', 'error description_missing 3'],
    [
      'a long compatibility',
      `name: pdf\ndescription: d\ncompatibility: ${'x'.repeat(501)}`,
      'error compatibility_length 4',
    ],
    ['nested metadata', 'name: pdf\ndescription: d\nmetadata:\n  a: [1]', 'error metadata_type 4'],
    ['metadata that is a list', 'name: pdf\ndescription: d\nmetadata: [a]', 'error metadata_type 4'],
    ['a list of tools', 'name: pdf\ndescription: d\nallowed-tools: [Read]', 'error allowed_tools_type 4'],
    ['a map as description', 'name: pdf\ndescription: {a: b}', 'error field_type 3'],
    ['an unquoted colon', 'name: pdf\ndescription: Use when: always', 'error frontmatter_yaml 3'],
  ])('refuses %s', (_name, frontmatter, finding) => {
    expect(codes(strict(skillMd(frontmatter)))).toContain(finding)
  })

  test.each(['-pdf', 'pdf-', 'p--df', 'PDF', 'p_df', 'p df', 'x'.repeat(65)])(
    'refuses the name %s',
    (name) => {
      const found = codes(strict(skillMd(`name: ${name}\ndescription: d`), name))
      expect(found.some((code) => /^error name_(?:characters|length) 2$/.test(code))).toBe(true)
    },
  )
})

describe('tolerant', () => {
  test('warns about a wrong folder name and a name out of form, and loads', () => {
    const result = tolerant(skillMd('name: PDF Tools\ndescription: d'))
    expect(result.skill?.name).toBe('PDF Tools')
    expect(codes(result)).toEqual(['warning name_characters 2', 'warning name_folder 2'])
  })

  test('takes the folder’s name for a missing one', () => {
    expect(tolerant(skillMd('description: d')).skill?.name).toBe('pdf')
  })

  test('passes the keys of other clients without a word', () => {
    const result = tolerant(skillMd('name: pdf\ndescription: d\nuser-invocable: true\nhooks:\n  a: [b]'))
    expect(result.diagnostics).toEqual([])
    expect(result.skill).toBeDefined()
  })

  test('quotes a value that holds a colon, an apostrophe or a bracket, and says so', () => {
    const result = tolerant(
      skillMd(
        'name: pdf\ndescription: Use when: it\'s "hard" #1\n  and long: so\nargument-hint: [file] [page]',
      ),
    )
    expect(result.skill?.description).toBe(`Use when: it's "hard" #1 and long: so`)
    expect(codes(result)[0]).toMatch(/^warning frontmatter_unquoted 3$/)
  })

  test('skips and reports a missing description and unreadable YAML', () => {
    expect(codes(tolerant(skillMd('name: pdf')))).toEqual(['error description_missing 1'])
    expect(tolerant(skillMd('name: pdf')).skill).toBeUndefined()
    expect(codes(tolerant(skillMd('name: pdf\n\tdescription: d')))).toEqual(['error frontmatter_yaml 3'])
  })

  test('keeps nested metadata as JSON', () => {
    const result = tolerant(
      skillMd('name: pdf\ndescription: d\nmetadata: {"openclaw":{"requires":{"bins":["gh"]}}}'),
    )
    expect(result.skill?.metadata).toEqual({ openclaw: '{"requires":{"bins":["gh"]}}' })
  })
})

test.each<[string, string | string[], string[]]>([
  ['spaces', 'Bash(git:*)  Read', ['Bash(git:*)', 'Read']],
  ['commas', 'Read, Grep,Bash(npm run test:*)', ['Read', 'Grep', 'Bash(npm run test:*)']],
  ['a list', ['Bash(git *)', 'mcp__a__b'], ['Bash(git *)', 'mcp__a__b']],
])('allowed-tools may be written with %s', (_name, value, expected) =>
  expect(toolsOf(value)).toEqual(expected),
)

test('reads a thousand files in well under a second', () => {
  const bytes = bytesOf(
    skillMd('name: pdf\ndescription: Reads PDF files.\nmetadata:\n  version: "1"', 'x\n'.repeat(200)),
  )
  const started = processorTime()
  for (let i = 0; i < 1000; i += 1) readSkillMd(bytes, { folder: 'pdf', mode: 'tolerant' })
  expect(processorTime() - started).toBeLessThan(2000)
})
