// An author's words try to pass for ours at the question, and content tries to pass without one.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeRule } from '../../src/capabilities/describe.ts'
import { diffCapabilities } from '../../src/capabilities/diff.ts'
import { optionOf } from '../../src/cli/prompt-option.ts'
import { PLAIN } from '../../src/cli/style.ts'
import { browseView } from '../../src/cli/views/browse.ts'
import { groupedRows } from '../../src/cli/views/consent-rows.ts'
import { textWidth } from '../../src/cli/views/layout.ts'
import { readManifest } from '../../src/manifest/manifest.ts'
import { add } from '../../src/ops/add.ts'
import { inertText, quotedText } from '../../src/platform/text.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { skillFiles } from '../support/skill-files.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

it.each([
  ['runs of blanks', `a${' '.repeat(60)}b`, '"a b"'],
  ['blanks of other kinds', 'a\u2800\u2800\u3000\u00a0\u2003b', '"a b"'],
  ['new lines and tabs', 'a\n\t\r\nb', '"a b"'],
  ['frames and bullets', 'a │ ◆ b', '"a \\u{2502} \\u{25c6} b"'],
  ['quotes that end ours', 'a") reviewed ("b', `"a') reviewed ('b"`],
  ['a Cyrillic letter in a Latin word', 'gіt', '"g\\u{456}t"'],
  ['letters drawn otherwise', 'g\u{1d456}t ｇit', '"g\\u{1d456}t \\u{ff47}it"'],
  ['a Greek letter in a name', 'nοde', '"n\\u{3bf}de"'],
])('keeps %s of a reason inert', (_what, text, shown) => {
  expect(quotedText(text, 80)).toBe(shown)
})

it.each([20, 36, 80])('keeps an option of a question to one row of %i columns', (width) => {
  const words = ['x'.repeat(300), 'a\nb', '読'.repeat(90), 'क्षि'.repeat(60), 'a │ ◆ ok']
  for (const label of words) {
    for (const hint of words) {
      const shown = optionOf(1, label, hint, width)
      const row = `│  ◻ ${shown.label}${shown.hint === undefined ? '' : ` (${shown.hint})`}`
      expect(textWidth(row)).toBeLessThanOrEqual(Math.max(width, 15))
      expect(`${shown.label}${shown.hint ?? ''}`).not.toMatch(/[\n│◆]/)
    }
  }
})

it.each([24, 40, 80])('keeps each skill of a list to rows of %i columns', (width) => {
  const text = `${'読む '.repeat(60)}\n│ Reviewed: nothing dangerous ${'क्षि'.repeat(60)}`
  const skill = { name: 'one', description: text, dir: 'one', diagnostics: [] }
  const shown = browseView({ source: 's', skills: [skill], leftOut: [] }, { style: PLAIN, width })
  for (const row of shown.split('\n')) expect(textWidth(row)).toBeLessThanOrEqual(width)
  expect(shown).not.toContain('│')
})

it('shows many uses of one program as one row that names them all, and what is grave alone', () => {
  const one = (severity: 'high' | 'medium', capability: string, value: string, text: string) => ({
    status: 'inferred' as const,
    severity,
    capability,
    value,
    text,
    evidence: [{ file: 'a', line: 1 }],
  })
  const git = ['log', 'diff', 'add'].map((verb) =>
    one('medium', 'terminal', `git ${verb} **`, `run git ${verb} with any arguments`),
  )
  const odd = one('medium', 'terminal', 'gіt x **', 'run g\\u{456}t x with any arguments (odd letters)')
  const push = one('high', 'terminal', 'git push **', 'run git push with any arguments')
  const hosts = ['a.dev', 'b.dev', 'c.dev', 'd.dev'].map((h) => one('medium', 'network', h, `contact ${h}`))
  const rows = groupedRows([push, ...git, odd, ...hosts], () => '')
  expect(rows.map(({ severity, text }) => `${severity} ${text}`)).toEqual([
    'high run git push with any arguments',
    'medium run git log, diff or add, each with any arguments (3)',
    'medium run g\\u{456}t x with any arguments (odd letters)',
    'medium contact a.dev, b.dev, c.dev or d.dev (4)',
  ])
  expect(rows[1]?.evidence).toHaveLength(3)
})

it('cuts a long reason with a mark, and leaves words of other languages alone', () => {
  expect(quotedText('x'.repeat(500), 20)).toBe(`"${'x'.repeat(19)}…"`)
  expect(inertText('读取报告 для отчёта für Größe')).toBe('读取报告 для отчёта für Größe')
})

