// A scope belongs to one registry: what is missing there is missing, wherever else it may be had.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { startRegistry } from '../support/fake-registry.ts'
import { testIo, type TestIo } from '../support/test-io.ts'

function project(io: TestIo, fields: object): void {
  writeFileSync(join(io.project, 'skills.json'), JSON.stringify({ skills: {}, agents: [], ...fields }))
}

const request = (source: string) => ({ sources: [parseSpec(source)], grant: 'requested', yes: true }) as const

test('a private scope is never asked for at the common registry, nor at another one that is named', async () => {
  const own = await startRegistry()
  const common = await startRegistry()
  common.add({ name: '@acme/pdf', version: '9.0.0' })
  const io = testIo()
  project(io, { registry: common.url, registries: { '@acme': own.url } })
  await expect(add(request('@acme/pdf'), io)).toThrowCode('skill_not_found')
  await expect(add(request(`@acme/pdf#registry:${common.url}`), io)).toThrowCode('registry_changed')
  expect(common.log).toEqual([])
})

test('a private registry that is down is no reason to ask another one', async () => {
  const own = await startRegistry()
  const common = await startRegistry()
  common.add({ name: '@acme/pdf', version: '9.0.0' })
  own.intercept = (_, response) => {
    response.writeHead(500)
    response.end()
    return true
  }
  const io = testIo()
  project(io, { registry: common.url, registries: { '@acme': own.url } })
  await expect(add(request('@acme/pdf'), io)).toThrowCode('fetch_failed')
  expect(common.log).toEqual([])
})

test('a skill of one scope cannot bring a skill of another scope from its own registry', async () => {
  const own = await startRegistry()
  const evil = await startRegistry()
  own.add({ name: '@acme/pdf', version: '1.0.0' })
  evil.add({ name: '@acme/pdf', version: '9.0.0' })
  evil.add({ name: '@evil/tool', version: '1.0.0', dependencies: { '@acme/pdf': '*' } })
  const io = testIo()
  project(io, { registries: { '@acme': own.url, '@evil': evil.url } })
  const { skills } = await add(request('@evil/tool'), io)
  expect(skills.map(({ name, version }) => `${name} ${version}`)).toEqual(['tool 1.0.0', 'pdf 1.0.0'])
  expect(evil.log.some(({ line }) => line.includes('pdf'))).toBe(false)
})

test('what is locked from one registry is not updated from another that a setting names later', async () => {
  const own = await startRegistry()
  const evil = await startRegistry()
  own.add({ name: '@acme/pdf', version: '1.0.0' })
  evil.add({ name: '@acme/pdf', version: '2.0.0' })
  const io = testIo()
  project(io, { registries: { '@acme': own.url } })
  await add(request('@acme/pdf'), io)
  project(io, { skills: { pdf: '@acme/pdf' }, registries: { '@acme': evil.url } })
  expect(await update({ names: [], grant: 'requested' }, io)).toMatchObject({
    items: [
      { name: 'pdf', status: 'unreachable', reason: expect.stringContaining('is locked from') as string },
    ],
  })
  await expect(add(request('@acme/pdf@^2'), io)).toThrowCode('registry_changed')
  expect(evil.log).toEqual([])
  expect(await install({ frozen: true }, io)).toMatchObject({ skills: [{ name: 'pdf', version: '1.0.0' }] })
})
