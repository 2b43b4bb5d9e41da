import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { prune } from '../../src/ops/prune.ts'
import { remove } from '../../src/ops/remove.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { openStore } from '../../src/store/store.ts'
import { makeRepo } from '../support/git-repo.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

/** A project with two skills of a repository, of which `old` was removed again: the store still has both. */
async function usedProject(): Promise<TestIo> {
  const io = testIo()
  const files = { 'kept/SKILL.md': skillMd('kept'), 'old/SKILL.md': skillMd('old') }
  const repo = makeRepo(files, join(io.root, 'repo'))
  await add({ sources: [parseSpec(`git+${repo.url}`)], all: true, agents: ['claude-code'] }, io)
  await remove({ names: ['old'] }, io)
  return io
}

const stored = (io: TestIo): number => openStore(io.settings.dataDir).list().length

it('frees the caches and leaves the store', async () => {
  const io = await usedProject()
  const project = readTreeText(io.project)
  const result = await prune({}, io)
  expect(result).toMatchObject({ removed: { store: 0 }, dryRun: false })
  expect(result.removed.cache).toBeGreaterThan(0)
  expect(result.bytes).toBeGreaterThan(0)
  expect(Object.keys(readTreeText(io.settings.cacheDir))).toEqual([])
  expect(stored(io)).toBe(2)
  expect(readTreeText(io.project)).toEqual(project)
  expect(await prune({}, io)).toMatchObject({ removed: { store: 0, cache: 0 }, bytes: 0 })
})

it('frees with --all what no lock needs, and what is locked still installs offline', async () => {
  const io = await usedProject()
  expect(await prune({ all: true }, io)).toMatchObject({ removed: { store: 1 } })
  expect(stored(io)).toBe(1)
  rmSync(join(io.root, 'repo'), { recursive: true })
  rmSync(join(io.project, '.agents'), { recursive: true })
  await install({ frozen: true, offline: true }, io)
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})

it('keeps what the global scope has locked', async () => {
  const io = await usedProject()
  const mine = parseSpec(writeTree(join(io.root, 'mine'), { 'SKILL.md': skillMd('mine') }))
  await add({ sources: [mine], global: true }, io)
  await prune({ all: true }, io)
  expect(stored(io)).toBe(2)
  rmSync(join(io.home, '.agents'), { recursive: true })
  await install({ frozen: true, offline: true, global: true }, io)
  expect((await verify({ names: [], global: true }, io)).ok).toBe(true)
})

it('says in a dry run what it would free, and frees nothing', async () => {
  const io = await usedProject()
  const before = readTreeText(io.root)
  const said = await prune({ all: true, dryRun: true }, io)
  expect(readTreeText(io.root)).toEqual(before)
  expect(await prune({ all: true }, io)).toEqual({ ...said, dryRun: false })
})

it('frees nothing when a lock cannot be read, because it could need everything', async () => {
  const io = await usedProject()
  writeFileSync(join(io.project, 'skills.lock'), '{')
  const before = readTreeText(io.root)
  await expect(prune({ all: true }, io)).toThrowCode('lock_invalid')
  expect(readTreeText(io.root)).toEqual(before)
})

it('makes nothing where there was nothing', async () => {
  const io = testIo()
  expect(await prune({ all: true }, io)).toMatchObject({ removed: { store: 0, cache: 0 }, bytes: 0 })
  expect(readTreeText(io.root)).toEqual({})
  expect(existsSync(join(io.project, '.agents'))).toBe(false)
})
