import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

async function edited(): Promise<CliProject> {
  const p = cliProject()
  writeTree(p.project, {
    'local/one/SKILL.md': skillMd('one'),
    'local/one/a.bin': '\0',
    'local/one/b.txt': 'b\n',
  })
  await p.run('add', './local/one', '--grant', 'requested')
  const copy = join(p.project, '.agents/skills/one')
  writeFileSync(join(copy, 'SKILL.md'), skillMd('one', 'Do \u001b[31mit\u202e.'))
  writeFileSync(join(copy, 'a.bin'), '\0\0')
  writeTree(copy, { 'new.txt': 'new\r\n', 'b.txt': 'b\r\n' })
  return p
}

test('shows what was edited, escaped, and names what is no text', async () => {
  const p = await edited()
  const before = readTreeText(p.project)
  const { stdout, stderr, exit } = await p.run('diff', 'one')
  expect(stdout).toBe(`\
--- skills.lock/SKILL.md
+++ .agents/skills/one/SKILL.md
@@ -3,4 +3,4 @@
 description: What one does
 ---
 
-Do it.
+Do \\u{1b}[31mit\\u{202e}.

.agents/skills/one/a.bin: changed; not compared line by line (1 B before, 2 B now)

.agents/skills/one/b.txt: only the line ends differ

--- /dev/null
+++ .agents/skills/one/new.txt
@@ -0,0 +1,1 @@
+new

4 files of one differ from skills.lock.
`)
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
  expect(readTreeText(p.project)).toEqual(before)
})

test('is data with --json, and fetches what the store has not', async () => {
  const p = await edited()
  rmSync(join(p.home, '.local'), { recursive: true })
  expect((await p.json('diff', 'one')).value).toMatchObject({
    name: 'one',
    path: '.agents/skills/one',
    files: [
      { path: 'SKILL.md', change: 'changed' },
      { path: 'a.bin', change: 'changed', bytes: { before: 1, after: 2 } },
      { path: 'b.txt', change: 'line_ends' },
      { path: 'new.txt', change: 'added' },
    ],
  })
})

test('says so when nothing differs, and knows no other names', async () => {
  const p = cliProject()
  writeTree(p.project, { 'local/one/SKILL.md': skillMd('one') })
  await p.run('add', './local/one')
  expect((await p.run('diff', 'one')).stdout).toBe('one is what skills.lock names.\n')
  expect((await p.run('diff', 'oen')).stderr).toContain('did you mean "one"?')
  rmSync(join(p.project, '.agents'), { recursive: true })
  expect((await p.run('diff', 'one')).stderr).toContain('code: skill_not_found')
})

test('names the link that stands where the copy should be', async () => {
  const p = await edited()
  const copy = join(p.project, '.agents/skills/one')
  rmSync(copy, { recursive: true })
  symlinkSync('../../local/one', copy)
  const { stderr, exit } = await p.run('diff', 'one')
  expect(stderr).toContain('.agents/skills/one is a link to ../../local/one')
  expect(exit).toBe(1)
})
