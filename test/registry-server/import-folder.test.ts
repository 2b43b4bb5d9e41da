import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { importIntoRegistry } from '../../registry-server/admin.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

it('publishes what it can, through links of the folder, and names everything else with its reason', async () => {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = writeTree(join(root, 'skills'), {
    'good/SKILL.md': skillMd('good'),
    'linked/SKILL.md': skillMd('linked'),
    'shared/notes.md': 'notes',
    'escape/SKILL.md': skillMd('escape'),
    'upper/Skill.md': skillMd('upper'),
    'good/part/SKILL.md': skillMd('part'),
    'templates/t/SKILL.md': skillMd('t'),
  })
  symlinkSync('../shared/notes.md', join(folder, 'linked/notes.md'))
  symlinkSync('/etc/passwd', join(folder, 'escape/secret'))
  const request = { folder, scope: '@acme', signal: new AbortController().signal }
  const result = await importIntoRegistry({ data: join(root, 'data') }, request)
  expect(result.published.map(({ name }) => name)).toEqual(['@acme/good', '@acme/linked'])
  expect(result.refused.map(({ path, code }) => [path, code])).toEqual([
    ['upper/Skill.md', 'skill_md_case'],
    ['escape', 'link_unsafe'],
  ])
  expect(result.leftOut.map(({ path, code }) => [path, code])).toEqual([
    ['good/part', 'part_of_skill'],
    ['templates/t', 'material_folder'],
  ])
})
