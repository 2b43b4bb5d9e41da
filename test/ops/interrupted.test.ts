// What a killed command left: told by commands that look, finished by those that change, let go where it does not fit.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { showCapabilities } from '../../src/ops/capabilities.ts'
import { info } from '../../src/ops/info.ts'
import { install } from '../../src/ops/install.ts'
import type { Io } from '../../src/ops/io.ts'
import { list } from '../../src/ops/list.ts'
import { prune } from '../../src/ops/prune.ts'
import { remove } from '../../src/ops/remove.ts'
import { findScope } from '../../src/ops/scope.ts'
import { update } from '../../src/ops/update.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { interruptChange } from '../support/interrupted.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'

const EMPTY = '{\n  "lockfileVersion": 1,\n  "skills": {}\n}\n'
const GOOD = { 'SKILL.md': skillMd('one', 'Good.') }
const BETTER = { 'SKILL.md': skillMd('one', 'Better.') }

/** `one` is installed in one version, and its update was killed after the journal was written. */
async function killedUpdate(): Promise<{ io: TestIo; after: Record<string, string>; work: string }> {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'source'), GOOD))
  const agents = ['claude-code']
  // The state after the change, as another project would have it; then the project is as before.
  writeTree(join(io.root, 'source'), BETTER)
  await add({ sources: [source], as: 'one', agents }, io)
  const after = readTreeText(io.project)
  rmSync(io.project, { recursive: true })
  mkdirSync(io.project)
  writeTree(join(io.root, 'source'), GOOD)
  await add({ sources: [source], as: 'one', agents }, io)
  const { journal } = interruptChange(
    io,
    { place: ['one'], lock: after['skills.lock'] ?? '' },
    { one: BETTER },
  )
  return { io, after, work: journal.work }
}

const codes = (io: TestIo): string[] => io.notices.map(({ code }) => code)

const LOOKS: Readonly<Record<string, (io: Io) => Promise<unknown>>> = {
  list: (io) => list({}, io),
  verify: (io) => verify({ names: [] }, io),
  info: (io) => info({ name: 'one' }, io),
  capabilities: (io) => showCapabilities({ names: [] }, io),
  'update --check': (io) => update({ names: [], check: true }, io),
  'update --dry-run': (io) => update({ names: [], dryRun: true }, io),
  'install --dry-run': (io) => install({ dryRun: true }, io),
  'ci --dry-run': (io) => install({ dryRun: true, frozen: true }, io),
  'remove --dry-run': (io) => remove({ names: ['one'], dryRun: true }, io),
  'prune --dry-run': (io) => prune({ dryRun: true }, io),
}

it.each(Object.entries(LOOKS))('%s tells of an interrupted change and leaves it', async (_verb, look) => {
  const { io } = await killedUpdate()
  const before = [readTreeText(io.project), readTreeText(io.settings.dataDir)]
  await look(io)
  expect([readTreeText(io.project), readTreeText(io.settings.dataDir)]).toEqual(before)
  expect(codes(io)).toEqual(['interrupted'])
})

it('is finished by the next command that changes the project, which says so', async () => {
  const { io, after } = await killedUpdate()
  await install({}, io)
  expect(io.notices).toMatchObject([
    { code: 'interrupted_finished', message: expect.stringContaining('installed one') },
  ])
  expect(readTreeText(io.project)).toEqual(after)
  expect(readdirSync(join(io.settings.dataDir, 'work'))).toEqual([])
})

it('is let go when skills.lock was changed since, and nothing of the change is made', async () => {
  const { io } = await killedUpdate()
  const mine = `${readTreeText(io.project)['skills.lock']} \n`
  writeFileSync(join(io.project, 'skills.lock'), mine)
  await install({ frozen: true }, io)
  expect(codes(io)).toEqual(['interrupted_dropped'])
  const now = readTreeText(io.project)
  expect([now['skills.lock'], now['.agents/skills/one/SKILL.md']]).toEqual([mine, GOOD['SKILL.md']])
  expect(Object.keys(now).filter((path) => path.includes('.skillward'))).toEqual([])
})

it('keeps an edit that was made since', async () => {
  const { io } = await killedUpdate()
  writeTree(join(io.project, '.agents/skills/one'), { 'SKILL.md': 'my own words' })
  await expect(install({}, io)).toThrowCode('local_edits')
  expect(readTreeText(io.project)['.agents/skills/one/SKILL.md']).toBe('my own words')
})

it('takes from the store what a power cut tore in the stage', async () => {
  const { io, after, work } = await killedUpdate()
  writeFileSync(join(io.project, '.agents', work, 'stage/one/SKILL.md'), '')
  await install({}, io)
  expect(readTreeText(io.project)).toEqual(after)
})

it('is not finished in a copy of the project, in a moved one, or in another one at its place', async () => {
  const { io } = await killedUpdate()
  const before = readTreeText(io.project)
  cpSync(io.project, join(io.root, 'copy'), { recursive: true, verbatimSymlinks: true })
  await install({}, ioAt(io.root, undefined, 'copy'))
  expect(readTreeText(join(io.root, 'copy'))).toEqual(before)
  renameSync(io.project, join(io.root, 'moved'))
  await install({}, ioAt(io.root, undefined, 'moved'))
  expect(readTreeText(join(io.root, 'moved'))).toEqual(before)
  const other = {
    'skills.json': '{"skills":{}}',
    'skills.lock': EMPTY,
    '.agents/skills/one/SKILL.md': 'theirs',
  }
  writeTree(io.project, other)
  await install({}, io)
  expect(readTreeText(io.project)).toEqual(other)
  expect(codes(io)).toEqual(['interrupted_dropped'])
})

it('never lets a journal that cannot be carried out stand in the way', async () => {
  const { io } = await killedUpdate()
  const { scope } = interruptChange(io, {
    links: [{ action: 'link', dir: '.none/skills', name: 'one', replaces: 'any' }],
  })
  await install({}, io)
  writeTree(scope.stateDir, { 'journal.json': '{"version":9}' })
  await install({}, io)
  expect(codes(io)).toEqual(['interrupted_dropped', 'interrupted_dropped'])
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})

it('shows git nothing of its working folder, and keeps its own state to the user alone', async () => {
  const { io, work } = await killedUpdate()
  expect(readTreeText(join(io.project, '.agents', work))['.gitignore']).toBe('*\n')
  const { stateDir } = findScope(io.settings, false)
  expect(statSync(stateDir).mode & 0o077).toBe(0)
  expect(statSync(join(stateDir, 'journal.json')).mode & 0o077).toBe(0)
})

it('goes with prune where the project is there no more', async () => {
  const { io } = await killedUpdate()
  rmSync(io.project, { recursive: true })
  mkdirSync(join(io.root, 'elsewhere'))
  const elsewhere = ioAt(io.root, undefined, 'elsewhere')
  const { stateDir } = findScope(io.settings, false)
  rmSync(io.project, { recursive: true, force: true })
  await prune({ dryRun: true }, elsewhere)
  expect(existsSync(stateDir)).toBe(true)
  await prune({}, elsewhere)
  expect(existsSync(stateDir)).toBe(false)
  expect(dirname(stateDir)).toBe(join(io.settings.dataDir, 'work'))
})
