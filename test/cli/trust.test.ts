import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

/** A project with `one`, which may contact a host, and `two`; both linked for Claude Code. */
async function installed(): Promise<CliProject> {
  const p = cliProject()
  writeTree(p.project, {
    'local/one/SKILL.md': skillMd('one'),
    'local/one/skill.toml': skillToml('one', ['api.example.org']),
    'local/two/SKILL.md': skillMd('two'),
  })
  const { exit } = await p.run('add', './local', '--all', '-a', 'claude-code', '--grant', 'requested')
  expect(exit).toBe(0)
  return p
}

describe('verify', () => {
  test('says in one line that all is as locked', async () => {
    const p = await installed()
    const before = readTreeText(p.root)
    const { stdout, stderr, exit } = await p.run('verify')
    expect(stdout).toMatch(/^ok 2 skills, 3 files, \d+ B as in skills\.lock\.\n$/)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    expect(readTreeText(p.root)).toEqual(before)
  })

  test('names every file and link that differs, ends with 4, and repairs nothing', async () => {
    const p = await installed()
    writeFileSync(join(p.project, '.agents/skills/one/SKILL.md'), 'x')
    writeFileSync(join(p.project, '.agents/skills/one/new.sh'), 'x')
    rmSync(join(p.project, '.agents/skills/one/skill.toml'))
    rmSync(join(p.project, '.claude/skills/two'))
    const before = readTreeText(p.root)
    const { stdout, stderr, exit } = await p.run('verify')
    expect(stdout).toContain(`\
one modified
  changed  SKILL.md
  added    new.sh
  missing  skill.toml

two links
  missing  .claude/skills/two

drift in 2 places`)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 4 })
    const { value, exit: exitJson } = await p.json('verify', 'two')
    expect(value).toMatchObject({
      ok: false,
      skills: [{ name: 'two', links: [{ path: '.claude/skills/two', problem: 'missing' }] }],
    })
    expect(exitJson).toBe(4)
    expect(readTreeText(p.root)).toEqual(before)
    expect((await p.run('install', '--force')).exit).toBe(0)
    expect((await p.run('verify')).exit).toBe(0)
  })

  test('ends with another status when it could not look', async () => {
    expect(await cliProject().run('verify')).toMatchObject({ stdout: '', exit: 1 })
    const p = await installed()
    writeFileSync(join(p.project, 'skills.lock'), '<<<<<<< HEAD\n')
    const { stderr, exit } = await p.run('verify')
    expect(stderr).toContain('code: lock_conflict')
    expect(exit).toBe(3)
  })
})

describe('capabilities', () => {
  test('shows what each skill may do', async () => {
    const p = await installed()
    expect(await p.run('capabilities')).toEqual({
      stdout:
        'one\n  granted, as skills.lock says:\n    medium  contact api.example.org\n\ntwo\n  granted: nothing\n',
      stderr: '',
      exit: 0,
    })
    expect((await p.json('caps', 'one')).value).toMatchObject({
      skills: [{ name: 'one', granted: { network: { hosts: ['api.example.org'] } }, changed: false }],
    })
  })

  test('revoke takes back, and what is asked for but not granted stands out', async () => {
    const p = await installed()
    expect(await p.run('capabilities', 'revoke', 'one', '--kind', 'network,env')).toEqual({
      stdout: 'one (changed)\n  granted: nothing\n',
      stderr: '',
      exit: 0,
    })
    const { stdout } = await p.run('capabilities', 'one')
    expect(stdout).toMatch(
      /^one\n {2}granted: nothing\n {2}asks for, not granted:\n.*contact api\.example\.org/,
    )
    expect(await p.run('capabilities', 'revoke', 'one', '--kind', 'netwrk')).toEqual({
      stdout: '',
      stderr: 'error: There is no kind of capability netwrk\nhint: did you mean network?\n',
      exit: 2,
    })
  })

  test('grant needs an answer, and gives it to the lock', async () => {
    const p = await installed()
    await p.run('capabilities', 'revoke', 'one')
    const before = readTreeText(p.project)
    const refused = await p.run('capabilities', 'grant', 'one')
    expect(refused.stderr).toContain('medium  contact api.example.org')
    expect(refused.stderr).toContain('hint: pass --grant requested, --grant none or --grant FILE')
    expect(refused).toMatchObject({ stdout: '', exit: 3 })
    expect(readTreeText(p.project)).toEqual(before)
    const granted = await p.run('capabilities', 'grant', 'one', '--grant', 'requested')
    expect(granted.stdout).toBe(
      'one (changed)\n  granted, as skills.lock says:\n    medium  contact api.example.org\n',
    )
    expect(granted.exit).toBe(0)
    const lock = JSON.parse(readTreeText(p.project)['skills.lock'] ?? '') as { skills: object }
    expect(lock.skills).toMatchObject({ one: { capabilities: { network: { hosts: ['api.example.org'] } } } })
    const missing = await p.run('capabilities', 'grant', 'one', '--grant', 'nope.json')
    expect(missing.stderr).toContain('code: grant_invalid')
    expect(missing.exit).toBe(2)
  })
})
