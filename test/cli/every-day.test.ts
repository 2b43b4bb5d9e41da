import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { makeRepo, type TestRepo } from '../support/git-repo.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

/** A project with `pdf` of a repository and `one` of a folder, linked for Claude Code. */
async function installed(): Promise<{ p: CliProject; repo: TestRepo }> {
  const p = cliProject()
  const files = { 'SKILL.md': skillMd('pdf'), 'skill.toml': skillToml('pdf', ['api.example.org'], '1.0.0') }
  const repo = makeRepo(files, join(p.root, 'repo'))
  writeTree(p.project, { 'local/one/SKILL.md': skillMd('one') })
  const flags = ['-a', 'claude-code', '--grant', 'requested']
  const { exit } = await p.run('add', './local/one', `git+${repo.url}`, ...flags)
  expect(exit).toBe(0)
  return { p, repo }
}

const widened = (repo: TestRepo): string =>
  repo.commit({ 'skill.toml': skillToml('pdf', ['api.example.org', 'www.example.org'], '1.1.0') })

describe('install', () => {
  test('brings back what is gone, from the store alone too', async () => {
    const { p, repo } = await installed()
    expect(await p.run('install')).toEqual({
      stdout: 'All is in place: 2 skills in <root>/project, for claude-code.\n',
      stderr: '',
      exit: 0,
    })
    const before = readTreeText(p.project)
    for (const path of ['.agents', '.claude']) rmSync(join(p.project, path), { recursive: true })
    rmSync(repo.dir, { recursive: true })
    expect(await p.run('install', '--offline')).toEqual({
      stdout: `\
+  one
+  pdf  1.0.0

Changed 2 skills; 2 skills in <root>/project, for claude-code.
`,
      stderr: '',
      exit: 0,
    })
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('--dry-run says what is missing, and writes nothing', async () => {
    const { p } = await installed()
    expect((await p.run('install', '--dry-run')).stdout).toMatch(/^All is in place: 2 skills in /)
    rmSync(join(p.project, '.agents/skills/one'), { recursive: true })
    const before = readTreeText(p.project)
    for (const command of ['install', 'ci']) {
      expect(await p.run(command, '--dry-run')).toEqual({
        stdout: '+  one\n\nWould change 1 skill of <root>/project.\n',
        stderr: '',
        exit: 0,
      })
    }
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('locks what skills.json asks for, and takes away what it no longer asks for', async () => {
    const { p } = await installed()
    writeTree(p.project, { 'local/two/SKILL.md': skillMd('two') })
    const project = { skills: { one: './local/one', two: './local/two' }, agents: ['claude-code'] }
    writeFileSync(join(p.project, 'skills.json'), JSON.stringify(project))
    const { stdout, exit } = await p.run('install')
    expect(stdout).toBe(`\
+  two    newly locked
-  pdf    no longer in skills.lock

Changed 2 skills; 2 skills in <root>/project, for claude-code.
`)
    expect(exit).toBe(0)
    expect(Object.keys(readTreeText(join(p.project, '.claude')))).toEqual(['skills/one', 'skills/two'])
  })

  test('freezes where CI is set, and writes there only when told to', async () => {
    const { p } = await installed()
    writeTree(p.project, { 'local/two/SKILL.md': skillMd('two') })
    const project = { skills: { one: './local/one', two: './local/two' }, agents: ['claude-code'] }
    writeFileSync(join(p.project, 'skills.json'), JSON.stringify(project))
    const before = readTreeText(p.project)
    const inCi = (...argv: string[]): ReturnType<typeof runCli> =>
      runCli(argv, { cwd: p.project, env: { HOME: p.home, PATH: process.env.PATH ?? '', CI: 'true' } })
    for (const argv of [['install'], ['i'], ['install', '--frozen']]) {
      const { stderr, exit } = await inCi(...argv)
      expect({ argv, exit, stderr }).toMatchObject({
        argv,
        exit: 3,
        stderr: expect.stringContaining('--no-frozen') as string,
      })
    }
    expect(readTreeText(p.project)).toEqual(before)
    expect(await inCi('install', '--no-frozen')).toMatchObject({ exit: 0 })
    expect(await inCi('install')).toMatchObject({ exit: 0 })
  })

  test('says where there is no project', async () => {
    expect(await cliProject().run('install')).toEqual({
      stdout: '',
      stderr: `\
error: No skills.json in <root>/project
hint: run "skills add SOURCE" or "skills init --project" first
code: project_missing
`,
      exit: 1,
    })
    expect((await cliProject().run('install', '-g')).stderr).toBe(`\
error: No skills.json in <root>/home/.config/skillward
hint: run "skills add --global SOURCE" first
code: project_missing
`)
  })
})

describe('ci', () => {
  test('makes a second checkout the same, byte for byte, from what is committed', async () => {
    const { p } = await installed()
    const before = readTreeText(p.project)
    for (const path of ['.agents', '.claude']) rmSync(join(p.project, path), { recursive: true })
    const { stdout, exit } = await p.run('ci')
    expect(stdout).toContain('Changed 2 skills; 2 skills in <root>/project')
    expect(exit).toBe(0)
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('ends with 3 and the reason when lock and skills.json disagree, and changes nothing', async () => {
    const { p } = await installed()
    const file = join(p.project, 'skills.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('./local/one', './local/other'))
    const before = readTreeText(p.project)
    expect(await p.run('ci')).toEqual({
      stdout: '',
      stderr: `\
error: skills.lock does not match skills.json: "one" is locked for another source
hint: run "skills install" and commit skills.lock
code: lock_stale
`,
      exit: 3,
    })
    rmSync(join(p.project, 'skills.lock'))
    expect((await p.run('ci')).stderr).toContain('code: lock_missing')
    delete before['skills.lock']
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('ends with 3 when the content changed under a locked address', async () => {
    const { p } = await installed()
    writeFileSync(join(p.project, 'local/one/SKILL.md'), skillMd('one', 'Other.'))
    for (const path of [join(p.project, '.agents'), join(p.home, '.local')]) rmSync(path, { recursive: true })
    const { stderr, exit } = await p.run('ci')
    expect(stderr).toContain('code: integrity_mismatch')
    expect(exit).toBe(3)
    expect(Object.keys(readTreeText(p.project))).not.toContain('.agents/skills/one/SKILL.md')
  })

  test('never replaces an edited copy without the word', async () => {
    const { p } = await installed()
    const copy = join(p.project, '.agents/skills/one/SKILL.md')
    writeFileSync(copy, 'mine')
    expect(await p.run('ci')).toEqual({
      stdout: '',
      stderr: `\
error: .agents/skills/one was edited since it was installed
hint: see what changed with "skills diff one"; --force replaces it
code: local_edits
`,
      exit: 3,
    })
    expect(readFileSync(copy, 'utf8')).toBe('mine')
    expect((await p.run('ci', '--force')).exit).toBe(0)
    expect(readFileSync(copy, 'utf8')).toBe(skillMd('one'))
  })
})

describe('update', () => {
  test('--check ends with 0 when there is nothing, and sees nothing in its own folder', async () => {
    const { p } = await installed()
    const before = readTreeText(p.project)
    expect(await p.run('update', '--check')).toEqual({
      stdout: 'one  up to date  ./local/one\npdf  up to date  1.0.0\n\nNothing newer.\n',
      stderr: '',
      exit: 0,
    })
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('--check --json tells newer, wider, gone and pinned apart, and ends with 4', async () => {
    const { p, repo } = await installed()
    const first = repo.git('rev-parse', 'HEAD')
    await p.run('add', `git+${repo.url}#${first}`, '--as', 'pinned', '--grant', 'none')
    writeTree(p.project, { 'local/lost/SKILL.md': skillMd('lost') })
    await p.run('add', './local/lost')
    rmSync(join(p.project, 'local/lost'), { recursive: true })
    writeFileSync(join(p.project, 'local/one/SKILL.md'), skillMd('one', 'Newer.'))
    widened(repo)
    const before = readTreeText(p.project)
    const { value, stderr, exit } = await p.json('update', '--check')
    expect(value).toMatchObject({
      checked: true,
      items: [
        { name: 'lost', status: 'gone', reason: 'There is no folder ./local/lost' },
        { name: 'one', status: 'available' },
        { name: 'pdf', status: 'widens', changes: [{ change: 'added', after: 'www.example.org' }] },
        { name: 'pinned', status: 'pinned' },
      ],
    })
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 4 })
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('never says that all is well when a source is gone', async () => {
    const { p, repo } = await installed()
    rmSync(repo.dir, { recursive: true })
    const checked = await p.run('update', '--check')
    expect(checked.stdout).toMatch(/^pdf  source gone .*\n\s*pdf: There is no git repository at file:/m)
    expect(checked.stdout).toMatch(/\n\nNothing newer; 1 source is gone\.\n$/)
    expect(checked.exit).toBe(4)
    const updated = await p.run('update')
    expect(updated.stdout).toMatch(/\n\nNothing updated; 1 source is gone\.\n$/)
    expect(updated.exit).toBe(1)
  })

  test('says which skill cannot be taken as it is now, and moves the others', async () => {
    const { p, repo } = await installed()
    writeFileSync(join(p.project, 'local/one/SKILL.md'), '---\nname: one\n---\n')
    repo.commit({ 'SKILL.md': skillMd('pdf', 'Newer.') })
    const { stdout, exit } = await p.run('update')
    expect(stdout).toMatch(
      /^one {2}not acceptable .*\n(?:.*\n)*one: .*SKILL\.md: description is missing or empty\n/,
    )
    expect(stdout).toMatch(/\n\nUpdated 1 skill; 1 skill cannot be taken as it is now\.\n$/)
    expect(exit).toBe(1)
  })

  test('asks again only for what is wider', async () => {
    const { p, repo } = await installed()
    widened(repo)
    const asked = `\
Capabilities asked for:

pdf 1.1.0
from file://<root>/repo

  + added    network  www.example.org

Declared by its author:
  medium  new  contact www.example.org

What you grant is recorded in skills.lock; nothing enforces it yet in this version.
`
    const before = readTreeText(p.project)
    const refused = await p.run('update')
    expect(refused.stderr).toContain(asked)
    expect(refused.stderr).toContain('code: consent_required')
    expect(refused).toMatchObject({ stdout: '', exit: 3 })
    expect(readTreeText(p.project)).toEqual(before)
    const { stdout, stderr, exit } = await p.run('update', 'pdf', '--grant', 'requested')
    expect(stdout).toBe(`\
pdf  updated  1.0.0 → 1.1.0

pdf may do:
  + added    network  www.example.org

Updated 1 skill.
`)
    expect(stderr.trimEnd()).toBe(asked.trimEnd())
    expect(exit).toBe(0)
    expect(readTreeText(p.project)['.agents/skills/pdf/skill.toml']).toContain('1.1.0')
  })
})

describe('remove', () => {
  test('takes links, copy and entries away, and says so', async () => {
    const { p } = await installed()
    expect(await p.run('remove', 'one', '--dry-run')).toMatchObject({
      stdout: 'Would remove 1 skill from <root>/project: one\n',
      exit: 0,
    })
    expect(await p.run('rm', 'one')).toEqual({
      stdout: 'Removed 1 skill from <root>/project: one\n',
      stderr: '',
      exit: 0,
    })
    expect(Object.keys(readTreeText(p.project))).toEqual([
      '.agents/skills/pdf/SKILL.md',
      '.agents/skills/pdf/skill.toml',
      '.claude/skills/pdf',
      'local/one/SKILL.md',
      'skills.json',
      'skills.lock',
    ])
    expect((await p.run('remove', '--all')).stdout).toBe('Removed 1 skill from <root>/project: pdf\n')
    expect(Object.keys(readTreeText(p.project))).toEqual(['local/one/SKILL.md', 'skills.json', 'skills.lock'])
  })

  test('knows the nearest name', async () => {
    const { p } = await installed()
    expect(await p.run('remove', 'pfd')).toEqual({
      stdout: '',
      stderr: 'error: No skill "pfd" is installed here\nhint: did you mean "pdf"?\ncode: skill_not_found\n',
      exit: 1,
    })
  })
})

describe('list and info', () => {
  test('list has a row a skill, and marks what is not installed', async () => {
    const { p } = await installed()
    expect(await p.run('list')).toEqual({
      stdout: `\
NAME  VERSION  MAY        SOURCE
one   -        nothing    ./local/one
pdf   1.0.0    network 1  git+file://<root>/repo

2 skills in <root>/project, for claude-code.
`,
      stderr: '',
      exit: 0,
    })
    rmSync(join(p.project, '.agents/skills/one'), { recursive: true })
    expect((await p.run('ls')).stdout).toMatch(/^one .* not installed /m)
    expect((await p.json('list')).value).toMatchObject({
      skills: [
        { name: 'one', installed: false },
        { name: 'pdf', installed: true },
      ],
    })
  })

  test('list says how to begin', async () => {
    expect(await cliProject().run('list')).toEqual({
      stdout: 'No skills in <root>/project. Add one with `skills add SOURCE`.\n',
      stderr: '',
      exit: 0,
    })
  })

  test('info shows what is known of a skill', async () => {
    const { p, repo } = await installed()
    const { stdout, stderr, exit } = await p.run('info', 'pdf')
    expect(stdout.replace(/h1:\S+/, 'h1:…')).toBe(`\
pdf 1.0.0
What pdf does

source     git+file://<root>/repo
address    ${repo.git('rev-parse', 'HEAD').slice(0, 10)}
integrity  h1:…
signer     unsigned
place      .agents/skills/pdf
links      .claude/skills/pdf
granted    network 1 (as skills.lock says)

Asks for:
  medium  declared        contact api.example.org

Files (2, 144 B):
  SKILL.md    53 B
  skill.toml  91 B

History:
  <time>  install  <user>
  <time>  grant    <user>
`)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
  })
})
