import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { makeRepo } from '../support/git-repo.ts'
import { skillMd, skillToml } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

type Lock = { skills: Record<string, Record<string, unknown>> }

const WIDE = { network: { hosts: ['*.example'] } }

/** A project with a skill that asks for one host, which was granted. */
async function project(): Promise<{ io: TestIo; lock: Lock; plant: (ours: Lock, theirs: Lock) => string }> {
  const io = testIo()
  const files = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['one.example']) }
  const { url } = makeRepo(files, join(io.root, 'source'))
  await add({ sources: [parseSpec(`git+${url}`)], agents: [], grant: 'requested' }, io)
  const file = join(io.project, 'skills.lock')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock
  return {
    io,
    lock,
    plant(ours, theirs) {
      const [a, b] = [ours, theirs].map((side) => JSON.stringify(side, null, 2))
      const text = `<<<<<<< HEAD\n${a}\n=======\n${b}\n>>>>>>> theirs\n`
      writeFileSync(file, text)
      return text
    },
  }
}

const withEntry = (lock: Lock, change: Record<string, unknown>): Lock => ({
  ...lock,
  skills: { one: { ...lock.skills.one, ...change } },
})
const lockOf = (io: TestIo): string => readFileSync(join(io.project, 'skills.lock'), 'utf8')
const NONE = `h1:${Buffer.alloc(32).toString('base64')}`

it('keeps the narrower grant where one side of planted markers is wider', async () => {
  const { io, lock, plant } = await project()
  plant(lock, withEntry(lock, { capabilities: WIDE }))
  expect((await install({ resolve: true }, io)).resolved).toEqual([{ name: 'one', how: 'narrowed' }])
  expect(JSON.parse(lockOf(io))).toEqual(lock)
})

it('refuses markers of which both sides grant more than the content asks for, and writes nothing', async () => {
  const { io, lock, plant } = await project()
  const wide = withEntry(lock, { capabilities: WIDE })
  const text = plant(wide, withEntry(lock, { capabilities: WIDE, requested: WIDE }))
  for (const dryRun of [true, false])
    await expect(install({ resolve: true, dryRun }, io)).rejects.toMatchObject({ exit: 3 })
  expect(lockOf(io)).toBe(text)
})

it('refuses an entry of one side that grants more than its content asks for', async () => {
  const { io, lock, plant } = await project()
  const text = plant(withEntry(lock, { capabilities: WIDE }), { ...lock, skills: {} })
  await expect(install({ resolve: true }, io)).rejects.toMatchObject({ code: 'grant_exceeds' })
  expect(lockOf(io)).toBe(text)
})

it('asks anew where both sides answer for content that nobody has', async () => {
  const { io, lock, plant } = await project()
  const other = `h1:${Buffer.alloc(32, 1).toString('base64')}`
  const both = { capabilities: WIDE, requested: WIDE }
  const text = plant(
    withEntry(lock, { ...both, integrity: NONE }),
    withEntry(lock, { ...both, integrity: other }),
  )
  await expect(install({ resolve: true }, io)).rejects.toMatchObject({ code: 'consent_required' })
  expect(lockOf(io)).toBe(text)
  await install({ resolve: true, grant: 'requested' }, io)
  expect(JSON.parse(lockOf(io))).toMatchObject({
    skills: { one: { capabilities: { network: { hosts: ['one.example'] } } } },
  })
})

it('changes nothing where markers are out of order', async () => {
  const { io } = await project()
  const file = join(io.project, 'skills.lock')
  const text = `=======\n${lockOf(io)}>>>>>>> theirs\n<<<<<<< HEAD\n`
  writeFileSync(file, text)
  await expect(install({}, io)).rejects.toMatchObject({
    code: 'lock_conflict',
    hint: expect.stringContaining('skills install --resolve') as string,
  })
  await expect(install({ resolve: true }, io)).rejects.toMatchObject({ code: 'lock_conflict' })
  expect(lockOf(io)).toBe(text)
})
