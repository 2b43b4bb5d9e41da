import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { validate } from '../../src/ops/validate.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

const place = ({ code, file, line }: { code: string; file: string; line?: number }): string =>
  `${file}:${line} ${code}`

/** What strict reading finds in one skill, as `file:line code`. */
async function findings(io: TestIo, files: Record<string, string>, name = 'one'): Promise<string[]> {
  writeTree(join(io.project, name), files)
  const { skills, ok } = await validate({ paths: [name] }, io)
  expect(ok).toBe(!skills[0]?.diagnostics.some(({ severity }) => severity === 'error'))
  return (skills[0]?.diagnostics ?? []).map(place)
}

it('finds nothing in a good skill, and says what it asks for and its digest', async () => {
  const io = testIo()
  const files = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['api.example.org']) }
  writeTree(join(io.project, 'one'), files)
  const before = readTreeText(io.root)
  const { ok, skills } = await validate({ paths: ['one'] }, io)
  expect(ok).toBe(true)
  expect(skills).toMatchObject([
    {
      path: 'one',
      name: 'one',
      diagnostics: [],
      integrity: expect.stringMatching(/^h1:.{44}$/) as string,
      request: { requested: { network: { hosts: ['api.example.org'] } } },
    },
  ])
  expect(readTreeText(io.root)).toEqual(before)
})

it('names every breach of the format with file and line', async () => {
  const text = `---
name: Two
version: 1.0.0
description: Does it.
allowed-tools:
  - Read
metadata: none
---
`
  expect(await findings(testIo(), { 'SKILL.md': text })).toEqual([
    'SKILL.md:3 frontmatter_unknown_key',
    'SKILL.md:7 metadata_type',
    'SKILL.md:5 allowed_tools_type',
    'SKILL.md:2 name_characters',
    'SKILL.md:2 name_folder',
  ])
})

it('is stricter than add: what add forgives is an error here', async () => {
  const io = testIo()
  expect(await findings(io, { 'SKILL.md': '---\nname: one\n---\n' })).toEqual([
    'SKILL.md:1 description_missing',
  ])
  expect(await findings(io, { 'SKILL.md': '---\nname: two\ndescription: use: when\n---\n' }, 'two')).toEqual([
    expect.stringMatching(/^SKILL\.md:3 /),
  ])
  expect(await findings(io, { 'SKILL.md': 'Just text.' }, 'three')).toEqual([
    'SKILL.md:1 frontmatter_missing',
  ])
})

it('checks skill.toml against SKILL.md and against the files', async () => {
  const toml = `[skill]
name = "two"
version = "1.0"

[[tools]]
name = "run"
description = "Runs"
provider = "python"
entry = "scripts/run.py"
`
  const io = testIo()
  const found = await findings(io, { 'SKILL.md': skillMd('one'), 'skill.toml': toml })
  expect(found.every((finding) => /^skill\.toml:\d+ \w+$/.test(finding))).toBe(true)
  expect(found.length).toBeGreaterThan(0)
  const fixed = toml.replace('"1.0"', '"1.0.0"')
  expect(await findings(io, { 'skill.toml': fixed })).toEqual([
    'skill.toml:2 name_mismatch',
    'skill.toml:9 tool_entry_missing',
  ])
})

it('shows what the skill does beyond what it declares', async () => {
  const io = testIo()
  const body = '```sh\ncurl https://files.weather.gov/x\n```'
  const files = { 'SKILL.md': skillMd('one', body), 'skill.toml': skillToml('one', ['api.example.org']) }
  writeTree(join(io.project, 'one'), files)
  const { skills } = await validate({ paths: ['one'] }, io)
  const beyond = skills[0]?.request?.lines.filter(({ status }) => status === 'under-declared') ?? []
  expect(beyond.map(({ capability }) => capability)).toContain('network')
  expect(beyond.every(({ evidence }) => evidence[0]?.file === 'SKILL.md')).toBe(true)
})

it('checks every skill below the folders named, each once, and goes on past a bad one', async () => {
  const io = testIo()
  writeTree(io.project, {
    'skills/good/SKILL.md': skillMd('good'),
    'skills/bad/SKILL.md': skillMd('bad'),
    'skills/bad/big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
  })
  const { ok, skills } = await validate({ paths: ['skills', 'skills/good', 'skills/good/SKILL.md'] }, io)
  expect(ok).toBe(false)
  expect(skills.map(({ path, diagnostics }) => [path, diagnostics.map(({ code }) => code)])).toEqual([
    ['skills/bad', ['git_lfs_pointer']],
    ['skills/good', []],
  ])
})

it('says where there is no skill and where there is no folder', async () => {
  const io = testIo()
  mkdirSync(join(io.project, 'empty'))
  await expect(validate({ paths: ['empty'] }, io)).toThrowCode('skill_not_found')
  await expect(validate({ paths: ['nowhere'] }, io)).toThrowCode('source_not_found')
})

it('names what the scripts do and the contract leaves out, and warns of what a text only mentions', async () => {
  const io = testIo()
  const files = {
    'SKILL.md': `${skillMd('one')}\n\`\`\`bash\ngh pr list\n\`\`\`\n`,
    'skill.toml': skillToml('one', ['api.example.org']),
    'scripts/a.py': 'import requests\nrequests.get("https://api.undeclared.dev")\n',
    'tests/test_a.py': 'import requests\nrequests.get("https://only.tested.dev")\n',
  }
  writeTree(join(io.project, 'one'), files)
  const { skills, ok } = await validate({ paths: ['one'] }, io)
  expect(ok).toBe(false)
  const found = skills[0]?.diagnostics.map((item) => `${item.severity} ${place(item)}`)
  expect(found).toContain('error scripts/a.py:2 under_declared')
  expect(found).toContain('warning tests/test_a.py:2 under_declared')
  expect(found?.filter((line) => line.startsWith('warning SKILL.md'))).toHaveLength(1)
})

it('calls a contract that names what the scripts do valid', async () => {
  const io = testIo()
  const files = {
    'SKILL.md': skillMd('one'),
    'skill.toml': skillToml('one', ['api.declared.dev']),
    'lib/a.py': 'import requests\nrequests.get("https://api.declared.dev")\n',
  }
  expect(await findings(io, files)).toEqual([])
})
