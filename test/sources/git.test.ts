import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cacheOf, openQuarantine } from '../../src/sources/git-cache.ts'
import { fetchCommit, gitRepo } from '../../src/sources/git-fetch.ts'
import { gitSource } from '../../src/sources/git.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { GitResolution, GitSpec, SourceIo } from '../../src/sources/source.ts'
import { makeRepo, publishBare, temporaryFolder, testIo, type TestRepo } from '../support/git-repo.ts'
import { startGitServer, type GitServer } from '../support/git-server.ts'

const SKILL = '---\nname: a\ndescription: b\n---\n'
const BIG = 'x'.repeat(100_000)

let repo: TestRepo
let root: string
let server: GitServer
let first: string
let second: string

beforeAll(async () => {
  root = temporaryFolder()
  repo = makeRepo({ 'skills/a/SKILL.md': SKILL, 'skills/a/big.txt': BIG, 'other.txt': 'one' })
  first = repo.git('rev-parse', 'HEAD')
  repo.git('tag', 'v1.0.0')
  repo.git('tag', '-a', 'v1.1.0', '-m', 'annotated')
  second = repo.commit({ 'other.txt': 'two' })
  repo.git('branch', 'feature/x', first)
  repo.git('branch', 'both', first)
  repo.git('tag', 'both', second)
  repo.git('tag', 'a-v3.0.0', second)
  repo.git('tag', 'v2.0.0-rc.1', second)
  publishBare(repo, root, 'o/r.git')
  server = await startGitServer({ root })
})
afterAll(() => server.close())

const specOf = (rest: Partial<GitSpec> = {}): GitSpec => ({
  kind: 'git',
  url: `${server.url}/o/r.git`,
  ...rest,
})
const text = async (resolution: GitResolution, io: SourceIo, path: string) => {
  const tree = await gitSource.open(resolution, io)
  try {
    const [bytes] = await tree.read([path])
    return Buffer.from(bytes ?? []).toString()
  } finally {
    tree.close()
  }
}

