// A repository that brings a journal: it can do no more than the skills.json and skills.lock that it carries.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { list } from '../../src/ops/list.ts'
import { skillMd, readTreeText, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

const EMPTY = '{\n  "lockfileVersion": 1,\n  "skills": {}\n}\n'

function projectWithJournal(journal: unknown): TestIo {
  const io = testIo()
  writeTree(io.root, { 'victim/file': 'keep', 'home/.bashrc': 'keep' })
  writeTree(io.project, {
    'skills.json': '{"skills":{}}',
    '.agents/.skillward/journal.json': typeof journal === 'string' ? journal : JSON.stringify(journal),
    '.agents/.skillward/stage/one/SKILL.md': skillMd('one', 'Evil.'),
    '.agents/skills/one/SKILL.md': skillMd('one', 'Good.'),
  })
  return io
}

const base = { version: 1, place: [], remove: [], links: [], project: '{"skills":{}}', lock: EMPTY }

it.each([
  ['a removal above the project', { ...base, remove: ['../../../victim'] }, 'name_invalid'],
  ['a copy above the project', { ...base, place: ['../../../victim'] }, 'name_invalid'],
  [
    'a link step into no agent folder',
    { ...base, links: [{ action: 'remove', dir: '../../victim', name: 'file', replaces: 'any' }] },
    'link_conflict',
  ],
  ['a lock that is not one', { ...base, lock: '{}' }, 'lock_version'],
  ['a project that is not one', { ...base, project: '[]' }, 'project_invalid'],
  ['another version', { ...base, version: 2 }, 'project_invalid'],
  ['no JSON', '{', 'project_invalid'],
  ['a name that is no text', { ...base, place: [5] }, 'project_invalid'],
  ['a link step that is none', { ...base, place: ['two'], links: [null] }, 'project_invalid'],
  [
    'a link step that says not what it replaces',
    { ...base, links: [{ action: 'remove', dir: '.claude/skills', name: 'one' }] },
    'project_invalid',
  ],
] as const)('refuses %s', async (_what, journal, code) => {
  const io = projectWithJournal(journal)
  await expect(list({}, io)).toThrowCode(code)
  expect(readTreeText(join(io.root, 'victim'))).toEqual({ file: 'keep' })
})

it('does not remove skills of the user that no lock names', async () => {
  const io = projectWithJournal({
    ...base,
    remove: ['one'],
    links: [{ action: 'remove', dir: '.claude/skills', name: 'own', replaces: 'any' }],
  })
  writeTree(io.project, { '.claude/skills/own/SKILL.md': skillMd('own') })
  await list({}, io)
  expect(Object.keys(readTreeText(io.project))).toEqual([
    '.agents/skills/one/SKILL.md',
    '.claude/skills/own/SKILL.md',
    'skills.json',
    'skills.lock',
  ])
})

it('does not replace a skill by a staged copy that the lock does not name', async () => {
  const io = projectWithJournal({ ...base, place: ['one'] })
  await list({}, io)
  expect(readTreeText(io.project)).toEqual({
    '.agents/skills/one/SKILL.md': skillMd('one', 'Good.'),
    'skills.json': '{"skills":{}}',
    'skills.lock': EMPTY,
  })
})
