// What is locked never moves by itself: only `update` moves it, and says so.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { updateExit } from '../../src/ops/update-item.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { startRegistry, type FakeRegistry } from '../support/fake-registry.ts'
import { makeRepo } from '../support/git-repo.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

let io: TestIo
let registry: FakeRegistry
beforeEach(async () => {
  io = testIo()
  registry = await startRegistry()
  writeTree(io.project, { 'skills.json': JSON.stringify({ skills: {}, agents: [], registry: registry.url }) })
  for (const version of ['1.0.0', '1.1.0']) registry.add({ name: '@acme/pdf', version })
})

function versions(): Record<string, string | undefined> {
  const { skills } = parseLockfile(readFileSync(join(io.project, 'skills.lock'), 'utf8'), 'skills.lock')
  return Object.fromEntries(Object.entries(skills).map(([name, entry]) => [name, entry.version]))
}

const adding = (source: string, as?: string) =>
  ({ sources: [parseSpec(source)], grant: 'requested', yes: true, ...(as && { as }) }) as const

it('a yanked version stays through add, add --as, install and ci, and leaves with an update that says why', async () => {
  await add(adding('@acme/pdf@^1.0'), io)
  registry.yank('@acme/pdf', '1.1.0', 'deletes files')
  const other = writeTree(join(io.root, 'other'), { 'SKILL.md': skillMd('other') })
  await add(adding(other), io)
  await add(adding(other, 'third'), io).catch(() => {})
  registry.add({ name: '@acme/mail', version: '1.0.0' })
  await add(adding('@acme/mail', 'post'), io)
  await install({ grant: 'requested' }, io)
  await install({ frozen: true }, io)
  await add(adding('@acme/pdf@^1.0'), io)
  expect(versions()).toMatchObject({ pdf: '1.1.0', post: '1.0.0' })
  const check = await update({ names: [], check: true }, io)
  expect(check.items.find(({ name }) => name === 'pdf')).toMatchObject({
    status: 'available',
    from: { version: '1.1.0' },
    to: { version: '1.0.0' },
    yanked: 'deletes files',
  })
  await update({ names: [], grant: 'requested' }, io)
  expect(versions()).toMatchObject({ pdf: '1.0.0' })
})

it('a yanked version without another stays, and a check finds it', async () => {
  await add(adding('@acme/pdf@~1.1'), io)
  registry.yank('@acme/pdf', '1.1.0', 'deletes files')
  const check = await update({ names: [], check: true }, io)
  expect(check.items).toMatchObject([{ status: 'current', yanked: 'deletes files' }])
  expect(updateExit(check)).toBe(4)
  expect(updateExit(await update({ names: [] }, io))).toBe(0)
})

it('adding something else asks no catalogue for what is locked, so its registry may be down', async () => {
  await add(adding('@acme/pdf@^1.0'), io)
  registry.intercept = (_, response) => Boolean(response.writeHead(503).end())
  registry.log.length = 0
  await add(adding(writeTree(join(io.root, 'other'), { 'SKILL.md': skillMd('other') })), io)
  expect(registry.log).toEqual([])
  expect(versions()).toMatchObject({ pdf: '1.1.0' })
})

it('a version that fits beside the lock is preferred; a locked one moves along only where nothing else does, with a word', async () => {
  await add(adding('@acme/pdf@^1.0'), io)
  registry.add({ name: '@acme/pdf', version: '1.2.0' })
  registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { pdf: '^1.1' } })
  registry.add({ name: '@acme/report', version: '2.0.0', dependencies: { pdf: '^1.2' } })
  await add(adding('@acme/report'), io)
  expect(versions()).toEqual({ pdf: '1.1.0', report: '1.0.0' })
  await add(adding('@acme/report@^2'), io)
  expect(versions()).toEqual({ pdf: '1.2.0', report: '2.0.0' })
  expect(io.notices.find(({ code }) => code === 'moves_along')?.message).toContain('from 1.1.0 to 1.2.0')
})

it('minimumReleaseAge names, once, the kinds of sources that it cannot hold back', async () => {
  const repo = makeRepo({ 'SKILL.md': skillMd('one') }, join(io.root, 'repo'))
  const skills = { one: `git+${repo.url}`, pdf: '@acme/pdf' }
  const project = { skills, agents: [], registry: registry.url, minimumReleaseAge: '1h' }
  writeTree(io.project, { 'skills.json': JSON.stringify(project) })
  await install({ grant: 'requested' }, io)
  await update({ names: [], check: true }, io)
  const told = io.notices.filter(({ code }) => code === 'release_age_unknown')
  expect(told).toHaveLength(2)
  expect(told[0]?.message).toContain('git repositories')
  expect(told[0]?.message).not.toContain('OCI')
})