describe('resolve', () => {
  const cases: readonly (readonly [string, Partial<GitSpec>, () => Partial<GitResolution>])[] = [
    ['the default branch', {}, () => ({ commit: second, ref: 'HEAD' })],
    ['HEAD by name', { ref: 'HEAD' }, () => ({ commit: second, ref: 'HEAD' })],
    ['a branch', { ref: 'main' }, () => ({ commit: second, ref: 'refs/heads/main' })],
    ['a branch with a slash', { ref: 'feature/x' }, () => ({ commit: first, ref: 'refs/heads/feature/x' })],
    ['a full ref', { ref: 'refs/heads/both' }, () => ({ commit: first, ref: 'refs/heads/both' })],
    ['a partial ref', { ref: 'heads/feature/x' }, () => ({ commit: first, ref: 'refs/heads/feature/x' })],
    ['a tag', { ref: 'v1.0.0' }, () => ({ commit: first, ref: 'refs/tags/v1.0.0' })],
    ['an annotated tag, peeled', { ref: 'v1.1.0' }, () => ({ commit: first, ref: 'refs/tags/v1.1.0' })],
    ['a version range', { range: '^1' }, () => ({ commit: first, ref: 'refs/tags/v1.1.0' })],
    [
      'a version range for a folder',
      { range: '>=1', subdir: 'skills/a' },
      () => ({ commit: second, ref: 'refs/tags/a-v3.0.0', subdir: 'skills/a' }),
    ],
    [
      'a folder, carried over',
      { subdir: 'skills/a' },
      () => ({ commit: second, ref: 'HEAD', subdir: 'skills/a' }),
    ],
  ]
  it.each(cases)('finds %s, and newest agrees', async (_, rest, expected) => {
    const io = testIo()
    const resolution = await gitSource.resolve(specOf(rest), io)
    expect(resolution).toEqual({ kind: 'git', url: specOf().url, ...expected() })
    const newest = await gitSource.newest(specOf(rest), resolution, io)
    expect(newest).toMatchObject({ commit: resolution.commit, url: resolution.url })
  })

  it('finds a commit by its id, and calls it pinned', async () => {
    const io = testIo()
    const resolution = await gitSource.resolve(specOf({ ref: first }), io)
    expect(resolution).toEqual({ kind: 'git', url: specOf().url, commit: first })
    expect(await text(resolution, io, 'other.txt')).toBe('one')
    server.reset()
    expect(await gitSource.newest(specOf({ ref: first }), resolution, io)).toBe('pinned')
    expect(server.count()).toBe(0)
  })

  it('reads a repository of this machine by file: URL', async () => {
    const io = testIo()
    const resolution = await gitSource.resolve({ kind: 'git', url: repo.url }, io)
    expect(await text(resolution, io, 'other.txt')).toBe('two')
  })

  it('fails with a code that names the reason', async () => {
    const io = testIo()
    const resolve = (spec: GitSpec) => gitSource.resolve(spec, io)
    await expect(resolve(specOf({ ref: 'nope' }))).toThrowCode('ref_not_found')
    await expect(resolve(specOf({ ref: 'f'.repeat(40) }))).toThrowCode('ref_not_found')
    await expect(resolve(specOf({ range: '^9' }))).toThrowCode('ref_not_found')
    await expect(resolve(specOf({ ref: first.slice(0, 10) }))).toThrowCode('ref_invalid')
    await expect(resolve({ kind: 'git', url: `${server.url}/o/none.git` })).toThrowCode('source_not_found')
    await expect(resolve({ kind: 'git', url: 'file:///nonexistent/repo.git' })).toThrowCode(
      'source_not_found',
    )
    await expect(resolve({ kind: 'git', url: 'http://127.0.0.1:1/r.git' })).toThrowCode('fetch_failed')
    await expect(
      gitSource.newest(specOf({ ref: 'nope' }), { kind: 'git', url: '', commit: '' }, io),
    ).toThrowCode('ref_not_found')
  })

  it('refuses a name that is a tag and a branch, and says how to choose', async () => {
    const io = testIo()
    await expect(gitSource.resolve(specOf({ ref: 'both' }), io)).toThrowCode('ref_invalid')
    await expect(
      gitSource.newest(specOf({ ref: 'both' }), { kind: 'git', url: '', commit: '' }, io),
    ).toThrowCode('ref_invalid')
    await expect(gitSource.resolve(specOf({ ref: 'refs/tags/both' }), io)).resolves.toMatchObject({
      commit: second,
    })
  })

  it('says so when there is no git', async () => {
    const io = testIo({ env: { PATH: '/nonexistent' } })
    await expect(gitSource.resolve(specOf(), io)).toThrowCode('git_missing')
  })

  it('stops when it is cancelled', async () => {
    const io = { ...testIo(), signal: AbortSignal.abort() }
    await expect(gitSource.resolve(specOf(), io)).toThrowCode('cancelled')
  })
})

