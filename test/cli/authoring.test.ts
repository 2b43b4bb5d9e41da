import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'cli-'))

describe('init', () => {
  test('starts a skill that validates and asks for nothing', async () => {
    const cwd = folder()
    const { stdout, exit } = await runCli(
      ['init', 'release-notes', '-d', 'Writes "notes": use it at a release.'],
      {
        cwd,
      },
    )
    expect(exit).toBe(0)
    expect(stdout).toContain('release-notes/SKILL.md')
    const checked = await runCli(['validate', 'release-notes', '--json'], { cwd })
    expect(JSON.parse(checked.stdout)).toMatchObject({
      ok: true,
      skills: [{ name: 'release-notes', path: 'release-notes', diagnostics: [], request: { lines: [] } }],
    })
  })

  test('makes the working directory the skill when no name is given', async () => {
    const cwd = join(folder(), 'my-skill')
    mkdirSync(cwd)
    expect((await runCli(['init'], { cwd })).exit).toBe(0)
    expect(readFileSync(join(cwd, 'SKILL.md'), 'utf8')).toContain('name: my-skill')
  })

  test('never overwrites', async () => {
    const cwd = folder()
    mkdirSync(join(cwd, 'x'))
    writeFileSync(join(cwd, 'x/skill.toml'), 'mine')
    const { stderr, exit } = await runCli(['init', 'x'], { cwd })
    expect(stderr).toContain('code: skill_exists')
    expect(exit).toBe(1)
    expect(readdirSync(join(cwd, 'x'))).toEqual(['skill.toml'])
  })

  test.each(['../x', 'A b', 'a--b', '/tmp/x', 'ünï'])('refuses the name %s', async (name) => {
    const cwd = folder()
    const { stderr, exit } = await runCli(['init', '--', name], { cwd })
    expect(stderr).toContain('code: name_invalid')
    expect(exit).toBe(3)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('--project writes skills.json with the agents, once', async () => {
    const cwd = folder()
    expect((await runCli(['init', '--project', '-a', 'codex,claude-code', '-a', 'roo'], { cwd })).exit).toBe(
      0,
    )
    expect(JSON.parse(readFileSync(join(cwd, 'skills.json'), 'utf8'))).toEqual({
      skills: {},
      agents: ['codex', 'claude-code', 'roo'],
    })
    expect((await runCli(['init', '--project'], { cwd })).exit).toBe(1)
    const unknown = await runCli(['init', '--project', '-a', 'claudecode'], { cwd: folder() })
    expect(unknown.stderr).toContain('did you mean claude-code?')
    expect(unknown.exit).toBe(2)
  })
})

describe('validate', () => {
  function skill(cwd: string, dir: string, text: string): void {
    mkdirSync(join(cwd, dir), { recursive: true })
    writeFileSync(join(cwd, dir, 'SKILL.md'), text)
  }
  const text = (name: string, more = ''): string =>
    `---\nname: ${name}\ndescription: Does a thing.\n${more}---\n\nText.\n`

  test('finds the skills below a folder, shows what is wrong with file and line, and exits 1', async () => {
    const cwd = folder()
    skill(cwd, 'skills/good', text('good'))
    skill(cwd, 'skills/other', text('bad', 'version: 1\n'))
    const { stdout, exit } = await runCli(['validate', 'skills'], { cwd })
    expect(exit).toBe(1)
    expect(stdout).toContain('valid good')
    expect(stdout).toMatch(/invalid bad .*skills\/other/)
    expect(stdout).toMatch(/error SKILL\.md:\d+: /)
    expect(stdout).toContain('2 skills')
  })

  test('takes a SKILL.md itself, and the same skill once', async () => {
    const cwd = folder()
    skill(cwd, 'good', text('good'))
    const { stdout, exit } = await runCli(['validate', 'good', 'good/SKILL.md', '--json'], { cwd })
    expect(exit).toBe(0)
    const { skills } = JSON.parse(stdout) as { skills: { integrity: string }[] }
    expect(skills).toHaveLength(1)
    expect(skills[0]?.integrity).toMatch(/^h1:/)
  })

  test('says what a folder without a skill is', async () => {
    const cwd = folder()
    const empty = await runCli(['validate'], { cwd })
    expect(empty.stderr).toContain('code: skill_not_found')
    expect((await runCli(['validate', 'nowhere'], { cwd })).stderr).toContain('code: source_not_found')
  })

  test('shows a skill that could not be installed as an error, and goes on', async () => {
    const cwd = folder()
    skill(cwd, 'skills/good', text('good'))
    skill(cwd, 'skills/pointer', text('pointer'))
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'
    writeFileSync(join(cwd, 'skills/pointer/model.bin'), pointer)
    const { stdout, exit } = await runCli(['validate', '--json'], { cwd })
    expect(exit).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      skills: [{ name: 'good' }, { diagnostics: [{ code: 'git_lfs_pointer', severity: 'error' }] }],
    })
  })
})

describe('agents', () => {
  test('lists those found and selected, and all on request', async () => {
    const cwd = folder()
    mkdirSync(join(cwd, '.cursor'))
    await runCli(['init', '--project', '-a', 'roo'], { cwd })
    const { stdout } = await runCli(['agents'], { cwd })
    expect(stdout).toMatch(/cursor +Cursor +found +\.agents\/skills/)
    expect(stdout).toMatch(/roo +Roo Code +selected +\.roo\/skills/)
    expect(stdout).not.toContain('windsurf')
    const all = JSON.parse((await runCli(['agents', '--json'], { cwd })).stdout) as { agents: unknown[] }
    expect(all.agents.length).toBeGreaterThan(70)
  })

  test('fits a narrow terminal', async () => {
    const { stdout } = await runCli(['agents', '--all', '--no-color'], { cwd: folder(), columns: 40 })
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(70)
  })
})
