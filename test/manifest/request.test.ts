import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../src/manifest/manifest.ts'
import { capabilityRequest, type CapabilityRequest } from '../../src/manifest/request.ts'
import { SAMPLES, sampleSkill, skillFiles, skillMd } from '../support/skill-files.ts'
import type { SkillFile } from '../../src/integrity/tree.ts'

function requestOf(files: readonly SkillFile[], folder: string): CapabilityRequest {
  const { manifest, diagnostics } = readManifest(files, { folder, mode: 'strict' })
  expect(diagnostics).toEqual([])
  if (!manifest) throw new Error('no manifest')
  return capabilityRequest(manifest, files)
}
const lines = ({ lines: all }: CapabilityRequest): string[] =>
  all.map(({ status, capability, value }) => `${status} ${capability} ${value}`)

describe('the sample skills', () => {
  test.each(readdirSync(SAMPLES))('%s is valid to the letter', (name) => {
    const { manifest, diagnostics } = readManifest(sampleSkill(name), { folder: name, mode: 'strict' })
    expect(diagnostics).toEqual([])
    expect(manifest?.name).toBe(name)
  })

  test('release-notes asks for exactly what it declares', () => {
    const request = requestOf(sampleSkill('release-notes'), 'release-notes')
    expect(lines(request)).toEqual([
      'declared terminal git describe **',
      'declared terminal git log **',
      'declared terminal python3 scripts/collect.py **',
      'declared filesystem ${project}/**',
      'declared filesystem ${project}/CHANGELOG.md',
      'optional network api.github.com',
      'optional secrets GITHUB_TOKEN',
    ])
    expect(request.requested.network).toBeUndefined()
    expect(request.optional.network).toEqual({ hosts: ['api.github.com'] })
    expect(request.lines[2]?.evidence).toContainEqual({ file: 'scripts/collect.py', line: 1 })
  })

  test('commit-message asks for nothing', () => {
    expect(requestOf(sampleSkill('commit-message'), 'commit-message')).toEqual({
      requested: {},
      optional: {},
      lines: [],
    })
  })

  test('csv-report declares nothing, so what it shows is the request', () => {
    const request = requestOf(sampleSkill('csv-report'), 'csv-report')
    expect(lines(request)).toEqual([
      'inferred terminal python3 scripts/report.py **',
      'inferred filesystem ${project}/**',
      'inferred filesystem ${work}/**',
      'inferred env CSV_REPORT_LIMIT',
    ])
    expect(request.requested).toEqual({
      terminal: { allow: ['python3 scripts/report.py **'] },
      filesystem: { read: ['${project}/**'], write: ['${work}/**'] },
      env: { optional: ['CSV_REPORT_LIMIT'] },
    })
  })

  test('weather-brief shows a host and a key that it does not declare, and is not granted them', () => {
    const request = requestOf(sampleSkill('weather-brief'), 'weather-brief')
    expect(lines(request)).toEqual([
      'declared terminal python3 scripts/outlook.py **',
      'under-declared network api.open-meteo.com',
      'under-declared secrets OPEN_METEO_API_KEY',
    ])
    expect(request.requested).toEqual({ terminal: { allow: ['python3 scripts/outlook.py **'] } })
    expect(request.lines[1]?.evidence).toEqual([{ file: 'scripts/outlook.py', line: 9 }])
  })

  test('json-tools declares two tools with schemas', () => {
    const files = sampleSkill('json-tools')
    const { manifest } = readManifest(files, { folder: 'json-tools', mode: 'strict' })
    expect(manifest?.contract?.tools.map(({ name, input }) => [name, input?.type])).toEqual([
      ['flatten', 'object'],
      ['compare', 'object'],
    ])
    expect(lines(requestOf(files, 'json-tools')).filter((line) => line.startsWith('under'))).toEqual([])
  })
})

describe('what is not understood', () => {
  const contract = '[skill]\nversion = "1.0.0"\n[capabilities]\ntools = ["mcp:a/b"]'
  const request = (more: Readonly<Record<string, string>>): CapabilityRequest =>
    requestOf(skillFiles({ 'SKILL.md': skillMd('name: x\ndescription: d'), ...more }), 'x')

  test('is asked for first, with high risk and its place', () => {
    const { requested, lines: all } = request({ 'run.ps1': 'iex $args', 'scripts/a.py': 'print(1)\n' })
    expect(requested.opaque).toEqual(['program:run.ps1'])
    expect(all[0]).toMatchObject({
      status: 'not-understood',
      capability: 'opaque',
      value: 'program:run.ps1',
      severity: 'high',
      evidence: [{ file: 'run.ps1', line: 1 }],
    })
  })

  test('is asked for whatever the contract declares', () => {
    const { requested } = request({ 'skill.toml': contract, 'bin/x': '\u007fELF\u0000' })
    expect(requested).toEqual({ tools: ['mcp:a/b'], opaque: ['binary:bin/x'] })
  })

  test('cannot be declared away', () => {
    const { manifest, diagnostics } = readManifest(
      skillFiles({
        'SKILL.md': skillMd('name: x\ndescription: d'),
        'skill.toml': '[skill]\nversion = "1.0.0"\n[capabilities]\nopaque = ["program:run.ps1"]',
      }),
      { folder: 'x', mode: 'strict' },
    )
    expect(manifest).toBeUndefined()
    expect(diagnostics).toMatchObject([{ code: 'toml_unknown_key', file: 'skill.toml', line: 4 }])
  })
})

describe('a manifest', () => {
  const manifest = (toml: string, more: Readonly<Record<string, string>> = {}) =>
    readManifest(
      skillFiles({
        'SKILL.md': skillMd('name: x\ndescription: d\nmetadata:\n  version: "1.0.0"'),
        'skill.toml': toml,
        ...more,
      }),
      { folder: 'x', mode: 'tolerant' },
    )

  test('takes the version of the contract, and warns when SKILL.md has another', () => {
    const result = manifest('[skill]\nversion = "2.0.0"')
    expect(result.manifest?.version).toBe('2.0.0')
    expect(result.diagnostics).toMatchObject([{ code: 'version_mismatch', file: 'skill.toml', line: 2 }])
  })

  test.each([
    ['another name', '[skill]\nname = "y"\nversion = "1.0.0"', 'name_mismatch', 2],
    [
      'a tool without its file',
      '[skill]\nversion = "1.0.0"\n[[tools]]\nname = "t"\ndescription = "d"\nprovider = "python"\nentry = "t.py"',
      'tool_entry_missing',
      7,
    ],
    [
      'knowledge without its file',
      '[skill]\nversion = "1.0.0"\n[[knowledge]]\nfile = "k.md"\ntopics = ["a"]',
      'knowledge_missing',
      4,
    ],
    ['a contract that is not TOML', 'skill', 'toml_syntax', 1],
  ])('is refused for %s', (_name, toml, code, line) => {
    const result = manifest(toml)
    expect(result.manifest).toBeUndefined()
    expect(result.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', code, line }))
  })

  test('is missing without a SKILL.md', () => {
    const result = readManifest([], { mode: 'tolerant' })
    expect(result.manifest).toBeUndefined()
    expect(result.diagnostics).toMatchObject([{ code: 'skill_md_missing' }])
  })
})
