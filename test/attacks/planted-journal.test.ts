// A repository that brings what an interrupted command leaves: journal, stage, trash and lock, where this program once kept
// them and under the names that it uses now. None of it is read, finished, waited for or removed.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { list } from '../../src/ops/list.ts'
import { findScope } from '../../src/ops/scope.ts'
import { readSettings } from '../../src/platform/env.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { interruptChange } from '../support/interrupted.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

const EMPTY = '{\n  "lockfileVersion": 1,\n  "skills": {}\n}\n'
const NAME = '.skillward-0123456789abcdef0123456789abcdef'
const JOURNAL = JSON.stringify({
  version: 1,
  root: '/',
  work: NAME,
  before: {},
  place: ['one'],
  remove: [],
  links: [{ action: 'link', dir: '.claude/skills', name: 'one', replaces: 'any' }],
  project: '{"skills":{}}',
  lock: EMPTY,
})

/** A project with one skill, installed and linked. */
async function project(): Promise<TestIo> {
  const io = testIo()
  const source = writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one', 'Good.') })
  await add({ sources: [parseSpec(source)], as: 'one', agents: ['claude-code'] }, io)
  return io
}

it.each(['.agents/.skillward', `.agents/${NAME}`])(
  'neither uses nor removes a planted %s',
  async (folder) => {
    const io = await project()
    writeTree(join(io.project, folder), {
      'journal.json': JOURNAL,
      lock: '{"pid":1,"started":"1","boot":"b","host":"other/1","namespace":"n","token":"0123456789abcdef01234567"}',
      work: NAME,
      'stage/one/SKILL.md': skillMd('one', 'Evil.'),
      'trash/one/SKILL.md': 'old',
    })
    const before = readTreeText(io.project)
    await list({}, io)
    await install({ frozen: true }, io)
    await install({}, io)
    expect(readTreeText(io.project)).toEqual(before)
    expect(io.notices).toEqual([])
  },
)

it.each(['stage', 'trash', '.'])('writes and takes nothing through a planted link at %s', async (part) => {
  const io = await project()
  const outside = writeTree(join(io.root, 'outside'), { authorized_keys: 'mine', 'one/SKILL.md': 'mine' })
  const link = join(io.project, '.agents/.skillward', part)
  // What the first command left of its own goes for what somebody planted.
  if (part === '.') rmSync(join(io.project, '.agents/.skillward'), { recursive: true })
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(outside, link)
  const mine = readTreeText(outside)
  writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one', 'Better.') })
  await add({ sources: [parseSpec(join(io.root, 'source'))], as: 'one' }, io)
  expect(readTreeText(outside)).toEqual(mine)
  expect(readTreeText(io.project)['.agents/skills/one/SKILL.md']).toContain('Better.')
})

it('believes no journal of a state folder that lies in the project', async () => {
  const io = testIo()
  const own = join(io.project, '.cache')
  const settings = readSettings({ HOME: io.home, SKILLWARD_HOME: own }, io.project)
  const within = { ...io, settings }
  writeTree(io.project, { 'skills.json': '{"skills":{}}', '.agents/skills/one/SKILL.md': 'mine' })
  interruptChange(
    within,
    { project: '{"skills":{}}', lock: EMPTY, place: ['one'] },
    { one: { 'SKILL.md': 'evil' } },
  )
  await install({}, within)
  expect(within.notices.map(({ code }) => code)).toEqual(['interrupted_dropped'])
  expect(readTreeText(io.project)).toEqual({
    'skills.json': '{"skills":{}}',
    'skills.lock': EMPTY,
    '.agents/skills/one/SKILL.md': 'mine',
  })
})

it('waits for no process of another machine where the lock lies in the project', async () => {
  const io = testIo()
  const settings = readSettings({ HOME: io.home, SKILLWARD_HOME: join(io.project, '.cache') }, io.project)
  const within = { ...io, settings }
  writeFileSync(join(io.project, 'skills.json'), '{"skills":{}}')
  const { stateDir } = findScope(settings, false)
  const holder = { pid: 1, started: '1', boot: 'b', host: 'other/1', namespace: 'n', token: '0'.repeat(24) }
  writeTree(stateDir, { lock: JSON.stringify(holder) })
  await install({}, within)
  expect(within.notices).toEqual([])
})