it('marks a program whose name poses as another', () => {
  const { text } = describeRule({ capability: 'terminal', list: 'allow', value: 'gіt status' })
  expect(text).toBe('run g\\u{456}t status (odd letters)')
})

const manifestOf = (toml: string, files: Record<string, string> = {}) =>
  readManifest(
    skillFiles({ 'SKILL.md': skillMd('one'), 'skill.toml': `[skill]\nversion = "1.0.0"\n${toml}`, ...files }),
    {
      mode: 'tolerant',
      folder: 'one',
    },
  )

it.each([
  '--index-url=http://evil.test',
  '-e git+https://evil.test/x',
  '-r other.txt',
  '--find-links /tmp',
  'a @ file:///etc/passwd',
  'git+https://evil.test/x#egg=x',
  'https://evil.test/x.whl',
  './local',
  'a; os_name == "x" --index-url y',
  'a==1.0 --hash=sha256:0',
  'a $(id)',
])('refuses the Python requirement %s with file and field', (requirement) => {
  const { manifest, diagnostics } = manifestOf(`[python]\nrequirements = ['''${requirement}''']\n`)
  expect(manifest).toBeUndefined()
  expect(diagnostics).toContainEqual(
    expect.objectContaining({ code: 'python_requirement', file: 'skill.toml', severity: 'error' }),
  )
})

it('accepts plain Python requirements', () => {
  const plain = [
    'requests',
    'requests>=2.31,<3',
    'uvicorn[standard] ~= 0.30',
    'tomli (>=2) ; python_version < "3.11"',
  ]
  const { manifest } = manifestOf(`[python]\nrequirements = ${JSON.stringify(plain)}\n`)
  expect(manifest?.contract?.pythonRequirements).toEqual(plain)
})

const tool = (provider: string, entry: string): string =>
  `[[tools]]\nname = "t"\ndescription = "d"\nprovider = "${provider}"\nentry = "${entry}"\n`

it.each([
  ['an empty file', ''],
  ['text', 'not wasm'],
  ['a module that is cut short', '\0asm'],
  ['a component', '\0asm\x0d\0\x01\0'],
])('refuses %s as the entry of a wasm tool', (_what, bytes) => {
  const { manifest, diagnostics } = manifestOf(tool('wasm', 't.wasm'), { 't.wasm': bytes })
  expect(manifest).toBeUndefined()
  expect(diagnostics.map(({ code }) => code)).toContain('tool_entry_invalid')
})

it.each([
  ['container', 'evil/image:latest', 'image:evil/image:latest'],
  ['mcp', 'npx evil-server', 'server:npx evil-server'],
  ['container', '../../x', 'image:%../%../x'],
])('asks for a %s tool that starts from %s, at high risk', async (provider, entry, value) => {
  const io = testIo()
  writeTree(join(io.root, 'source'), {
    'SKILL.md': skillMd('one'),
    'skill.toml': `[skill]\nname = "one"\nversion = "1.0.0"\n${tool(provider, entry)}`,
  })
  const request = { sources: [parseSpec('../source')], agents: ['claude-code'], yes: true }
  await expect(add(request, io)).toThrowCode('consent_required')
  const line = io.shown[0]?.[0]?.request.lines.find((one) => one.capability === 'opaque')
  expect([line?.severity, line?.value]).toEqual(['high', value])
  const { skills } = await add({ ...request, grant: 'requested' }, io)
  expect(skills[0]?.capabilities.opaque).toEqual([value])
})

it('never installs by --yes alone what shows a grave line that its author does not declare', async () => {
  const io = testIo()
  writeTree(join(io.root, 'source'), {
    'SKILL.md': skillMd('one'),
    'skill.toml': '[skill]\nname = "one"\nversion = "1.0.0"\n',
    'scripts/run.sh': '#!/bin/bash\ncurl https://example.org/x\n',
  })
  const request = { sources: [parseSpec('../source')], agents: ['claude-code'], yes: true }
  await expect(add(request, io)).toThrowCode('consent_required')
  await add({ ...request, grant: 'requested' }, io)
  expect((await add(request, io)).skills[0]?.status).toBe('unchanged')
})

it('calls another reason for a secret wider', () => {
  const secret = (reason: string) => ({ secrets: [{ name: 'KEY', reason }] })
  expect(diffCapabilities(secret('to read'), secret('to write'))).toMatchObject([
    { change: 'widened', capability: 'secrets' },
  ])
})
