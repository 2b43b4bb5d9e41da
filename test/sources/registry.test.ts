import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '../../src/platform/env.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import { registrySource } from '../../src/sources/registry.ts'
import type { RegistrySpec, SourceIo, SourcePolicy } from '../../src/sources/source.ts'
import { skillFiles, startRegistry } from '../support/fake-registry.ts'

interface TestSourceIo extends SourceIo {
  readonly notices: { readonly code: string; readonly message: string }[]
}

function ioFor(policy: SourcePolicy, offline = false): TestSourceIo {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const notices: TestSourceIo['notices'] = []
  return {
    settings: readSettings({ HOME: root }, root),
    signal: new AbortController().signal,
    offline,
    root,
    report: () => {},
    policy: () => policy,
    notice: (notice) => void notices.push(notice),
    notices,
  }
}

const spec = (range?: string): RegistrySpec => ({
  kind: 'registry',
  name: '@acme/pdf',
  ...(range !== undefined && { range }),
})

test('chooses the newest version in the range and pulls its files over OCI', async () => {
  const registry = await startRegistry()
  for (const version of ['1.0.0', '1.2.0', '2.0.0-rc.1', '2.0.0'])
    registry.add({ name: '@acme/pdf', version })
  const io = ioFor({ registries: { '@acme': registry.url } })
  const resolution = await registrySource.resolve(spec('^1'), io)
  expect(resolution).toMatchObject({
    kind: 'registry',
    registry: registry.url,
    name: '@acme/pdf',
    version: '1.2.0',
  })
  expect(await registrySource.resolve(spec(), io)).toMatchObject({ version: '2.0.0' })
  const { files } = await readSkill(await registrySource.open(resolution, io), resolution)
  expect(files).toEqual(skillFiles('pdf', '1.2.0'))
})

test('opens what it pulled before without a network', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  const io = ioFor({ registries: {}, registry: registry.url })
  const resolution = await registrySource.resolve(spec(), io)
  await expect(registrySource.open(resolution, { ...io, offline: true })).toThrowCode('offline')
  await registrySource.open(resolution, io)
  const tree = await registrySource.open(resolution, { ...io, offline: true })
  expect(tree.entries.map(({ path }) => path).sort()).toEqual(['SKILL.md', 'skill.toml'])
})

test('does not choose a yanked version, but opens a locked one with a remark', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  registry.add({ name: '@acme/pdf', version: '1.1.0' })
  const io = ioFor({ registries: {}, registry: registry.url })
  const locked = await registrySource.resolve(spec(), io)
  registry.yank('@acme/pdf', '1.1.0', 'deletes files')
  expect(await registrySource.resolve(spec('^1'), io)).toMatchObject({ version: '1.0.0' })
  await expect(registrySource.resolve(spec('1.1.0'), io)).toThrowCode('version_not_found')
  expect(await registrySource.newest(spec('^1'), locked, io)).toMatchObject({ version: '1.0.0' })
  const yanked = { code: 'yanked', message: '@acme/pdf@1.1.0 was yanked: deletes files' }
  expect(io.notices.splice(0)).toMatchObject([{ ...yanked, hint: '1.0.0 takes its place' }])
  await registrySource.open(locked, io)
  expect(io.notices.splice(0)).toMatchObject([yanked])
  expect(await registrySource.newest(spec('^1.1'), locked, io)).toMatchObject({ version: '1.1.0' })
  expect(io.notices).toMatchObject([{ ...yanked, hint: 'nothing else fits its range' }])
})

test('holds back what is younger than the project allows, except what is locked or exempt', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0', publishedAt: '2026-01-01T00:00:00Z' })
  registry.add({ name: '@acme/pdf', version: '1.1.0', publishedAt: '2026-03-01T00:00:00Z' })
  const policy = {
    registries: {},
    registry: registry.url,
    publishedBefore: Date.parse('2026-02-01T00:00:00Z'),
  }
  const io = ioFor(policy)
  expect(await registrySource.resolve(spec(), io)).toMatchObject({ version: '1.0.0' })
  await expect(registrySource.resolve(spec('^1.1'), io)).toThrowCode('version_too_new')
  const locked = await registrySource.resolve(spec(), ioFor({ registries: {}, registry: registry.url }))
  expect(locked.version).toBe('1.1.0')
  expect(await registrySource.newest(spec(), locked, io)).toMatchObject({ version: '1.1.0' })
  const exempt = ioFor({ ...policy, ageExempt: (name) => name === '@acme/pdf' })
  expect(await registrySource.resolve(spec(), exempt)).toMatchObject({ version: '1.1.0' })
})

test('tells of a deprecation', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0', deprecated: 'use @acme/pdf2\u202e' })
  const io = ioFor({ registries: {}, registry: registry.url })
  await registrySource.resolve(spec(), io)
  expect(io.notices[0]?.message).toBe('@acme/pdf@1.0.0 is deprecated: use @acme/pdf2\\u{202e}')
})

test('says what is missing: the registry, the skill, the version, the tag', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  const io = ioFor({ registries: { '@acme': registry.url } })
  await expect(registrySource.resolve({ kind: 'registry', name: '@other/pdf' }, io)).toThrowCode(
    'registry_missing',
  )
  await expect(registrySource.resolve({ kind: 'registry', name: '@acme/docx' }, io)).toThrowCode(
    'skill_not_found',
  )
  await expect(registrySource.resolve(spec('^3'), io)).toThrowCode('version_not_found')
  await expect(registrySource.resolve(spec('stable'), io)).toThrowCode('version_not_found')
  await expect(registrySource.resolve(spec(), { ...io, offline: true })).toThrowCode('offline')
})
