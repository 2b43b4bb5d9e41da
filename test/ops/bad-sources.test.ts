// One bad source is one bad line: the others are asked, told and, by `update`, moved.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { isSkillsError, type SkillsError } from '../../src/errors/error.ts'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { updateExit, type UpdateResult } from '../../src/ops/update-item.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { startFakeOci, type FakeOci } from '../support/fake-oci.ts'
import { startRegistry } from '../support/fake-registry.ts'
import { makeRepo } from '../support/git-repo.ts'
import { answer, startServer, type TestServer } from '../support/http-server.ts'
import { plant } from '../support/oci-skill.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'
import { file, tgz } from '../support/tar-builder.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'

let io: TestIo
beforeEach(() => {
  io = testIo()
})

const adding = (...sources: string[]) =>
  ({
    sources: sources.map((source) => parseSpec(source)),
    agents: [],
    grant: 'requested',
    yes: true,
  }) as const

const statuses = ({ items }: UpdateResult): unknown =>
  Object.fromEntries(
    items.map(({ name, status, error }) => [name, error ? `${status} ${error.code}` : status]),
  )

async function failureOf(work: Promise<unknown>): Promise<SkillsError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isSkillsError(error)) throw new Error('expected a SkillsError')
  return error
}

async function server(): Promise<TestServer> {
  const started = await startServer()
  onTestFinished(() => started.close())
  return started
}

function good(version: string): string {
  const root = writeTree(join(io.root, 'good'), { 'SKILL.md': skillMd('good', version) })
  return root
}

