// A lock entry that claims content of an address which never gave it. What the store, the caches or the folders hold
// already changes nothing of the verdict: it is that of an empty home.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Code } from '../../src/errors/codes.ts'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { verify } from '../../src/ops/verify.ts'
import { readSettings } from '../../src/platform/env.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { makeRepo } from '../support/git-repo.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'

const ZEROS = '0'.repeat(40)

/** Two skills of a repository, installed; the store and the caches are warm. */
async function warm(): Promise<TestIo> {
  const io = testIo()
  const files = { 'one/SKILL.md': skillMd('one'), 'two/SKILL.md': skillMd('two', 'Other words.') }
  const repo = makeRepo(files, join(io.root, 'repo'))
  await add({ sources: [parseSpec(`git+${repo.url}`)], all: true, agents: ['claude-code'] }, io)
  return io
}

interface Entry {
  integrity: string
  version?: string
  resolution: { commit?: string; subdir?: string; url?: string; kind: string; path?: string }
  spec: string
}

/** Writes a changed entry of `one`; `alone` takes the installed folders away. */
function forge(io: TestIo, change: (one: Entry, two: Entry) => void, alone = true): void {
  const file = join(io.project, 'skills.lock')
  const lock = JSON.parse(readTreeText(io.project)['skills.lock'] ?? '') as {
    skills: { one: Entry; two: Entry }
  }
  change(lock.skills.one, lock.skills.two)
  writeFileSync(file, JSON.stringify(lock, null, 2))
  if (alone) rmSync(join(io.project, '.agents'), { recursive: true })
}

const FORGERIES: readonly (readonly [string, (one: Entry, two: Entry) => void, Code])[] = [
  [
    'the digest of another stored skill',
    (one, two) => void (one.integrity = two.integrity),
    'integrity_mismatch',
  ],
  [
    'the digest of another stored skill and a commit that is none',
    (one, two) => void ((one.integrity = two.integrity), (one.resolution.commit = ZEROS)),
    'ref_not_found',
  ],
  ['a commit that is none', (one) => void (one.resolution.commit = ZEROS), 'ref_not_found'],
]

it.each(FORGERIES)('a full store does not hide %s', async (_what, change, code) => {
  const io = await warm()
  forge(io, change)
  await expect(install({ frozen: true }, io)).toThrowCode(code)
  await expect(install({}, io)).toThrowCode(code)
  expect(Object.keys(readTreeText(io.project)).filter((path) => path.startsWith('.agents'))).toEqual([])
})

it.each(FORGERIES)('copies that stand already do not hide %s', async (_what, change, code) => {
  const io = await warm()
  forge(io, change, false)
  // As a repository that brings the copy with the lock.
  writeTree(io.project, {
    '.agents/skills/one/SKILL.md': readTreeText(io.project)['.agents/skills/two/SKILL.md'] ?? '',
  })
  const said = await verify({ names: [] }, io)
  expect(said).toMatchObject({ ok: false })
  if (said.skills[0]?.status === 'ok') expect(said.skills[0].origin?.code).toBe(code)
  if (said.skills[0]?.status === 'ok') await expect(install({ frozen: true }, io)).toThrowCode(code)
})

it('a full store does not hide a folder that is not the one', async () => {
  const io = testIo()
  for (const name of ['one', 'two']) writeTree(join(io.root, name), { 'SKILL.md': skillMd(name) })
  await add({ sources: [parseSpec('../one'), parseSpec('../two')], agents: ['claude-code'] }, io)
  forge(io, (one, two) => void (one.integrity = two.integrity))
  await expect(install({ frozen: true, offline: true }, io)).toThrowCode('integrity_mismatch')
})

it('asks a source once for what the store has not seen of it, and then never again', async () => {
  const io = await warm()
  rmSync(join(io.settings.dataDir, 'store/origins'), { recursive: true })
  expect((await verify({ names: [] }, io)).ok).toBe(true)
  rmSync(join(io.root, 'repo'), { recursive: true })
  rmSync(io.settings.cacheDir, { recursive: true })
  rmSync(join(io.project, '.agents'), { recursive: true })
  await install({ frozen: true, offline: true }, io)
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})

it('tells of a source that cannot be reached, and goes on with what stands', async () => {
  const io = await warm()
  rmSync(join(io.settings.dataDir, 'store/origins'), { recursive: true })
  rmSync(io.settings.cacheDir, { recursive: true })
  await install({ frozen: true, offline: true }, io)
  expect(io.notices.map(({ code }) => code)).toEqual(['origin_unchecked'])
})

it('believes no memory of a store that lies in the project', async () => {
  const io = await warm()
  const own = join(io.project, '.cache')
  mkdirSync(own)
  cpSync(io.settings.dataDir, join(own, 'data'), { recursive: true })
  const within = {
    ...ioAt(io.root),
    settings: readSettings({ HOME: io.home, SKILLWARD_HOME: own }, io.project),
  }
  rmSync(join(io.root, 'repo'), { recursive: true })
  rmSync(join(io.project, '.agents'), { recursive: true })
  await expect(install({ frozen: true }, within)).rejects.toThrow()
})

it('reads no object of the git cache that is not what its id says', async () => {
  const io = await warm()
  const [cache = ''] = readdirSync(join(io.settings.cacheDir, 'git'))
  const objects = join(io.settings.cacheDir, 'git', cache)
  const git = (args: string[], input?: string): string =>
    spawnSync('git', args, { cwd: objects, input, encoding: 'utf8' }).stdout.trim()
  const lock = JSON.parse(readTreeText(io.project)['skills.lock'] ?? '') as { skills: { one: Entry } }
  const real = git(['rev-parse', `${lock.skills.one.resolution.commit}:one/SKILL.md`])
  // A loose object under the id of the real one, which git reads before any pack and does not compare.
  const fake = git(['hash-object', '-w', '--stdin'], skillMd('one', 'Planted.'))
  const place = (id: string): string => join(objects, 'objects', id.slice(0, 2), id.slice(2))
  mkdirSync(join(place(real), '..'), { recursive: true })
  rmSync(join(objects, 'objects/pack'), { recursive: true })
  cpSync(place(fake), place(real))
  rmSync(join(io.settings.dataDir, 'store'), { recursive: true })
  rmSync(join(io.project, '.agents'), { recursive: true })
  await expect(install({ frozen: true, offline: true }, io)).toThrowCode('offline')
  await install({ frozen: true }, io)
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})
