import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { makeRepo } from '../support/git-repo.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

interface Sources {
  readonly p: CliProject
  /** `git+file:` URL of a repository with `docx` and `pdf`, which asks for a host. */
  readonly git: string
  /** What git prints of its commit. */
  readonly commit: string
}

/** A project with a folder of two skills in it, and a repository beside it. */
function sources(): Sources {
  const p = cliProject()
  writeTree(p.project, { 'local/one/SKILL.md': skillMd('one'), 'local/two/SKILL.md': skillMd('two') })
  const files = {
    'skills/pdf/SKILL.md': skillMd('pdf'),
    'skills/pdf/skill.toml': skillToml('pdf', ['api.example.org'], '1.0.0'),
    'skills/docx/SKILL.md': skillMd('docx'),
  }
  const repo = makeRepo(files, join(p.root, 'repo'))
  return { p, git: `git+${repo.url}`, commit: repo.git('rev-parse', 'HEAD').slice(0, 10) }
}

const CONSENT = `Capabilities asked for:

pdf 1.0.0
from file://<root>/repo › skills/pdf

Declared by its author:
  medium  contact api.example.org

What you grant is recorded in skills.lock; nothing enforces it yet in this version.
`

describe('add', () => {
  test('takes several sources at once, says what each may do, and what it asked for', async () => {
    const { p, git, commit } = sources()
    const argv = ['add', './local', `${git}#path:skills/pdf`, '--all', '-a', 'claude-code,codex']
    const { stdout, stderr, exit } = await p.run(...argv, '--grant', 'requested')
    expect(stdout).toBe(`\
+  one         ./local     may: nothing
+  two         ./local     may: nothing
+  pdf  1.0.0  ${commit}  may: network 1

Added 3 skills to <root>/project, for claude-code, codex.
`)
    expect(stderr.trimEnd()).toBe(CONSENT.trimEnd())
    expect(exit).toBe(0)
    const tree = readTreeText(p.project)
    expect(Object.keys(tree).filter((path) => !path.startsWith('local/'))).toEqual([
      '.agents/skills/one/SKILL.md',
      '.agents/skills/pdf/SKILL.md',
      '.agents/skills/pdf/skill.toml',
      '.agents/skills/two/SKILL.md',
      '.claude/skills/one',
      '.claude/skills/pdf',
      '.claude/skills/two',
      'skills.json',
      'skills.lock',
    ])
    expect(readlinkSync(join(p.project, '.claude/skills/pdf'))).toBe('../../.agents/skills/pdf')
  })

  test('is quick to say that nothing changed', async () => {
    const { p, git, commit } = sources()
    const argv = ['add', git, '-s', 'pdf', '--grant', 'requested']
    await p.run(...argv)
    const before = readTreeText(p.project)
    expect(await p.run(...argv)).toEqual({
      stdout: `=  pdf  1.0.0  ${commit}  may: network 1\n\nNothing changed: 1 skill already in <root>/project.\n`,
      stderr: '',
      exit: 0,
    })
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('says what it wrote where the content stays the same: a pin, another agent, copies', async () => {
    const { p, git, commit } = sources()
    await p.run('add', git, '-s', 'pdf', '--grant', 'requested')
    const pinned = await p.run('add', `${git}#main`, '-s', 'pdf')
    expect(pinned.stdout).toContain(`~  pdf  1.0.0  ${commit}`)
    expect(pinned.stdout).toContain('Changed 1 skill of <root>/project.')
    const linked = await p.run('add', `${git}#main`, '-s', 'pdf', '-a', 'claude-code')
    expect(linked.stdout).toContain('Linked the skills of <root>/project, for claude-code.')
    const copied = await p.run('add', `${git}#main`, '-s', 'pdf', '--copy')
    expect(copied.stdout).toContain('Linked the skills of <root>/project, for claude-code.')
    expect((await p.run('add', `${git}#main`, '-s', 'pdf')).stdout).toContain('Nothing changed')
  })

  test('--list shows what a source offers and what of it cannot be used, and writes nothing', async () => {
    const { p, git, commit } = sources()
    writeTree(p.project, { 'bad/x/SKILL.md': '---\nname: x\n---\n' })
    const before = readTreeText(p.project)
    expect(await p.run('add', git, '--list')).toEqual({
      stdout: `\
  docx    What docx does
  pdf     What pdf does

2 skills in file://<root>/repo at ${commit}.
`,
      stderr: '',
      exit: 0,
    })
    expect((await p.run('add', './bad', '-l')).stdout).toBe(`\
Left out:
  x
    cannot be used: SKILL.md:1: description is missing or empty (description_missing)

0 skills in ./bad at ./bad, 1 left out.
`)
    expect((await p.json('add', git, '--list')).value).toMatchObject({
      skills: [
        { name: 'docx', dir: 'skills/docx' },
        { name: 'pdf', dir: 'skills/pdf' },
      ],
    })
    expect((await p.run('add', git, './local', '--list')).exit).toBe(2)
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('--dry-run says what would be done, and writes nothing', async () => {
    const { p } = sources()
    const before = readTreeText(p.project)
    expect(await p.run('add', './local', '--all', '--dry-run')).toEqual({
      stdout: `\
+  one    ./local  may: nothing
+  two    ./local  may: nothing

Would add 2 skills to <root>/project.
`,
      stderr: '',
      exit: 0,
    })
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('--json is one value on stdout with what was resolved', async () => {
    const { p, git } = sources()
    const argv = ['add', git, '--skill', 'pdf', '--agent', 'claude-code', '--grant', 'none']
    const { value, exit } = await p.json(...argv)
    expect(value).toMatchObject({
      scope: 'project',
      root: '<root>/project',
      skills: [
        {
          name: 'pdf',
          status: 'added',
          version: '1.0.0',
          resolution: { kind: 'git', ref: 'HEAD', subdir: 'skills/pdf' },
          capabilities: {},
          path: '.agents/skills/pdf',
        },
      ],
      agents: ['claude-code'],
      dryRun: false,
    })
    expect(exit).toBe(0)
  })

  test('without a terminal shows what is asked for, refuses with 3, and writes nothing', async () => {
    const { p, git } = sources()
    const before = readTreeText(p.project)
    const { stdout, stderr, exit } = await p.run('add', git, '--all')
    expect(stderr).toBe(`${CONSENT}\
error: "pdf" asks for capabilities, and nobody can be asked: there is no terminal, or --yes was given
hint: pass --grant requested, --grant none or --grant FILE, or commit a skills.lock whose entry "pdf" grants them
code: consent_required
`)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 3 })
    expect((await p.run('add', git, '--all', '--yes')).exit, '--yes grants nothing').toBe(3)
    expect(readTreeText(p.project)).toEqual(before)
  })

  test('refuses to guess among several skills, and says how to choose', async () => {
    const { p } = sources()
    expect(await p.run('add', './local')).toEqual({
      stdout: '',
      stderr: `\
error: ./local offers 2 skills
hint: name some with --skill NAME, take all with --all, or look with --list
code: skill_ambiguous
`,
      exit: 2,
    })
  })

  test('takes the source also as flags, and the alias a', async () => {
    const { p } = sources()
    const url = `file://${p.root}/repo`
    const { exit } = await p.run(
      'a',
      '--git',
      url,
      '--ref',
      'main',
      '--subdir',
      'skills/docx',
      '--as',
      'word',
    )
    expect(exit).toBe(0)
    const lock = JSON.parse(readTreeText(p.project)['skills.lock'] ?? '') as { skills: object }
    expect(lock.skills).toMatchObject({
      word: { resolution: { ref: 'refs/heads/main', subdir: 'skills/docx' } },
    })
    expect((await p.run('add', '--path', './local/one')).exit).toBe(0)
    const two = await p.run('add', './local/one', './local/two', '--ref', 'main')
    expect(two).toMatchObject({ exit: 2, stdout: '' })
    expect(two.stderr).toContain('--ref is for one source')
  })

  test('i adds with a source and installs without one', async () => {
    const { p } = sources()
    expect((await p.run('i', './local/one')).stdout).toContain('Added 1 skill')
    expect((await p.run('i')).stdout).toBe('All is in place: 1 skill in <root>/project.\n')
    expect((await p.run('i', '--frozen')).exit).toBe(0)
    expect(await p.run('i', './local/two', '--frozen')).toMatchObject({ exit: 2, stdout: '' })
  })
})
