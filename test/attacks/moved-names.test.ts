// Names that should never lead elsewhere: tags, exact versions, the address of an archive. When one does, that is a finding
// of its own, and nothing is taken without a word that names the skill.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { ociClient } from '../../src/oci/client.ts'
import { packSkill } from '../../src/oci/pack.ts'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { updateExit } from '../../src/ops/update-item.ts'
import { readSettings } from '../../src/platform/env.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { startFakeOci } from '../support/fake-oci.ts'
import { skillFiles as registryFiles, startRegistry } from '../support/fake-registry.ts'
import { makeRepo, type TestRepo } from '../support/git-repo.ts'
import { answer, startServer } from '../support/http-server.ts'
import { pushPacked } from '../support/oci-skill.ts'
import { skillFiles } from '../support/skill-files.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { file, tgz } from '../support/tar-builder.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

const GOOD = skillMd('one', 'Good.')
const EVIL = skillMd('one', 'Evil.')

async function lockedAt(source: string, io: TestIo): Promise<string> {
  await add({ sources: [parseSpec(source)], agents: [], yes: true, grant: 'requested' }, io)
  return source
}

function installed(io: TestIo, name = 'one'): string {
  return readFileSync(join(io.project, '.agents/skills', name, 'SKILL.md'), 'utf8')
}

/** Told by a check, refused by an update and by what adds or installs the same again; taken only with a word. */
async function expectFinding(io: TestIo, source: string, moved: object): Promise<void> {
  const before = readTreeText(io.project)
  const check = await update({ names: [], check: true }, io)
  expect(check.items).toMatchObject([
    { name: 'one', status: 'moved', moved, error: { code: 'source_moved' } },
  ])
  expect(updateExit(check)).toBe(3)
  const refused = await update({ names: [] }, io)
  expect(refused.items).toMatchObject([{ status: 'moved' }])
  expect(updateExit(refused)).toBe(3)
  rmSync(join(io.project, '.agents/skills/one'), { recursive: true })
  const again = { sources: [parseSpec(source)], agents: [], yes: true, grant: 'requested' } as const
  await expect(add(again, io)).toThrowCode('source_moved')
  await install({ frozen: true }, io)
  expect(readTreeText(io.project)).toEqual(before)
  expect(installed(io)).toContain('Good.')
  const taken = await update({ names: [], acceptMoved: ['one'] }, io)
  expect(taken.items).toMatchObject([{ status: 'updated', moved }])
  expect(installed(io)).toContain('Evil.')
  expect(updateExit(await update({ names: [], check: true }, io))).toBe(0)
}

