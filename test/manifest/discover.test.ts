import { describe, expect, test } from 'vitest'
import { discoverSkills } from '../../src/manifest/discover.ts'
import { pluginFilePaths } from '../../src/manifest/plugins.ts'
import { processorTime } from '../support/processor-time.ts'
import { bytesOf } from '../support/skill-files.ts'

const dirs = (paths: string[]): string[] => discoverSkills(paths, []).map(({ dir }) => dir)
const json = (path: string, value: unknown) => ({ path, bytes: bytesOf(JSON.stringify(value)) })

describe('offers', () => {
  test.each([
    ['the root', 'SKILL.md', ''],
    ['a folder below skills', 'skills/pdf/SKILL.md', 'skills/pdf'],
    ['a hidden folder below skills', 'skills/.curated/plan/SKILL.md', 'skills/.curated/plan'],
    ['an agent’s own folder', '.claude/skills/pdf/SKILL.md', '.claude/skills/pdf'],
    ['a folder of a plugin', 'plugins/cloud/p/skills/n/SKILL.md', 'plugins/cloud/p/skills/n'],
    ['a folder eight levels deep', 'a/b/c/d/e/f/g/h/SKILL.md', 'a/b/c/d/e/f/g/h'],
    ['a skill that is called test', 'skills/test/SKILL.md', 'skills/test'],
    ['a folder at the top', 'pdf/SKILL.md', 'pdf'],
    ['a lower-case skill.md', 'skills/pdf/skill.md', 'skills/pdf'],
  ])('%s', (_name, path, dir) => expect(dirs([path, 'README.md'])).toEqual([dir]))
})

describe('does not offer', () => {
  test.each([
    'node_modules/x/skills/a/SKILL.md',
    'skills/a/node_modules/b/SKILL.md',
    'template/SKILL.md',
    'templates/a/SKILL.md',
    'skills/scanner/test-fixtures/evil/SKILL.md',
    'tests/skills-data/a/SKILL.md',
    'examples/a/SKILL.md',
    '.git/skills/a/SKILL.md',
    '.archive/a/SKILL.md',
    'skills/a/SKILL.md.bak',
    'skills/a/MYSKILL.md',
    'evals/graders/invokes-the-skill.md',
  ])('%s', (path) => expect(dirs([path])).toEqual([]))
})

test('a skill inside a skill is a part of it, unless a folder skills stands between', () => {
  expect(dirs(['skills/a/SKILL.md', 'skills/a/sub/SKILL.md', 'skills/a/references/x/SKILL.md'])).toEqual([
    'skills/a',
  ])
  expect(dirs(['SKILL.md', 'skills/b/SKILL.md', 'other/SKILL.md'])).toEqual(['', 'skills/b'])
})

test('lists a folder once, in the order of its bytes', () => {
  expect(dirs(['skills/b/SKILL.md', 'skills/b/skill.md', 'skills/B/SKILL.md', 'skills/a/SKILL.md'])).toEqual([
    'skills/B',
    'skills/a',
    'skills/b',
  ])
})

describe('plugin manifests', () => {
  const market = (plugins: unknown, metadata?: unknown) =>
    json('.claude-plugin/marketplace.json', { name: 'm', owner: { name: 'o' }, plugins, metadata })

  test('are found wherever they stand', () => {
    const paths = [
      '.claude-plugin/marketplace.json',
      '.agents/plugins/marketplace.json',
      'plugins/p/.claude-plugin/plugin.json',
      'plugins/p/.codex-plugin/plugin.json',
      'plugins/p/plugin.json',
      'marketplace.json',
    ]
    expect(pluginFilePaths(paths)).toEqual(paths.slice(0, 4))
  })

  test('group the folders that they list, and those of a plugin’s own folder', () => {
    const paths = [
      'skills/pdf/SKILL.md',
      'skills/docx/SKILL.md',
      'skills/art/SKILL.md',
      'plugins/p/skills/n/SKILL.md',
    ]
    const found = discoverSkills(paths, [
      market([
        { name: 'documents', source: './', strict: false, skills: ['./skills/pdf', './skills/docx/'] },
        { name: 'p-group', source: './plugins/p' },
        { name: 'elsewhere', source: { source: 'github', repo: 'a/b' } },
      ]),
    ])
    expect(found).toEqual([
      { dir: 'plugins/p/skills/n', group: 'p-group' },
      { dir: 'skills/art' },
      { dir: 'skills/docx', group: 'documents' },
      { dir: 'skills/pdf', group: 'documents' },
    ])
  })

  test('follow pluginRoot, and list a folder that would not be offered otherwise', () => {
    const found = discoverSkills(
      ['plugins/p/skills/n/SKILL.md', 'examples/demo/SKILL.md'],
      [
        market(
          [
            { name: 'p', source: 'p' },
            { name: 'demo', source: './', skills: ['./examples/demo'] },
          ],
          { pluginRoot: './plugins' },
        ),
      ],
    )
    expect(found).toEqual([
      { dir: 'examples/demo', group: 'demo' },
      { dir: 'plugins/p/skills/n', group: 'p' },
    ])
  })

  test('cannot name a folder outside or one without a skill, and may be nonsense', () => {
    const paths = ['skills/a/SKILL.md']
    const plain = [{ dir: 'skills/a' }]
    for (const plugins of [
      [{ name: 'x', source: '../..', skills: ['../../etc'] }],
      [{ name: 'x', source: './', skills: ['/etc', './none', 7, null] }],
      'text',
      [null, 7, { source: './' }],
    ]) {
      expect(discoverSkills(paths, [market(plugins)])).toEqual(plain)
    }
    expect(discoverSkills(paths, [{ path: '.claude-plugin/marketplace.json', bytes: bytesOf('{') }])).toEqual(
      plain,
    )
  })
})

test('goes through twelve thousand paths in a moment', () => {
  const paths = Array.from(
    { length: 12_000 },
    (_, i) => `skills/owner${i % 500}/s${i}/${i % 4 ? 'SKILL.md' : 'scripts/run.py'}`,
  )
  const started = processorTime()
  expect(discoverSkills(paths, [])).toHaveLength(9000)
  expect(processorTime() - started).toBeLessThan(1500)
})
