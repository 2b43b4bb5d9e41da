import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { remove } from '../../src/ops/remove.ts'
import { update } from '../../src/ops/update.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { startRegistry, type FakeRegistry } from '../support/fake-registry.ts'
import { testIo, type TestIo } from '../support/test-io.ts'

async function projectWith(fields: object = {}): Promise<{ io: TestIo; registry: FakeRegistry }> {
  const io = testIo()
  const registry = await startRegistry()
  write(io, { skills: {}, agents: [], registry: registry.url, ...fields })
  return { io, registry }
}

function write(io: TestIo, project: object): void {
  writeFileSync(join(io.project, 'skills.json'), JSON.stringify(project))
}

function locked(io: TestIo): Record<string, string | undefined> {
  const { skills } = parseLockfile(readFileSync(join(io.project, 'skills.lock'), 'utf8'), 'skills.lock')
  return Object.fromEntries(Object.entries(skills).map(([name, entry]) => [name, entry.version]))
}

const adding = (...sources: string[]) =>
  ({ sources: sources.map((source) => parseSpec(source)), grant: 'requested', yes: true }) as const

describe('dependencies between skills', () => {
  test('come along, are locked and granted, and have no place in skills.json', async () => {
    const { io, registry } = await projectWith()
    registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { pdf: '^1' } })
    registry.add({ name: '@acme/pdf', version: '1.0.0', dependencies: { '@fonts/base': '*' } })
    registry.add({ name: '@acme/pdf', version: '2.0.0' })
    registry.add({ name: '@fonts/base', version: '0.3.0' })
    await add(adding('@acme/report'), io)
    expect(locked(io)).toEqual({ base: '0.3.0', pdf: '1.0.0', report: '1.0.0' })
    expect(JSON.parse(readFileSync(join(io.project, 'skills.json'), 'utf8'))).toMatchObject({
      skills: { report: '@acme/report' },
    })
    expect(existsSync(join(io.project, '.agents/skills/base/SKILL.md'))).toBe(true)
    expect(await install({ frozen: true }, io)).toMatchObject({ removed: [] })
  })

  test('share one version, and a wish that excludes it is refused with both chains', async () => {
    const { io, registry } = await projectWith()
    registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { pdf: '^1' } })
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    registry.add({ name: '@acme/pdf', version: '2.0.0' })
    await add(adding('@acme/report'), io)
    const before = readFileSync(join(io.project, 'skills.lock'), 'utf8')
    const error = await add(adding('@acme/pdf@^2'), io).then(
      () => expect.unreachable(),
      (reason: unknown) => reason as { code: string; message: string },
    )
    expect(error.code).toBe('dependency_conflict')
    expect(error.message).toContain('skills.json needs @acme/pdf ^2')
    expect(error.message).toContain('skills.json > @acme/report@1.0.0 needs @acme/pdf ^1')
    expect(readFileSync(join(io.project, 'skills.lock'), 'utf8')).toBe(before)
  })

  test('go with the last skill that needs them, and stay while one does', async () => {
    const { io, registry } = await projectWith()
    for (const name of ['report', 'mail']) {
      registry.add({ name: `@acme/${name}`, version: '1.0.0', dependencies: { pdf: '*' } })
    }
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    await add(adding('@acme/report', '@acme/mail'), io)
    expect(await remove({ names: ['report'] }, io)).toMatchObject({ removed: ['report'] })
    await remove({ names: ['pdf'] }, io)
    expect(io.notices.map(({ code }) => code)).toContain('still_needed')
    expect(await remove({ names: ['mail'] }, io)).toMatchObject({ removed: ['mail', 'pdf'] })
    expect(locked(io)).toEqual({})
  })

  test('follow an update of what needs them: new ones come, unneeded ones go', async () => {
    const { io, registry } = await projectWith()
    registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { pdf: '^1' } })
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    registry.add({ name: '@acme/html', version: '1.0.0' })
    await add(adding('@acme/report'), io)
    registry.add({ name: '@acme/report', version: '1.1.0', dependencies: { html: '^1' } })
    const check = await update({ names: [], check: true }, io)
    expect(check.items.map(({ name, status }) => `${name} ${status}`)).toContain('report available')
    await update({ names: [], grant: 'requested' }, io)
    expect(locked(io)).toEqual({ html: '1.0.0', report: '1.1.0' })
  })

  test('that the lock lacks are named by ci, and brought by install', async () => {
    const { io, registry } = await projectWith()
    registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { pdf: '*' } })
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    await add(adding('@acme/report'), io)
    const file = join(io.project, 'skills.lock')
    const lock = JSON.parse(readFileSync(file, 'utf8')) as { skills: Record<string, unknown> }
    delete lock.skills.pdf
    writeFileSync(file, JSON.stringify(lock))
    await expect(install({ frozen: true }, io)).toThrowCode('lock_stale')
    await install({ grant: 'requested' }, io)
    expect(locked(io)).toEqual({ pdf: '1.0.0', report: '1.0.0' })
  })
})