describe('a git tag', () => {
  async function tagged(
    fragment: string,
    tags = ['v1.0.0'],
  ): Promise<{ io: TestIo; repo: TestRepo; source: string }> {
    const io = testIo()
    const repo = makeRepo({ 'SKILL.md': GOOD }, join(io.root, 'repo'))
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
    for (const tag of tags) repo.git('tag', tag)
    return { io, repo, source: await lockedAt(`git+${repo.url}${fragment}`, io) }
  }

  it('that was moved', async () => {
    const { io, repo, source } = await tagged('#v1.0.0')
    repo.commit({ 'SKILL.md': EVIL })
    repo.git('tag', '-f', 'v1.0.0')
    await expectFinding(io, source, { kind: 'tag', name: 'refs/tags/v1.0.0' })
  })

  it('that was deleted and made again as an annotated one', async () => {
    const { io, repo, source } = await tagged('#refs/tags/v1.0.0')
    repo.git('tag', '-d', 'v1.0.0')
    repo.commit({ 'SKILL.md': EVIL })
    repo.git('tag', '-a', 'v1.0.0', '-m', 'x')
    await expectFinding(io, source, { kind: 'tag', name: 'refs/tags/v1.0.0' })
  })

  it('whose place a branch has taken', async () => {
    const { io, repo, source } = await tagged('#v1.0.0')
    repo.git('tag', '-d', 'v1.0.0')
    repo.commit({ 'SKILL.md': EVIL })
    repo.git('branch', 'v1.0.0')
    await expectFinding(io, source, { kind: 'tag', name: 'refs/tags/v1.0.0' })
  })

  it('of a range, although a newer one exists, and then the newer one is next', async () => {
    const { io, repo, source } = await tagged('#semver:^1.0.0')
    repo.commit({ 'SKILL.md': EVIL })
    repo.git('tag', '-f', 'v1.0.0')
    await expectFinding(io, source, { kind: 'tag', name: 'refs/tags/v1.0.0' })
    repo.commit({ 'SKILL.md': GOOD })
    repo.git('tag', 'v1.1.0')
    const { items } = await update({ names: [], check: true }, io)
    expect(items).toMatchObject([{ status: 'available', to: { resolution: { ref: 'refs/tags/v1.1.0' } } }])
  })

  it('of a range whose version another tag names now, or that is gone so that a lower one answers', async () => {
    for (const twist of ['twin', 'gone'] as const) {
      const { io, repo } = await tagged('#semver:^1.0.0', ['v1.0.0', 'v1.2.0'])
      repo.commit({ 'SKILL.md': EVIL })
      repo.git('tag', ...(twist === 'twin' ? ['1.2.0'] : ['-f', 'v1.0.0']))
      repo.git('tag', '-d', 'v1.2.0')
      expect((await update({ names: [] }, io)).items).toMatchObject([
        { status: 'moved', moved: { name: 'refs/tags/v1.2.0' } },
      ])
    }
  })

  it('that moved and moved back is no finding, and neither is one that leads to the same content', async () => {
    const { io, repo } = await tagged('#v1.0.0')
    const first = repo.git('rev-parse', 'HEAD')
    repo.commit({ 'README.md': 'other', 'SKILL.md': GOOD })
    repo.commit({ 'SKILL.md': EVIL })
    repo.git('tag', '-f', 'v1.0.0')
    expect((await update({ names: [], check: true }, io)).items).toMatchObject([{ status: 'moved' }])
    repo.git('tag', '-f', 'v1.0.0', first)
    expect((await update({ names: [], check: true }, io)).items).toMatchObject([{ status: 'current' }])
    repo.git('commit', '--quiet', '--allow-empty', '-m', 'same')
    repo.commit({ 'SKILL.md': GOOD, 'README.md': undefined })
    repo.git('tag', '-f', 'v1.0.0')
    expect((await update({ names: [], check: true }, io)).items).toMatchObject([{ status: 'current' }])
  })

  it('is held against another skill of its source', async () => {
    const { io, repo } = await tagged('#v1.0.0')
    repo.commit({ 'SKILL.md': undefined, 'two/SKILL.md': skillMd('two') })
    repo.git('tag', '-f', 'v1.0.0')
    const sources = [parseSpec(`git+${repo.url}#v1.0.0`)]
    const two = { sources, skills: ['two'], agents: [], yes: true }
    await expect(add(two, io)).toThrowCode('source_moved')
    expect(await add({ ...two, acceptMoved: ['two'] }, io)).toMatchObject({ skills: [{ name: 'two' }] })
  })

  it('is held against an edited skills.json, and not against a branch in it', async () => {
    const { io, repo } = await tagged('#v1.0.0')
    repo.commit({ 'SKILL.md': EVIL })
    repo.git('tag', '-f', 'v1.0.0')
    repo.git('branch', 'next')
    const lock = readFileSync(join(io.project, 'skills.lock'), 'utf8')
    const project = (spec: string): string => JSON.stringify({ skills: { one: spec }, agents: [] })
    writeTree(io.project, { 'skills.json': project(`git+${repo.url}#refs/tags/v1.0.0`) })
    await expect(install({ grant: 'requested' }, io)).toThrowCode('source_moved')
    expect(readFileSync(join(io.project, 'skills.lock'), 'utf8')).toBe(lock)
    writeTree(io.project, { 'skills.json': project(`git+${repo.url}#next`) })
    await install({ grant: 'requested' }, io)
    expect(installed(io)).toContain('Evil.')
  })
})

it('a tag in an OCI registry that was pushed again; `latest` moves by its nature', async () => {
  const fake = await startFakeOci()
  onTestFinished(() => fake.close())
  const push = (text: string): Promise<void> =>
    pushPacked(ociClient({ registry: fake.host }), {
      repository: 'o/one',
      packed: packSkill(skillFiles({ 'SKILL.md': text }), {
        name: 'one',
        version: '1.0.0',
        description: 'x',
      }),
      tags: ['1.0.0', 'latest'],
    })
  const follower = testIo()
  const io = testIo()
  await push(GOOD)
  const source = await lockedAt(`oci://${fake.host}/o/one:1.0.0`, io)
  await lockedAt(`oci://${fake.host}/o/one`, follower)
  await push(EVIL)
  await expectFinding(io, source, { kind: 'tag', name: `${fake.host}/o/one:1.0.0` })
  expect((await update({ names: [] }, follower)).items).toMatchObject([{ status: 'updated' }])
})

