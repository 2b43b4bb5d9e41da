import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { add } from '../../src/ops/add.ts'
import { browse } from '../../src/ops/browse.ts'
import { search } from '../../src/ops/search.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { runCli } from '../support/run-cli.ts'
import { startRegistry } from '../support/fake-registry.ts'
import { startServer } from '../support/http-server.ts'
import { file, tgz } from '../support/tar-builder.ts'
import { testIo } from '../support/test-io.ts'

const SKILL = '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# Pdf\n'

test("asks the project's registry, and names its skills as add takes them", async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  const io = testIo()
  writeFileSync(join(io.project, 'skills.json'), JSON.stringify({ skills: {}, registry: registry.url }))
  expect(await search({ query: 'pdf' }, io)).toMatchObject({
    kind: 'registry',
    total: 1,
    results: [{ name: '@acme/pdf', source: '@acme/pdf', version: '1.0.0', signed: false }],
  })
  await expect(search({ query: 'pdf' }, testIo())).toThrowCode('registry_missing')
  await expect(search({ query: 'pdf', limit: 0 }, io)).toThrowCode('usage')
})

test('a hit of a registry that only the command line names says where it is, so that it can be added', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  const io = testIo()
  const { results } = await search({ query: 'pdf', registry: registry.url }, io)
  expect(results[0]?.source).toBe(`@acme/pdf#registry:${registry.url}`)
  const added = await add(
    { sources: [parseSpec(results[0]?.source ?? '')], grant: 'none', yes: true, agents: [] },
    io,
  )
  expect(added.skills).toMatchObject([{ name: 'pdf', version: '1.0.0' }])
})

test('understands a registry that speaks the ClawHub API, whose hits are archives', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const hit = {
    score: 1,
    slug: 'pdf',
    displayName: 'Pdf',
    summary: 'Reads PDF files',
    version: '1.0.0',
    updatedAt: 1,
  }
  server.route('/api/v1/search', JSON.stringify({ results: [hit, { ...hit, version: null }] }))
  server.route('/api/v1/download', tgz(file('SKILL.md', SKILL)))
  const io = testIo()
  const found = await search({ query: 'pdf', registry: server.url('') }, io)
  expect(found).toMatchObject({
    kind: 'clawhub',
    total: 2,
    results: [{ name: 'pdf', version: '1.0.0' }, { name: 'pdf' }],
  })
  const source = found.results[0]?.source ?? ''
  const added = await add({ sources: [parseSpec(source)], grant: 'none', yes: true, agents: [] }, io)
  expect(added.skills).toMatchObject([{ name: 'pdf', resolution: { kind: 'archive' } }])
})

test('looks through the index of a site, and adds from it', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const entry = { type: 'skill-md', url: '/pdf.md', digest: sha256Digest(SKILL) }
  const skills = [
    { ...entry, name: 'pdf', description: 'Reads PDF files' },
    { ...entry, name: 'mail', description: 'Writes mail' },
  ]
  server.route('/.well-known/agent-skills/index.json', JSON.stringify({ skills }))
  server.route('/pdf.md', SKILL)
  const io = testIo()
  const found = await search({ query: 'pdf FILES', registry: server.url('') }, io)
  expect(found).toMatchObject({
    kind: 'well-known',
    results: [{ name: 'pdf', source: `${server.url('')}#skill:pdf` }],
  })
  const listed = await browse({ source: parseSpec(server.url('')) }, io)
  expect(listed.skills.map(({ name }) => name)).toEqual(['pdf', 'mail'])
  const added = await add(
    { sources: [parseSpec(server.url(''))], skills: ['pdf'], grant: 'none', yes: true, agents: [] },
    io,
  )
  expect(added.skills).toMatchObject([{ name: 'pdf', spec: `${server.url('')}#skill:pdf` }])
})

test('says so when nothing at an address can be searched', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  await expect(search({ query: 'pdf', registry: server.url('') }, testIo())).toThrowCode('source_not_found')
})

test('the command prints a table, or the result as JSON', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  const { project } = testIo()
  const run = await runCli(['search', 'pdf', '--registry', registry.url], { cwd: project })
  expect(run.stdout).toContain('@acme/pdf  1.0.0')
  const json = await runCli(['search', 'pdf', '--registry', registry.url, '--json'], { cwd: project })
  expect(JSON.parse(json.stdout)).toMatchObject({ query: 'pdf', total: 1 })
  const none = await runCli(['search', 'nothing', '--registry', registry.url], { cwd: project })
  expect(none.stdout).toContain('Nothing in')
})
