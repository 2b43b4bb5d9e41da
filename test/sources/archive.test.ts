import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { readSettings } from '../../src/platform/env.ts'
import { archiveSource } from '../../src/sources/archive.ts'
import type { ArchiveSpec, SourceIo } from '../../src/sources/source.ts'
import { answer, startServer, type TestServer } from '../support/http-server.ts'
import { file, folder, symlink, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const base = mkdtempSync(join(tmpdir(), 'archive-source-'))
let server: TestServer
let io: SourceIo
let home = 0
beforeAll(async () => {
  server = await startServer()
})
beforeEach(() => {
  server.log.length = 0
  const root = join(base, `run${home++}`)
  mkdirSync(root)
  const settings = readSettings({ HOME: root, SKILLWARD_HOME: join(root, 'own') }, root)
  io = { settings, signal: new AbortController().signal, offline: false, root, report: () => {} }
})
afterAll(async () => {
  await server.close()
  rmSync(base, { recursive: true })
})

const one = tgz(file('repo-1/skills/a/SKILL.md', 'one'), symlink('repo-1/l', 'skills'))
const two = tgz(file('repo-1/skills/a/SKILL.md', 'two'))
const spec = (path: string, more: Partial<ArchiveSpec> = {}): ArchiveSpec => ({
  kind: 'archive',
  url: server.url(path),
  ...more,
})
const cacheFile = (bytes: Buffer) =>
  join(io.settings.cacheDir, 'archives', `${sha256Digest(bytes).slice(7)}.bin`)
const paths = async (bytes: Buffer) => {
  server.route('/paths.zip', bytes)
  const tree = await archiveSource.open(await archiveSource.resolve(spec('/paths.zip'), io), io)
  return tree.entries.map((entry) => entry.path)
}

describe('the archive source', () => {
  it('binds a URL to the digest of its bytes, asks once, and reads what is inside', async () => {
    server.route('/a.tar.gz', one)
    const resolution = await archiveSource.resolve(spec('/a.tar.gz', { subdir: 'skills/a' }), io)
    expect(resolution).toEqual({
      kind: 'archive',
      url: server.url('/a.tar.gz'),
      digest: sha256Digest(one),
      subdir: 'skills/a',
    })
    const tree = await archiveSource.open(resolution, io)
    expect(tree.entries).toEqual([
      { path: 'skills/a/SKILL.md', kind: 'file', size: 3 },
      { path: 'l', kind: 'link', size: 6 },
    ])
    expect((await tree.read(['l', 'skills/a/SKILL.md'])).map(String)).toEqual(['skills', 'one'])
    tree.close()
    tree.close()
    expect(server.log).toHaveLength(1)
  })

  it('opens a locked digest from the cache without a request, also offline', async () => {
    server.route('/a.tar.gz', one)
    const resolution = { ...(await archiveSource.resolve(spec('/a.tar.gz'), io)) }
    server.route('/a.tar.gz', two)
    const tree = await archiveSource.open(resolution, { ...io, offline: true })
    expect((await tree.read(['skills/a/SKILL.md'])).map(String)).toEqual(['one'])
    expect(server.log).toHaveLength(1)
    expect(
      await archiveSource.resolve(spec('/a.tar.gz', { digest: sha256Digest(one) }), { ...io, offline: true }),
    ).toEqual(resolution)
  })

  it('refuses other bytes than the lock has, when the address serves others by now', async () => {
    server.route('/a.tar.gz', one)
    const resolution = { ...(await archiveSource.resolve(spec('/a.tar.gz'), io)) }
    rmSync(io.settings.cacheDir, { recursive: true })
    server.route('/a.tar.gz', two)
    await expect(archiveSource.open(resolution, io)).toThrowCode('integrity_mismatch')
    expect(() => readFileSync(cacheFile(two))).toThrow(/ENOENT/)
  })

  it('refuses other bytes than the spec names', async () => {
    server.route('/a.tar.gz', two)
    await expect(archiveSource.resolve(spec('/a.tar.gz', { digest: sha256Digest(one) }), io)).toThrowCode(
      'integrity_mismatch',
    )
  })

  it('does not believe a cache that was changed', async () => {
    server.route('/a.tar.gz', one)
    const resolution = { ...(await archiveSource.resolve(spec('/a.tar.gz'), io)) }
    writeFileSync(cacheFile(one), two)
    const tree = await archiveSource.open(resolution, io)
    expect((await tree.read(['skills/a/SKILL.md'])).map(String)).toEqual(['one'])
    expect(server.log).toHaveLength(2)
    expect(readFileSync(cacheFile(one)).equals(one)).toBe(true)
  })

  it('works without a cache that can be written', async () => {
    server.route('/a.tar.gz', one)
    mkdirSync(join(io.root, 'own'))
    writeFileSync(join(io.root, 'own/cache'), 'a file where the folder belongs')
    const resolution = await archiveSource.resolve(spec('/a.tar.gz'), io)
    expect((await archiveSource.open(resolution, io)).entries).toHaveLength(2)
    expect(server.log).toHaveLength(1)
  })

  it('needs the network when nothing is cached', async () => {
    await expect(archiveSource.resolve(spec('/a.tar.gz'), { ...io, offline: true })).toThrowCode('offline')
    const resolution = { kind: 'archive' as const, url: server.url('/a.tar.gz'), digest: sha256Digest(one) }
    await expect(archiveSource.open(resolution, { ...io, offline: true })).toThrowCode('offline')
    expect(server.log).toHaveLength(0)
  })

  it('reads a file of the project, of the home directory and by file URL, and keeps no copy', async () => {
    writeFileSync(join(io.root, 'a.tgz'), one)
    for (const url of ['a.tgz', './a.tgz', '~/a.tgz', join(io.root, 'a.tgz'), `file://${io.root}/a.tgz`]) {
      const resolution = await archiveSource.resolve({ kind: 'archive', url }, { ...io, offline: true })
      expect(resolution).toEqual({ kind: 'archive', url, digest: sha256Digest(one) })
      expect((await archiveSource.open({ ...resolution }, io)).entries).toHaveLength(2)
    }
    expect(readdirSync(io.root)).toEqual(['a.tgz'])
    const resolution = { kind: 'archive' as const, url: './a.tgz', digest: sha256Digest(one) }
    writeFileSync(join(io.root, 'a.tgz'), two)
    await expect(archiveSource.open(resolution, io)).toThrowCode('integrity_mismatch')
    await expect(archiveSource.resolve({ kind: 'archive', url: './gone.tgz' }, io)).toThrowCode(
      'source_not_found',
    )
  })

  it('knows that a spec with a digest can name nothing else', async () => {
    const pinned = spec('/a.tar.gz', { digest: sha256Digest(one) })
    const current = { kind: 'archive' as const, url: pinned.url, digest: sha256Digest(one) }
    expect(await archiveSource.newest(pinned, current, io)).toBe('pinned')
    expect(server.log).toHaveLength(0)
  })

  it('looks for newer bytes with the ETag where there is one, and writes nothing', async () => {
    let body = one
    server.route('/a.tar.gz', (request, response) => {
      const etag = `"${sha256Digest(body)}"`
      const same = request.headers['if-none-match'] === etag
      answer(same ? 304 : 200, { etag }, same ? '' : body)(request, response)
    })
    const current = await archiveSource.resolve(spec('/a.tar.gz'), io)
    expect(await archiveSource.newest(spec('/a.tar.gz'), current, io)).toEqual(current)
    expect(server.log.at(-1)?.headers['if-none-match']).toBe(`"${sha256Digest(one)}"`)
    body = two
    const before = readdirSync(join(io.settings.cacheDir, 'archives'))
    const next = await archiveSource.newest(spec('/a.tar.gz'), current, io)
    expect(next).toEqual({ ...current, digest: sha256Digest(two) })
    expect(readdirSync(join(io.settings.cacheDir, 'archives'))).toEqual(before)
    if (next !== 'pinned') expect((await archiveSource.open(next, io)).entries).toHaveLength(1)
    expect(server.log).toHaveLength(3)
  })

  it('makes the one top folder the root, unless its name means something', async () => {
    expect(await paths(tgz(folder('pdf/'), file('pdf/SKILL.md'), file('pdf/a/b')))).toEqual([
      'SKILL.md',
      'a/b',
    ])
    expect(await paths(zip([{ name: 'r/a/SKILL.md' }, { name: 'r/b/SKILL.md' }]))).toEqual([
      'a/SKILL.md',
      'b/SKILL.md',
    ])
    expect(await paths(tgz(file('skills/a/SKILL.md')))).toEqual(['skills/a/SKILL.md'])
    expect(await paths(tgz(file('.claude/skills/a/SKILL.md')))).toEqual(['.claude/skills/a/SKILL.md'])
    expect(await paths(tgz(file('a/SKILL.md'), file('b/SKILL.md')))).toEqual(['a/SKILL.md', 'b/SKILL.md'])
    expect(await paths(tgz(file('SKILL.md'), file('a/b')))).toEqual(['SKILL.md', 'a/b'])
  })

  it('says what came when it is no archive', async () => {
    server.route('/page.tar.gz', answer(200, { 'content-type': 'text/html' }, '<!doctype html>'))
    const resolution = await archiveSource.resolve(spec('/page.tar.gz'), io)
    await expect(archiveSource.open(resolution, io)).toThrowCode('archive_invalid')
    await expect(archiveSource.resolve(spec('/gone.tar.gz'), io)).toThrowCode('source_not_found')
  })
})
