import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cliProject } from '../support/cli-project.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

describe('import', () => {
  const lock = {
    version: 1,
    skills: {
      mine: { source: './mine', sourceType: 'local', computedHash: '0' },
      npm: { sourceType: 'node_modules', computedHash: '0' },
    },
  }
  const said = (verb: string): string => `\
+  mine    ./mine  may: nothing

Notes:
  mine  its hash is made in another way and was not carried over

Could not be carried over:
  npm  it names no source

${verb} 1 skill from <root>/project/skills-lock.json; 1 could not be carried over.
`

  test('says what came, what came changed and what could not, first as a dry run', async () => {
    const p = cliProject()
    writeTree(p.project, { 'mine/SKILL.md': skillMd('mine'), 'skills-lock.json': JSON.stringify(lock) })
    const before = readTreeText(p.project)
    expect(await p.run('import', '--dry-run')).toEqual({
      stdout: said('Would import'),
      stderr: '',
      exit: 1,
    })
    expect(readTreeText(p.project)).toEqual(before)
    expect(await p.run('import', '-a', 'claude-code')).toEqual({
      stdout: said('Imported'),
      stderr: '',
      exit: 1,
    })
    expect(Object.keys(readTreeText(p.project))).toEqual([
      '.agents/skills/mine/SKILL.md',
      '.claude/skills/mine',
      'mine/SKILL.md',
      'skills-lock.json',
      'skills.json',
      'skills.lock',
    ])
    expect((await p.run('verify')).exit).toBe(0)
  })

  test('says which files it looks for', async () => {
    expect(await cliProject().run('import')).toEqual({
      stdout: '',
      stderr: `\
error: No skills-lock.json, skills.lock.json, toolhive.lock.yaml, .clawhub/lock.json, .clawdhub/lock.json in <root>/project
hint: name the file: skills import FILE
code: import_invalid
`,
      exit: 1,
    })
  })
})

describe('agents', () => {
  test('lists those that were found or selected, and says how many more there are', async () => {
    const p = cliProject()
    mkdirSync(join(p.home, '.claude'))
    const { stdout, stderr, exit } = await p.run('agents')
    expect(stdout.replace(/^\d+ more/m, 'N more')).toBe(`\
ID           AGENT               PROJECT         GLOBAL
claude-code  Claude Code  found  .claude/skills  <root>/home/.claude/skills

N more are known; \`skills agents --all\` lists them.
`)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    expect((await p.run('agents', '--all')).stdout.split('\n').length).toBeGreaterThan(60)
    expect(readTreeText(p.root)).toEqual({})
  })
})

describe('prune', () => {
  test('says what it frees, kind by kind, and then that there is nothing', async () => {
    const p = cliProject()
    writeTree(p.project, { 'local/one/SKILL.md': skillMd('one'), 'local/two/SKILL.md': skillMd('two') })
    await p.run('add', './local', '--all')
    await p.run('remove', 'two')
    const before = readTreeText(p.root)
    const { stdout } = await p.run('prune', '--all', '--dry-run')
    expect(stdout).toMatch(/^store {2}1\n(?:cache {2}\d+\n)?\nWould free \d+ B in \d+ entr(?:y|ies)\.\n$/)
    expect(readTreeText(p.root)).toEqual(before)
    expect((await p.run('prune', '--all')).stdout).toBe(stdout.replace('Would free', 'Freed'))
    expect(await p.run('prune', '--all')).toEqual({ stdout: 'Nothing to free.\n', stderr: '', exit: 0 })
    rmSync(join(p.project, '.agents'), { recursive: true })
    expect((await p.run('ci', '--offline')).exit).toBe(0)
  })
})

describe('init and validate', () => {
  test('init says what it wrote and what to do next, and never writes over it', async () => {
    const p = cliProject()
    expect(await p.run('init', 'my-skill')).toEqual({
      stdout: `\
Wrote <root>/project/my-skill/SKILL.md
Wrote <root>/project/my-skill/skill.toml
Next: write <root>/project/my-skill/SKILL.md, then \`skills validate <root>/project/my-skill\`
`,
      stderr: '',
      exit: 0,
    })
    const before = readTreeText(p.root)
    expect(await p.run('init', 'my-skill')).toEqual({
      stdout: '',
      stderr: `\
error: There is a SKILL.md already in <root>/project/my-skill
hint: choose another name, or edit what is there
code: skill_exists
`,
      exit: 1,
    })
    expect(readTreeText(p.root)).toEqual(before)
    expect((await p.run('init', '--project')).stdout).toBe(
      'Wrote <root>/project/skills.json\nNext: `skills add SOURCE`\n',
    )
  })

  test('validate says of each skill whether it is valid, with file and line, and ends with 1', async () => {
    const p = cliProject()
    await p.run('init', 'good')
    writeTree(p.project, { 'bad/SKILL.md': '---\nname: bad\ntags: x\ndescription: Does it.\n---\n' })
    expect(await p.run('validate', 'good', 'bad')).toEqual({
      stdout: `\
valid good good
invalid bad bad
  error SKILL.md:3: Unknown key tags (frontmatter_unknown_key)
    hint: the format has name, description, license, compatibility, metadata, allowed-tools; put your own data under metadata or in skill.toml

2 skills, 1 error.
`,
      stderr: '',
      exit: 1,
    })
    const { value, exit } = await p.json('validate', 'bad')
    expect(value).toMatchObject({
      ok: false,
      skills: [{ diagnostics: [{ severity: 'error', code: 'frontmatter_unknown_key', line: 3 }] }],
    })
    expect(exit).toBe(1)
  })
})

describe('errors as JSON', () => {
  test.each([
    [['list'], 'lock_invalid', 3],
    [['ci'], 'lock_invalid', 3],
    [['add', './nowhere'], 'source_not_found', 1],
    [['add', 'https://user:secret@h.example/x.git'], 'spec_credentials', 3],
    [['add', './x', '-a', 'nobody'], 'agent_unknown', 2],
    [['validate', 'nowhere'], 'source_not_found', 1],
    [['import'], 'import_invalid', 1],
    [['lsit'], 'usage', 2],
  ])(
    '%j is one value on stdout with code, message and hint, and the status of its code',
    async (argv, code, status) => {
      const p = cliProject()
      const lock = code === 'lock_invalid' ? { 'skills.lock': '{"lockfileVersion": 1}' } : {}
      writeTree(p.project, { 'x/SKILL.md': skillMd('x'), ...lock })
      const before = readTreeText(p.root)
      const { value, stderr, exit } = await p.json(...argv)
      expect(value).toMatchObject({
        error: {
          code,
          message: expect.any(String) as string,
          hint: expect.any(String) as string,
          details: {},
        },
      })
      expect(JSON.stringify(value)).not.toContain('secret')
      expect({ stderr, exit }).toEqual({ stderr: '', exit: status })
      expect(readTreeText(p.root)).toEqual(before)
    },
  )
})

describe('a file that cannot be read', () => {
  test('is an error that names it, for every command of the lock', async () => {
    const p = cliProject()
    mkdirSync(join(p.project, 'skills.lock'))
    writeFileSync(join(p.project, 'skills.json'), '{"skills": {}}')
    for (const command of ['list', 'install', 'ci', 'verify', 'update', 'capabilities']) {
      const { stderr, exit } = await p.run(command)
      expect([command, exit]).toEqual([command, 1])
      expect(stderr).toContain('<root>/project/skills.lock')
      expect(stderr).toContain('code: fs_failed')
    }
  })
})