it('the address of an archive without a digest', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const io = testIo()
  server.route('/one.tgz', tgz(file('SKILL.md', GOOD)))
  const source = await lockedAt(server.url('/one.tgz'), io)
  server.route('/one.tgz', tgz(file('SKILL.md', EVIL)))
  await expectFinding(io, source, { kind: 'archive', name: source })
})

it('an exact version of a registry under another digest, although a newer one exists', async () => {
  const registry = await startRegistry()
  const io = testIo()
  writeTree(io.project, { 'skills.json': JSON.stringify({ skills: {}, agents: [], registry: registry.url }) })
  const publish = (version: string, text: string): void =>
    void registry.add({
      name: '@acme/one',
      version,
      files: [{ path: 'SKILL.md', bytes: Buffer.from(text) }],
    })
  publish('1.0.0', GOOD)
  const source = await lockedAt('@acme/one@^1', io)
  publish('1.0.0', EVIL)
  await expectFinding(io, source, { kind: 'version', name: '@acme/one@1.0.0' })
})

it('a version of an npm package with another tarball, although a newer one exists', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const publish = (texts: Readonly<Record<string, string>>): void => {
    const versions = Object.entries(texts).map(([version, text]) => {
      const bytes = tgz(
        file('package/package.json', JSON.stringify({ name: 'skill-one', version })),
        file('package/SKILL.md', text),
      )
      const path = `/skill-one/-/skill-one-${version}-${text.length}.tgz`
      server.route(path, bytes)
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
      return [
        version,
        { name: 'skill-one', version, dist: { tarball: server.url(path), integrity } },
      ] as const
    })
    const latest = Object.keys(texts).at(-1)
    const packument = { name: 'skill-one', 'dist-tags': { latest }, versions: Object.fromEntries(versions) }
    server.route('/skill-one', answer(200, { 'content-type': 'application/json' }, JSON.stringify(packument)))
  }
  const plain = testIo()
  const env = { HOME: plain.home, PATH: process.env.PATH, NPM_CONFIG_REGISTRY: server.url('/') }
  const io = { ...plain, settings: readSettings(env, plain.project) }
  publish({ '1.0.0': GOOD })
  await lockedAt('npm:skill-one@^1', io)
  publish({ '1.0.0': `${EVIL}\n`, '1.1.0': GOOD })
  const { items } = await update({ names: [] }, io)
  expect(items).toMatchObject([
    { status: 'moved', moved: { kind: 'version', name: 'skill-one@1.0.0' }, error: { code: 'source_moved' } },
  ])
  expect(installed(io)).toContain('Good.')
})

it('an entry of an index with other bytes under the version that it had', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const io = testIo()
  const versioned = (body: string, version: string): string =>
    `---\nname: one\ndescription: x\nmetadata:\n  version: "${version}"\n---\n\n${body}\n`
  const list = (text: string): void => {
    const entry = {
      name: 'one',
      type: 'skill-md',
      description: 'x',
      url: 'one.md',
      digest: sha256Digest(text),
    }
    const $schema = 'https://schemas.agentskills.io/discovery/0.2.0/schema.json'
    server.route('/.well-known/agent-skills/index.json', JSON.stringify({ $schema, skills: [entry] }))
    server.route('/.well-known/agent-skills/one.md', text)
  }
  list(versioned('Good.', '1.0.0'))
  const source = await lockedAt(`well-known+${server.url('')}#skill:one`, io)
  list(versioned('Evil.', '1.0.0'))
  await expectFinding(io, source, { kind: 'version', name: 'one@1.0.0' })
  list(versioned('Newer.', '1.1.0'))
  expect((await update({ names: [], check: true }, io)).items).toMatchObject([{ status: 'available' }])
})

it('a version that another skill needs stays as it is locked when something else is added', async () => {
  const registry = await startRegistry()
  const io = testIo()
  writeTree(io.project, { 'skills.json': JSON.stringify({ skills: {}, agents: [], registry: registry.url }) })
  registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { pdf: '^1' } })
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  await lockedAt('@acme/report', io)
  const lock = readFileSync(join(io.project, 'skills.lock'), 'utf8')
  registry.add({ name: '@acme/pdf', version: '1.0.0', files: registryFiles('pdf', '1.0.0', { font: '*' }) })
  await lockedAt(writeTree(join(io.root, 'other'), { 'SKILL.md': skillMd('other') }), io)
  const entry = (text: string): unknown => (JSON.parse(text) as { skills: { pdf: unknown } }).skills.pdf
  expect(entry(readFileSync(join(io.project, 'skills.lock'), 'utf8'))).toEqual(entry(lock))
})
