// A repository that brings every file that any command reads below a project, each in a hostile form. Every command of the
// table runs there, without a terminal and without consent: what is there stays as it is, inside and outside.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { CommandRow } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { lockText } from '../support/lock.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

/** Commands that serve until they are stopped, or work on a registry's own data. */
const NOT_OF_A_PROJECT = ['registry']
/** What makes a new file by its nature, in a place of its own. */
const WRITES = new Set(['init', 'pack'])

/** Every command line: name, and as many arguments as it needs, with the flags that could widen what it does. */
function linesOf(rows: readonly CommandRow[], before: readonly string[] = []): string[][] {
  return rows.flatMap((row) => {
    if (before.length === 0 && NOT_OF_A_PROJECT.includes(row.name)) return []
    const words = [...before, row.name]
    const count = row.args?.match(/</g)?.length ?? 0
    const args = Array.from({ length: count }, () => 'pdf')
    const has = (flag: string): boolean => row.options?.some(({ flags }) => flags.includes(flag)) === true
    const bare = [...words, ...args]
    const lines = [
      bare,
      ...(has('--yes') ? [[...bare, '--yes']] : []),
      ...(has('--dry-run') ? [[...bare, '--dry-run']] : []),
    ]
    return [...lines, ...linesOf(row.commands ?? [], words)]
  })
}

const JOURNAL = JSON.stringify({
  version: 1,
  place: ['pdf'],
  remove: ['mine'],
  links: [],
  project: '{"skills":{}}',
  lock: '{"lockfileVersion":1,"skills":{}}',
})
const STRANGER = JSON.stringify({
  pid: 1,
  started: '1',
  boot: 'b',
  host: 'other/1',
  namespace: 'n',
  token: '0'.repeat(24),
})

function plant(p: CliProject): void {
  const work = '.agents/.skillward'
  writeTree(p.root, { 'outside/SKILL.md': skillMd('pdf', 'Mine.'), 'outside/keep': 'keep' })
  writeTree(p.project, {
    'skills.json': JSON.stringify({
      skills: { pdf: 'http://127.0.0.1:1/skills.git#path:skills/pdf' },
      agents: ['claude-code'],
    }),
    'skills.lock': lockText().replaceAll('https://git.example', 'http://127.0.0.1:1'),
    [`${work}/journal.json`]: JOURNAL,
    [`${work}/lock`]: STRANGER,
    [`${work}/work`]: '.skillward-0123456789abcdef0123456789abcdef\n/',
    [`${work}/stage/pdf/SKILL.md`]: skillMd('pdf', 'Evil.'),
    [`${work}/trash/pdf/SKILL.md`]: 'evil',
    '.agents/.skillward-0123456789abcdef0123456789abcdef/stage/pdf/SKILL.md': skillMd('pdf', 'Evil.'),
    '.agents/skills/mine/SKILL.md': skillMd('mine'),
    '.agents/skills/pdf/SKILL.md': skillMd('pdf', 'Evil.'),
    '.claude/skills/mine/SKILL.md': skillMd('mine'),
    'skills-lock.json':
      '{"version":1,"skills":{"pdf":{"source":"https://127.0.0.1:1/x.git","sourceType":"git"}}}',
  })
  mkdirSync(join(p.project, '.cursor'))
  symlinkSync(join(p.root, 'outside'), join(p.project, '.cursor/skills'))
  symlinkSync(join(p.root, 'outside'), join(p.project, '.claude/skills/pdf'))
}

const LINES = linesOf(COMMANDS)

it('knows every command of the table', () => {
  expect(LINES.map((line) => line[0])).toEqual(
    expect.arrayContaining(['add', 'install', 'ci', 'update', 'remove', 'verify', 'prune']),
  )
})

it.each(LINES.map((line) => [line.join(' '), line] as const))(
  'changes nothing without consent: %s',
  async (told, line) => {
    const p = cliProject()
    plant(p)
    const before = { project: readTreeText(p.project), outside: readTreeText(join(p.root, 'outside')) }
    const { exit, stderr } = await p
      .run(...line, '--offline')
      .then((said) => (said.exit === 2 ? p.run(...line) : said))
    const after = { project: readTreeText(p.project), outside: readTreeText(join(p.root, 'outside')) }
    expect([0, 1, 2, 3, 4], told).toContain(exit)
    expect(stderr, told).not.toContain('(waiting)')
    expect(stderr, told).not.toMatch(/code: internal/)
    expect(after.outside, told).toEqual(before.outside)
    if (!WRITES.has(line[0] ?? '')) expect(after.project, told).toEqual(before.project)
  },
)