describe('the cache', () => {
  it('answers the second use of a commit without a request, and offline', async () => {
    const io = testIo()
    const resolution = await gitSource.resolve(specOf({ subdir: 'skills/a' }), io)
    const tree = await gitSource.open(resolution, io)
    const before = await readSkill(tree, resolution)
    server.reset()
    const offline = { ...io, offline: true }
    const again = await readSkill(await gitSource.open(resolution, offline), resolution)
    expect(again).toEqual(before)
    expect(again.files.map((file) => [file.path, file.bytes.length])).toEqual([
      ['SKILL.md', SKILL.length],
      ['big.txt', BIG.length],
    ])
    expect(server.count()).toBe(0)
  })

  it('resolves and fetches in three requests', async () => {
    server.reset()
    const io = testIo()
    const resolution = await gitSource.resolve(specOf(), io)
    expect(await text(resolution, io, 'skills/a/SKILL.md')).toBe(SKILL)
    expect(server.count()).toBe(3)
  })

  it('brings along what will likely be read next, so that a skill costs one request more', async () => {
    const own = makeRepo({
      'skills/b/SKILL.md': BIG,
      'skills/b/data.txt': `${BIG}2`,
      'skills/c/data.txt': `${BIG}3`,
    })
    publishBare(own, root, 'o/likely.git')
    const url = `${server.url}/o/likely.git`
    const requests = async (likely: readonly string[], subdir?: string) => {
      const io = { ...testIo(), likely }
      const spec: GitSpec = { kind: 'git', url, ...(subdir !== undefined && { subdir }) }
      const tree = await gitSource.open(await gitSource.resolve(spec, io), io)
      await tree.read(['skills/b/SKILL.md'])
      server.reset()
      const [bytes] = await tree.read(['skills/b/data.txt'])
      expect(bytes?.length).toBe(BIG.length + 1)
      return server.count()
    }
    expect(await requests(['b'])).toBe(0)
    expect(await requests([], 'skills/b')).toBe(0)
    expect(await requests([])).toBe(2)
  })

  it('makes no request offline, and says what is missing', async () => {
    const io = testIo({ offline: true })
    server.reset()
    await expect(gitSource.resolve(specOf(), io)).toThrowCode('offline')
    await expect(gitSource.newest(specOf(), { kind: 'git', url: '', commit: '' }, io)).toThrowCode('offline')
    await expect(gitSource.open({ kind: 'git', url: specOf().url, commit: second }, io)).toThrowCode(
      'offline',
    )
    expect(server.count()).toBe(0)
  })

  it('leaves nothing unfinished behind, and no ref but that of the commit', async () => {
    const io = testIo()
    await gitSource.resolve(specOf(), io)
    await gitSource.resolve(specOf({ ref: 'nope' }), io).catch(() => {})
    const folder = join(io.settings.cacheDir, 'git')
    expect(readdirSync(folder)).toHaveLength(1)
    expect(readdirSync(join(cacheOf(io.settings, specOf().url), 'refs/skillward'))).toEqual([second])
  })

  it('serves many fetches at once', async () => {
    const io = testIo()
    const commits = await Promise.all(
      [first, second, 'main', 'v1.0.0', 'v1.1.0', 'HEAD', first, second].map(async (ref) => {
        const resolution = await gitSource.resolve(specOf({ ref }), io)
        return [resolution.commit, await text(resolution, io, 'other.txt')]
      }),
    )
    expect(new Set(commits.map(String))).toEqual(new Set([`${first},one`, `${second},two`]))
  })

  const spoil: readonly (readonly [string, (cache: string) => void])[] = [
    ['a truncated pack', (cache) => eachPack(cache, '.pack', (file) => truncateSync(file, 20))],
    [
      'a pack of zeros',
      (cache) => eachPack(cache, '.pack', (file) => writeFileSync(file, Buffer.alloc(4000))),
    ],
    ['a missing index', (cache) => eachPack(cache, '.idx', (file) => rmSync(file))],
    ['an empty index', (cache) => eachPack(cache, '.idx', (file) => truncateSync(file, 0))],
    ['no objects', (cache) => rmSync(join(cache, 'objects'), { recursive: true })],
    ['no HEAD', (cache) => rmSync(join(cache, 'HEAD'))],
    ['a config of nonsense', (cache) => writeFileSync(join(cache, 'config'), '[[[')],
  ]
  it.each(spoil)('heals from %s', async (_, act) => {
    const io = testIo()
    const resolution = await gitSource.resolve(specOf(), io)
    act(cacheOf(io.settings, specOf().url))
    expect(await text(resolution, io, 'other.txt')).toBe('two')
    act(cacheOf(io.settings, specOf().url))
    expect(await gitSource.resolve(specOf({ ref: first }), io)).toMatchObject({ commit: first })
    expect(await text({ ...resolution, commit: first }, io, 'skills/a/big.txt')).toBe(BIG)
  })

  it('says offline, and destroys nothing, when it is damaged and the network is off', async () => {
    const io = testIo()
    const resolution = await gitSource.resolve(specOf(), io)
    const cache = cacheOf(io.settings, specOf().url)
    eachPack(cache, '.idx', (file) => truncateSync(file, 0))
    await expect(gitSource.open(resolution, { ...io, offline: true })).toThrowCode('offline')
    expect(existsSync(cache)).toBe(true)
  })

  it('is not blocked by the lock files of a killed git, and clears what a killed process left', async () => {
    const io = testIo()
    await gitSource.resolve(specOf({ ref: first }), io)
    const cache = cacheOf(io.settings, specOf().url)
    for (const name of ['shallow.lock', 'packed-refs.lock', 'config.lock', 'HEAD.lock'])
      writeFileSync(join(cache, name), '')
    const dead = execFileSync(process.execPath, [
      '-e',
      'process.stdout.write(String(process.pid))',
    ]).toString()
    const left = join(io.settings.cacheDir, 'git', `.skillward-${dead}-0123456789ab.tmp`)
    mkdirSync(left)
    await gitSource.resolve(specOf(), io)
    expect(existsSync(left)).toBe(false)
  })

  it('fetches only what is new in the next commit', async () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251)).toString('base64')
    const own = makeRepo({ 'noise.txt': noise, 'small.txt': '1' })
    const url = own.url
    const io = testIo()
    await fetchCommit(gitRepo(url, io), 'HEAD', { filter: false })
    const commit = own.commit({ 'small.txt': '2' })
    const packs = () =>
      readdirSync(join(cacheOf(io.settings, url), 'objects/pack')).filter((name) => name.endsWith('.pack'))
    const old = new Set(packs())
    await gitSource.resolve({ kind: 'git', url }, io)
    expect(packs().filter((name) => !old.has(name))).toHaveLength(1)
    expect(await text({ kind: 'git', url, commit }, io, 'small.txt')).toBe('2')
    expect(await text({ kind: 'git', url, commit }, io, 'noise.txt')).toBe(noise)
  })

  it('forgets a quarantine that is thrown away', () => {
    const io = testIo()
    const quarantine = openQuarantine(cacheOf(io.settings, 'x'), true)
    expect(existsSync(quarantine.gitDir)).toBe(true)
    quarantine.discard()
    expect(existsSync(quarantine.gitDir)).toBe(false)
  })
})

