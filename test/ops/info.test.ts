import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { revokeCapabilities } from '../../src/ops/capabilities.ts'
import { info } from '../../src/ops/info.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

const FILES = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['api.example.org'], '1.4.0') }

async function projectWithOne(): Promise<TestIo> {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), FILES))
  await add({ sources: [source], agents: ['claude-code'], grant: 'requested' }, io)
  return io
}

it('tells what a skill is, what it may do, its files with digests, and where it is linked', async () => {
  const io = await projectWithOne()
  const found = await info({ name: 'one' }, io)
  expect(found).toMatchObject({
    name: 'one',
    version: '1.4.0',
    description: 'What one does',
    installed: true,
    capabilities: { network: { hosts: ['api.example.org'] } },
    request: { lines: [{ status: 'declared', capability: 'network', value: 'api.example.org' }] },
    links: ['.claude/skills/one'],
  })
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  expect(found.files).toEqual(
    Object.entries(FILES).map(([path, text]) => ({ path, bytes: text.length, sha256: sha256(text) })),
  )
})

it('names as links only what is beside the one copy, which some agents read directly', async () => {
  const io = testIo()
  const source = parseSpec(writeTree(join(io.root, 'one'), { 'SKILL.md': skillMd('one') }))
  await add({ sources: [source], agents: ['claude-code', 'codex'], global: true }, io)
  const { links } = await info({ name: 'one', global: true }, io)
  expect(links).toEqual([join(io.home, '.claude/skills/one')])
})

it('tells what happened to it, newest first', async () => {
  const io = await projectWithOne()
  await revokeCapabilities({ names: ['one'] }, io)
  const { history } = await info({ name: 'one' }, io)
  expect(history.map(({ action }) => action)).toEqual(['revoke', 'install', 'grant'])
  expect(history[0]?.at).toBe('2026-01-02T03:04:05.000Z')
})

it('shows the locked content also of a copy that was edited', async () => {
  const io = await projectWithOne()
  writeFileSync(join(io.project, '.agents/skills/one/SKILL.md'), skillMd('one', '', 'Something else'))
  expect((await info({ name: 'one' }, io)).description).toBe('What one does')
})

it('says what the lock knows when the content is nowhere at hand', async () => {
  const io = await projectWithOne()
  for (const path of [join(io.project, '.agents'), join(io.settings.dataDir, 'store')])
    rmSync(path, { recursive: true })
  const found = await info({ name: 'one' }, io)
  expect(found).toMatchObject({ version: '1.4.0', installed: false, description: '', files: [] })
  expect(found).not.toHaveProperty('request')
})

it('knows the nearest name, and a skill that is asked for but not locked', async () => {
  const io = await projectWithOne()
  const error = await info({ name: 'onne' }, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'skill_not_found', hint: 'did you mean "one"?' })
  writeFileSync(join(io.project, 'skills.json'), '{"skills": {"two": "./two"}}')
  const unlocked = await info({ name: 'two' }, io).catch((caught: unknown) => caught)
  expect(unlocked).toMatchObject({ code: 'skill_not_found', hint: 'run "skills install"' })
  await expect(info({ name: 'one' }, testIo())).toThrowCode('project_missing')
})
