import { describe, expect, test } from 'vitest'
import { discoverSkills } from '../../src/manifest/discover.ts'
import { pluginFilePaths, remotePluginsOf } from '../../src/manifest/plugins.ts'
import { bytesOf } from '../support/skill-files.ts'

const offered = (...args: Parameters<typeof discoverSkills>) =>
  discoverSkills(...args).folders.map(({ file: _file, ...folder }) => folder)
const dirs = (paths: string[]): string[] => offered(paths, []).map(({ dir }) => dir)
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
    ['a skill that is called build', 'skills/build/SKILL.md', 'skills/build'],
    ['a skill that is called template', 'skills/template/SKILL.md', 'skills/template'],
    ['a skill that is called fixtures', 'skills/fixtures/SKILL.md', 'skills/fixtures'],
    ['a group of skills that is called vendor', 'skills/vendor/a/b/SKILL.md', 'skills/vendor/a/b'],
    ['a group of skills that is called test', 'skills/test/tdd/SKILL.md', 'skills/test/tdd'],
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

describe('names what it does not offer', () => {
  const reasons = (...paths: string[]) =>
    discoverSkills(paths, []).leftOut.map(({ path, code }) => [path, code])

  test.each([
    ['a/node_modules/b/SKILL.md', 'a/node_modules/b', 'tool_folder'],
    ['vendor/a/SKILL.md', 'vendor/a', 'copied_folder'],
    ['packages/x/dist/skills/a/SKILL.md', 'packages/x/dist/skills/a', 'copied_folder'],
    ['templates/letter/SKILL.md', 'templates/letter', 'material_folder'],
    ['skills/a/test-fixtures/evil/SKILL.md', 'skills/a/test-fixtures/evil', 'material_folder'],
    ['docs/examples/demo/SKILL.md', 'docs/examples/demo', 'material_folder'],
    ['.archive/a/SKILL.md', '.archive/a', 'hidden_folder'],
    [`${'d/'.repeat(17)}SKILL.md`, 'd/'.repeat(17).slice(0, -1), 'folder_too_deep'],
    ['skills/a/Skill.md', 'skills/a/Skill.md', 'skill_md_case'],
    ['SKILL.MD', 'SKILL.MD', 'skill_md_case'],
  ])('%s', (file, path, code) => expect(reasons(file)).toEqual([[path, code]]))

  test('a part of another skill, with that skill', () => {
    const { leftOut } = discoverSkills(['a/SKILL.md', 'a/sub/SKILL.md'], [])
    expect(leftOut).toEqual([{ path: 'a/sub', code: 'part_of_skill', reason: 'is a part of the skill in a' }])
  })

  test('nothing twice and nothing never: each folder is offered or named', () => {
    const parts = ['skills', 'a', 'build', 'templates', 'tests', '.x', 'node_modules', 'fixtures', 'vendor']
    const all = parts.flatMap((x) => parts.flatMap((y) => parts.map((z) => `${x}/${y}/${z}`)))
    const found = discoverSkills([...all.map((dir) => `${dir}/SKILL.md`), 'README.md'], [])
    const named = [...found.folders.map(({ dir }) => dir), ...found.leftOut.map(({ path }) => path)]
    expect(named.toSorted()).toEqual(all.toSorted())
  })

  test('and takes the names of folders in a plugin’s own folder for the author’s', () => {
    const market = json('.claude-plugin/marketplace.json', { plugins: [{ name: 'b', source: './build' }] })
    expect(offered(['build/skills/a/SKILL.md'], [market])).toEqual([{ dir: 'build/skills/a', group: 'b' }])
  })
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
    const found = offered(paths, [
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
    const found = offered(
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

  test('name plugins that lie elsewhere, however the address is written', () => {
    const sources = [
      { source: 'github', repo: 'a/b', ref: 'v1' },
      { source: 'git-subdir', url: 'https://h/r.git', path: 'x' },
      { source: 'npm', package: '@a/b' },
      { source: 'carrier-pigeon' },
    ]
    const plugins = [...sources.map((source, index) => ({ name: `p${index}`, source })), { source: {} }]
    expect(remotePluginsOf([market(plugins)]).map(({ name, place }) => [name, place])).toEqual([
      ['p0', 'a/b#v1'],
      ['p1', 'https://h/r.git#path:x'],
      ['p2', 'npm:@a/b'],
      ['p3', ''],
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
      expect(offered(paths, [market(plugins)])).toEqual(plain)
    }
    expect(offered(paths, [{ path: '.claude-plugin/marketplace.json', bytes: bytesOf('{') }])).toEqual(plain)
  })
})