describe('update', () => {
  it('tells of a tag that points to a blob, and of one that leads to no skill, and moves the others', async () => {
    const repo = makeRepo({ 'SKILL.md': skillMd('blob') }, join(io.root, 'repo'))
    const fake: FakeOci = await startFakeOci()
    onTestFinished(() => fake.close())
    const layers = (text: string, name: string) => [
      { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', bytes: tgz(file(name, text)) },
    ]
    plant(fake, 'o/chart', '1.0.0', { layers: layers(skillMd('chart'), 'SKILL.md') })
    repo.git('tag', 'v1')
    await add(adding(`git+${repo.url}#v1`, `oci://${fake.host}/o/chart:1.0.0`, good('1')), io)
    repo.git('tag', '-f', 'v1', repo.git('hash-object', '-w', 'SKILL.md'))
    plant(fake, 'o/chart', '1.0.0', {
      artifactType: 'application/vnd.cncf.helm.config.v1+json',
      layers: layers('name: x', 'x/Chart.yaml'),
    })
    good('2')
    const check = await update({ names: [], check: true }, io)
    expect(statuses(check)).toEqual({
      blob: 'refused ref_invalid',
      chart: 'refused manifest_invalid',
      good: 'available',
    })
    expect(check.items.map(({ moved }) => moved?.kind)).toEqual(['tag', 'tag', undefined])
    expect(check.items[0]?.error?.hint).toEqual(expect.any(String))
    expect(updateExit(check)).toBe(3)
    const done = await update({ names: [] }, io)
    expect(done.items.map(({ status }) => status)).toEqual(['refused', 'refused', 'updated'])
    expect(readTreeText(io.project)['.agents/skills/good/SKILL.md']).toContain('2')
  })

  it('tells of hosts that are down, addresses that are gone, closed or broken, and of a denied source', async () => {
    const web = await server()
    const names = ['closed', 'corrupt', 'denied', 'gone', 'reset']
    for (const name of names) web.route(`/${name}.tgz`, tgz(file('SKILL.md', skillMd(name))))
    const down = await startServer()
    down.route('/down.tgz', tgz(file('SKILL.md', skillMd('down'))))
    await add(adding(...names.map((name) => web.url(`/${name}.tgz`)), down.url('/down.tgz'), good('1')), io)
    await down.close()
    web.route('/closed.tgz', answer(401))
    web.route('/corrupt.tgz', Buffer.from('no archive'))
    web.route('/gone.tgz', answer(404))
    web.route('/reset.tgz', (request) => void request.socket.destroy())
    const project = JSON.parse(readTreeText(io.project)['skills.json'] ?? '') as object
    const sources = { deny: [web.url('/denied.tgz')] }
    writeFileSync(join(io.project, 'skills.json'), JSON.stringify({ ...project, sources }))
    good('2')
    const done = await update({ names: [] }, io)
    expect(statuses(done)).toEqual({
      closed: 'unreachable source_unauthorized',
      corrupt: 'refused archive_invalid',
      denied: 'unreachable source_denied',
      down: 'unreachable fetch_failed',
      gone: 'gone source_not_found',
      good: 'updated',
      reset: 'unreachable fetch_failed',
    })
    expect(updateExit(done)).toBe(3)
  })

  it('moves the skills of a registry although another registry is down, and one skill of it is broken', async () => {
    const [first, second] = [await startRegistry(), await startRegistry()]
    const registries = { '@one': first.url, '@two': second.url }
    writeTree(io.project, { 'skills.json': JSON.stringify({ skills: {}, agents: [], registries }) })
    for (const name of ['@one/alpha', '@one/beta', '@one/gamma']) first.add({ name, version: '1.0.0' })
    second.add({ name: '@two/delta', version: '1.0.0' })
    await add(adding('@one/alpha', '@one/beta', '@one/gamma', '@two/delta'), io)
    for (const name of ['@one/alpha', '@one/gamma']) first.add({ name, version: '1.1.0' })
    const broken = first.add({ name: '@one/beta', version: '1.1.0' })
    first.corrupt(broken.layers[0]?.digest ?? '', Buffer.from('something else'))
    second.intercept = (_, response) => Boolean(response.writeHead(404).end())
    const done = await update({ names: [], grant: 'requested' }, io)
    expect(statuses(done)).toMatchObject({
      alpha: 'updated',
      beta: 'refused integrity_mismatch',
      gamma: 'updated',
    })
    expect(done.items.find(({ name }) => name === 'delta')?.error).toMatchObject({ code: expect.any(String) })
    expect(updateExit(done)).toBe(3)
  })
})

describe('ci and install', () => {
  it('tell all that is wrong at once, change nothing, and keep what came', async () => {
    const web = await server()
    const names = ['fine', 'gone', 'other']
    for (const name of names) web.route(`/${name}.tgz`, tgz(file('SKILL.md', skillMd(name))))
    await add(adding(...names.map((name) => web.url(`/${name}.tgz`))), io)
    const { 'skills.json': project = '', 'skills.lock': lock = '' } = readTreeText(io.project)
    web.route('/gone.tgz', answer(404))
    web.route('/other.tgz', tgz(file('SKILL.md', skillMd('other', 'Evil.'))))
    for (const frozen of [true, false]) {
      const cold = ioAt(join(io.root, `cold-${frozen}`))
      writeTree(cold.project, { 'skills.json': project, 'skills.lock': lock })
      const error = await failureOf(install({ frozen }, cold))
      expect(error.problems.map(({ skill, code }) => [skill, code])).toEqual([
        ['gone', 'source_not_found'],
        ['other', 'integrity_mismatch'],
      ])
      expect([error.code, error.exit]).toEqual(['integrity_mismatch', 3])
      expect(readTreeText(cold.project)).toEqual({ 'skills.json': project, 'skills.lock': lock })
      web.route('/fine.tgz', tgz(file('SKILL.md', skillMd('fine'))))
    }
  })

  it('name every entry of skills.json that cannot be resolved', async () => {
    const registry = await startRegistry()
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    mkdirSync(join(io.project, 'empty'))
    const skills = {
      empty: './empty',
      missing: './missing',
      none: '@acme/none',
      pdf: '@acme/pdf',
    }
    const text = JSON.stringify({ skills, agents: [], registry: registry.url })
    writeTree(io.project, { 'skills.json': text })
    const error = await failureOf(install({ grant: 'requested' }, io))
    expect(error.problems.map(({ skill }) => skill)).toEqual(['empty', 'missing', 'none'])
    rmSync(join(io.project, 'empty'), { recursive: true })
    expect(readTreeText(io.project)).toEqual({ 'skills.json': text })
  })
})
