import { describe, expect, test } from 'vitest'
import { readSkillToml } from '../../src/manifest/contract.ts'
import { processorTime } from '../support/processor-time.ts'
import { bytesOf } from '../support/skill-files.ts'

const HEAD = '[skill]\nname = "x"\nversion = "1.0.0"\n'
const read = (text: string) => readSkillToml(bytesOf(text))
const errors = (text: string): string[] =>
  read(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message, line }) => `${line} ${code} ${message}`)

test('reads the whole contract', () => {
  const { contract, diagnostics } = read(`${HEAD}api-version = 1
topics = ["git"]
priority = 10
[capabilities]
terminal = { allow = ["npm test", "git **"] }
[optional-capabilities.network]
hosts = ["api.github.com"]
[[tools]]
name = "t"
description = "d"
provider = "python"
entry = "t.py"
input = { type = "object" }
[[knowledge]]
file = "references/a.md"
topics = ["git"]
[dependencies]
other = "^1.0.0"
[python]
requirements = ["requests>=2"]
`)
  expect(diagnostics).toEqual([])
  expect(contract).toEqual({
    name: 'x',
    version: '1.0.0',
    apiVersion: 1,
    topics: ['git'],
    priority: 10,
    capabilities: { terminal: { allow: ['git **', 'npm test'] } },
    optionalCapabilities: { network: { hosts: ['api.github.com'] } },
    tools: [{ name: 't', description: 'd', provider: 'python', entry: 't.py', input: { type: 'object' } }],
    knowledge: [{ file: 'references/a.md', topics: ['git'] }],
    dependencies: { other: '^1.0.0' },
    pythonRequirements: ['requests>=2'],
  })
})

describe('names field and line of', () => {
  test.each([
    ['a syntax error', '[skill\n', /^1 toml_syntax skill\.toml is not TOML: /],
    ['a missing table', 'topics = []', /skill: is missing$/],
    ['an unknown table', `${HEAD}\n[capabilites]\n`, /^5 toml_unknown_key capabilites: is not a known key$/],
    ['an unknown key', `${HEAD}homepage = "x"`, /^4 toml_unknown_key skill\.homepage: /],
    ['a wrong type', `${HEAD}topics = "git"`, /^4 toml_type skill\.topics: expected array, found string$/],
    [
      'a version that is none',
      '[skill]\nversion = "1.0"',
      /^2 toml_value skill\.version: expected a semantic version .*"1\.0"/,
    ],
    ['an api of the future', `${HEAD}api-version = 2`, /^4 toml_value skill\.api-version: expected 1$/],
    [
      'a priority out of range',
      `${HEAD}priority = 101`,
      /^4 toml_value skill\.priority: expected at most 100/,
    ],
    [
      'a typing error in a capability',
      `${HEAD}[capabilities.network]\nhost = ["a.org"]`,
      /^5 toml_unknown_key capabilities\.network\.host: /,
    ],
    [
      'a bad rule in a long list',
      `${HEAD}[capabilities.terminal]\nallow = [\n  "git **",\n  "a | b",\n]`,
      /^5 toml_value capabilities\.terminal\.allow\[1\]: /,
    ],
    [
      'the second tool',
      `${HEAD}[[tools]]\nname = "a"\ndescription = "d"\nprovider = "python"\nentry = "a.py"\n\n[[tools]]\nname = "b"\n`,
      /^10 toml_missing tools\[1\]\.description: is missing$/,
    ],
    [
      'an unknown provider',
      `${HEAD}[[tools]]\nname = "a"\ndescription = "d"\nprovider = "shell"\nentry = "a"`,
      /^7 toml_value tools\[0\]\.provider: expected "builtin" or /,
    ],
    [
      'a tool of the same name',
      `${HEAD}${'[[tools]]\nname = "a"\ndescription = "d"\nprovider = "mcp"\nentry = "a"\n'.repeat(2)}`,
      /^10 tool_duplicate tools\[1\]\.name: /,
    ],
    [
      'a schema that is none',
      `${HEAD}[[tools]]\nname = "a"\ndescription = "d"\nprovider = "mcp"\nentry = "a"\n[tools.input]\ntype = "object"\n[tools.input.properties.q]\ntype = "text"`,
      /^12 tool_schema tools\[0\]\.input\.properties\.q\.type: /,
    ],
    [
      'a remote reference',
      `${HEAD}[[tools]]\nname = "a"\ndescription = "d"\nprovider = "mcp"\nentry = "a"\ninput = { type = "object", "$ref" = "https://a.org/s" }`,
      /^9 tool_schema tools\[0\]\.input\.\$ref: only references inside/,
    ],
    [
      'a knowledge file outside',
      `${HEAD}[[knowledge]]\nfile = "../a.md"\ntopics = ["a"]`,
      /^5 toml_value knowledge\[0\]\.file: expected a path inside/,
    ],
    [
      'a dependency with a bad name',
      `${HEAD}[dependencies]\n"../x" = "1"`,
      /^5 toml_value dependencies\.\.\.\/x: /,
    ],
  ])('%s', (_name, text, expected) => {
    const found = errors(text)
    expect(
      found.some((line) => expected.test(line)),
      found.join('\n'),
    ).toBe(true)
    expect(read(text).contract).toBeUndefined()
  })
})

test('warns about a missing version and still gives the contract', () => {
  const { contract, diagnostics } = read('[skill]\nname = "x"')
  expect(contract?.name).toBe('x')
  expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'version_missing', line: 1 }])
})

test('a key of the prototype is refused, not set', () => {
  expect(errors('[skill]\n[__proto__]\npolluted = true')).toHaveLength(1)
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('a header and a key with spaces without end are read in a moment', () => {
  const started = processorTime()
  read(`${HEAD}[capabilities${' '.repeat(900_000)}]\n`)
  read(`${HEAD}topics${' '.repeat(900_000)}= []\n`)
  expect(processorTime() - started).toBeLessThan(2000)
})

test('deep nesting and large files are findings', () => {
  expect(errors(`${HEAD}x = ${'['.repeat(5000)}`)).toHaveLength(1)
  expect(errors('#'.repeat(2_000_000))[0]).toMatch(/manifest_too_large/)
})
