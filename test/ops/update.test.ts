import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import type { ConsentItem } from '../../src/ops/io.ts'
import { update } from '../../src/ops/update.ts'
import { updateExit, type UpdateResult } from '../../src/ops/update-item.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

async function projectWith(hosts: readonly string[], grant: 'requested' | 'none'): Promise<TestIo> {
  const io = testIo()
  publish(io, hosts, '1.0.0')
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant }, io)
  return io
}

function publish(io: TestIo, hosts: readonly string[], version: string): void {
  writeTree(join(io.root, 'source'), {
    'SKILL.md': skillMd('one', `Version ${version}`),
    'skill.toml': skillToml('one', hosts, version),
  })
}

it('tells in a check what is newer and writes nothing', async () => {
  const io = await projectWith(['a.test'], 'requested')
  expect(updateExit(await update({ names: [], check: true }, io))).toBe(0)
  publish(io, ['a.test'], '1.1.0')
  const before = readTreeText(io.project)
  const result = await update({ names: [], check: true }, io)
  expect(result.items).toMatchObject([
    { status: 'available', from: { version: '1.0.0' }, to: { version: '1.1.0' } },
  ])
  expect(updateExit(result)).toBe(4)
  expect(readTreeText(io.project)).toEqual(before)
})

it('updates without a question when nothing is wider', async () => {
  const io = await projectWith(['a.test', 'b.test'], 'requested')
  publish(io, ['a.test'], '1.1.0')
  expect((await update({ names: [] }, io)).items[0]?.status).toBe('updated')
  const { one } = JSON.parse(readFileSync(join(io.project, 'skills.lock'), 'utf8')).skills
  expect(one).toMatchObject({ version: '1.1.0', capabilities: { network: { hosts: ['a.test'] } } })
  expect(readFileSync(join(io.project, '.claude/skills/one/SKILL.md'), 'utf8')).toContain('1.1.0')
})

it('asks only for what is wider, and keeps what was refused before refused', async () => {
  const io = await projectWith(['a.test'], 'none')
  publish(io, ['a.test', 'b.test'], '1.1.0')
  const check = await update({ names: [], check: true }, io)
  expect(check.items).toMatchObject([{ status: 'widens', changes: [{ change: 'added', after: 'b.test' }] }])
  await expect(update({ names: [] }, io)).toThrowCode('consent_required')
  const asked: (readonly ConsentItem[])[] = []
  const asking = ioAt(io.root, {
    consent: async (items) => {
      asked.push(items)
      return { grants: { one: { network: { hosts: ['b.test'] } } } }
    },
  })
  await update({ names: [] }, asking)
  expect(asked[0]?.[0]?.changes).toEqual([{ change: 'added', capability: 'network', after: 'b.test' }])
  const { one } = JSON.parse(readFileSync(join(io.project, 'skills.lock'), 'utf8')).skills
  expect(one.capabilities).toEqual({ network: { hosts: ['b.test'] } })
  expect(one.requested).toEqual({ network: { hosts: ['a.test', 'b.test'] } })
})

it('tells a source that is gone from one that is current', async () => {
  const io = await projectWith([], 'requested')
  rmSync(join(io.root, 'source'), { recursive: true })
  const result = await update({ names: [], check: true }, io)
  expect(result.items).toMatchObject([{ status: 'gone' }])
  expect(updateExit(result)).toBe(4)
  expect(updateExit(await update({ names: [] }, io))).toBe(1)
})

it('moves the others when what one source has now is broken or unsafe', async () => {
  const io = await projectWith([], 'requested')
  const bad = (name: string): string => join(io.root, name)
  for (const name of ['broken', 'escaping']) {
    await add({ sources: [parseSpec(writeTree(bad(name), { 'SKILL.md': skillMd(name) }))] }, io)
  }
  writeTree(bad('broken'), { 'SKILL.md': '---\nname: broken\n---\n' })
  symlinkSync('/etc/passwd', join(bad('escaping'), 'notes.txt'))
  publish(io, [], '1.1.0')
  const statuses = ({ items }: UpdateResult): unknown => items.map(({ name, status }) => [name, status])
  const checked = await update({ names: [], check: true }, io)
  expect(statuses(checked)).toEqual([
    ['broken', 'refused'],
    ['escaping', 'refused'],
    ['one', 'available'],
  ])
  expect(checked.items[0]?.reason).toContain('description is missing')
  expect(checked.items[1]?.error).toMatchObject({ code: 'link_unsafe', hint: expect.any(String) })
  expect(updateExit(checked)).toBe(3)
  const updated = await update({ names: [] }, io)
  expect(updated.items.map(({ status }) => status)).toEqual(['refused', 'refused', 'updated'])
  expect(updateExit(updated)).toBe(3)
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})

it('names what is not installed', async () => {
  const io = await projectWith([], 'requested')
  const error = await update({ names: ['ome'] }, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'skill_not_found', hint: 'did you mean "one"?' })
})
