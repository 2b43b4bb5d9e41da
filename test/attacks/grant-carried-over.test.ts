// An answer that was given once is used for what it was not given for.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { list } from '../../src/ops/list.ts'
import { update } from '../../src/ops/update.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { skillMd, skillToml, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

const NET = { network: { hosts: ['a.test'] } }
const SKILL = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['a.test']) }

async function projectWithGrant(): Promise<TestIo> {
  const io = testIo()
  writeTree(join(io.root, 'source'), SKILL)
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant: 'requested' }, io)
  expect(await granted(io)).toEqual(NET)
  return io
}

async function granted(io: TestIo): Promise<unknown> {
  return (await list({}, io)).skills[0]?.capabilities
}

it('asks again when skills.json names another source for the same skill', async () => {
  const io = await projectWithGrant()
  writeTree(join(io.root, 'other'), SKILL)
  const file = join(io.project, 'skills.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('../source', '../other'))
  await expect(install({}, io)).toThrowCode('consent_required')
})

it('grants nothing with --grant none, whatever was granted before', async () => {
  const io = await projectWithGrant()
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant: 'none' }, io)
  expect(await granted(io)).toEqual({})
})

it('leaves of an earlier grant what a grant file allows', async () => {
  const io = await projectWithGrant()
  const grant = { file: join(io.root, 'grant.json') }
  writeTree(io.root, { 'grant.json': '{"network":{"hosts":["b.test"]}}' })
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant }, io)
  expect(await granted(io)).toEqual({})
})

it('keeps the grant of a skill that a grant file does not name', async () => {
  const io = await projectWithGrant()
  const grant = { file: join(io.root, 'grant.json') }
  writeTree(io.root, { 'grant.json': '{"skills":{"two":{}}}', 'source/more.md': 'newer' })
  await update({ names: [], grant }, io)
  expect(await granted(io)).toEqual(NET)
})

it('refuses a grant file whose skills are not an object', async () => {
  const io = await projectWithGrant()
  const grant = { file: join(io.root, 'grant.json') }
  writeTree(io.root, { 'grant.json': '{"skills":null}' })
  const request = { sources: [parseSpec('../source')], agents: ['claude-code'], grant }
  await expect(add(request, io)).toThrowCode('grant_invalid')
})