describe('servers of other kinds', () => {
  it('fetches everything from one without filters', async () => {
    const plain = await startGitServer({ root, filter: false })
    try {
      const io = testIo()
      const resolution = await gitSource.resolve({ kind: 'git', url: `${plain.url}/o/r.git` }, io)
      plain.reset()
      expect(await text(resolution, io, 'skills/a/big.txt')).toBe(BIG)
      expect(plain.count()).toBe(0)
    } finally {
      await plain.close()
    }
  })

  it('works with one that knows only the first protocol', async () => {
    const old = await startGitServer({ root, protocol: false, filter: false })
    try {
      const io = testIo()
      const url = `${old.url}/o/r.git`
      const resolution = await gitSource.resolve({ kind: 'git', url, ref: 'v1.1.0' }, io)
      expect(resolution).toMatchObject({ commit: first, ref: 'refs/tags/v1.1.0' })
      const fresh = testIo()
      expect(await text({ kind: 'git', url, commit: second, ref: 'HEAD' }, fresh, 'other.txt')).toBe('two')
      await expect(gitSource.open({ kind: 'git', url, commit: 'e'.repeat(40) }, testIo())).toThrowCode(
        'ref_not_found',
      )
    } finally {
      await old.close()
    }
  })

  it('asks a server with filters but without ids for the whole', async () => {
    const old = await startGitServer({ root, protocol: false })
    try {
      const io = testIo()
      const resolution = await gitSource.resolve({ kind: 'git', url: `${old.url}/o/r.git`, ref: 'main' }, io)
      expect(await text(resolution, io, 'skills/a/big.txt')).toBe(BIG)
    } finally {
      await old.close()
    }
  })
})

function eachPack(cache: string, end: string, act: (file: string) => void): void {
  const folder = join(cache, 'objects', 'pack')
  for (const name of readdirSync(folder))
    if (name.endsWith(end)) {
      rmSync(`${folder}/${name}.copy`, { force: true })
      execFileSync('chmod', ['u+w', join(folder, name)])
      act(join(folder, name))
    }
}