test('an update off a yanked version says why it goes back', async () => {
  const { io, registry } = await projectWith()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  registry.add({ name: '@acme/pdf', version: '1.1.0' })
  await add(adding('@acme/pdf'), io)
  registry.yank('@acme/pdf', '1.1.0', 'deletes files')
  expect(await update({ names: [], check: true }, io)).toMatchObject({
    items: [{ from: { version: '1.1.0' }, to: { version: '1.0.0' } }],
  })
  expect(io.notices).toMatchObject([
    { code: 'yanked', message: '@acme/pdf@1.1.0 was yanked: deletes files', hint: '1.0.0 takes its place' },
  ])
})

describe('rules of skills.json about sources', () => {
  test('minimumReleaseAge holds for add, install and update, never for what is locked', async () => {
    const { io, registry } = await projectWith({ minimumReleaseAge: '3d' })
    // The test's clock stands at 2026-01-02.
    registry.add({ name: '@acme/pdf', version: '1.0.0', publishedAt: '2025-12-01T00:00:00Z' })
    registry.add({ name: '@acme/pdf', version: '1.1.0', publishedAt: '2026-01-01T00:00:00Z' })
    expect(await add(adding('@acme/pdf'), io)).toMatchObject({ skills: [{ version: '1.0.0' }] })
    expect(await update({ names: [], check: true }, io)).toMatchObject({ items: [{ status: 'current' }] })
    write(io, {
      skills: { pdf: '@acme/pdf@^1.1' },
      agents: [],
      registry: registry.url,
      minimumReleaseAge: 4320,
    })
    await expect(install({ grant: 'requested' }, io)).toThrowCode('version_too_new')
    const exempt = { minimumReleaseAge: '3d', minimumReleaseAgeExclude: ['@acme/*'] }
    write(io, { skills: { pdf: '@acme/pdf@^1.1' }, agents: [], registry: registry.url, ...exempt })
    await install({ grant: 'requested' }, io)
    expect(locked(io)).toEqual({ pdf: '1.1.0' })
    write(io, {
      skills: { pdf: '@acme/pdf@^1.1' },
      agents: [],
      registry: registry.url,
      minimumReleaseAge: '3d',
    })
    expect(await install({ frozen: true }, io)).toMatchObject({ skills: [{ version: '1.1.0' }] })
    expect(await update({ names: [], check: true }, io)).toMatchObject({ items: [{ status: 'current' }] })
  })

  test('sources that are denied, or not among the allowed, are refused, also as a dependency', async () => {
    const { io, registry } = await projectWith({ sources: { allow: ['@acme/*'], deny: ['@acme/evil'] } })
    registry.add({ name: '@acme/evil', version: '1.0.0' })
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    registry.add({ name: '@acme/report', version: '1.0.0', dependencies: { '@other/x': '*' } })
    registry.add({ name: '@other/x', version: '1.0.0' })
    await expect(add(adding('@acme/evil'), io)).toThrowCode('source_denied')
    await expect(add(adding('@other/x'), io)).toThrowCode('source_denied')
    await expect(add(adding('github:owner/repo'), io)).toThrowCode('source_denied')
    await expect(add(adding('@acme/report'), io)).toThrowCode('source_denied')
    expect(await add(adding('@acme/pdf'), io)).toMatchObject({ skills: [{ name: 'pdf' }] })
  })

  test('what is locked installs although it is denied by now, but is not updated', async () => {
    const { io, registry } = await projectWith()
    registry.add({ name: '@acme/pdf', version: '1.0.0' })
    await add(adding('@acme/pdf'), io)
    registry.add({ name: '@acme/pdf', version: '1.1.0' })
    const skills = { pdf: '@acme/pdf' }
    write(io, { skills, agents: [], registry: registry.url, sources: { deny: ['@acme/**'] } })
    expect(await install({ frozen: true }, io)).toMatchObject({ skills: [{ version: '1.0.0' }] })
    const { items } = await update({ names: [], grant: 'requested' }, io)
    expect(items).toMatchObject([{ name: 'pdf', status: 'unreachable' }])
    expect(locked(io)).toEqual({ pdf: '1.0.0' })
  })
})
