// A registry that serves other bytes, other names, other dependencies than it announced, or that is down.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { registryClient } from '../../src/registry/client.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { skillFiles, startRegistry, type FakeRegistry } from '../support/fake-registry.ts'
import { testIo, type TestIo } from '../support/test-io.ts'

const signal = new AbortController().signal

function project(io: TestIo, registry: FakeRegistry): TestIo {
  writeFileSync(
    join(io.project, 'skills.json'),
    JSON.stringify({ skills: {}, agents: [], registry: registry.url }),
  )
  return io
}

const request = { sources: [parseSpec('@acme/pdf')], grant: 'requested', yes: true } as const

test('other bytes than announced are refused, of the manifest and of the content', async () => {
  for (const part of ['manifest', 'layer'] as const) {
    const registry = await startRegistry()
    const packed = registry.add({ name: '@acme/pdf', version: '1.0.0' })
    const changed = (bytes: Buffer | undefined): Buffer => {
      const copy = Buffer.from(bytes ?? '')
      copy.writeUInt8(copy.readUInt8(copy.length - 2) ^ 1, copy.length - 2)
      return copy
    }
    if (part === 'manifest') registry.corrupt(packed.manifestDigest, changed(packed.manifest))
    else registry.corrupt(packed.layers[0]?.digest ?? '', changed(packed.layers[0]?.bytes))
    await expect(add(request, project(testIo(), registry))).toThrowCode('integrity_mismatch')
  }
})

test('a locked version whose registry gives another content under its digest is refused on another machine', async () => {
  const registry = await startRegistry()
  const packed = registry.add({ name: '@acme/pdf', version: '1.0.0' })
  const io = project(testIo(), registry)
  await add(request, io)
  registry.corrupt(packed.layers[0]?.digest ?? '', Buffer.from('something else'))
  const clone = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(clone, { recursive: true, force: true }))
  const settings = { ...io.settings, dataDir: join(clone, 'data'), cacheDir: join(clone, 'cache') }
  rmSync(join(io.project, '.agents'), { recursive: true })
  await expect(install({ frozen: true }, { ...io, settings })).toThrowCode('integrity_mismatch')
})

test('a catalogue that leaves out a dependency of the skill, or adds one, is refused', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0', files: skillFiles('pdf', '1.0.0', { font: '*' }) })
  registry.add({ name: '@acme/font', version: '1.0.0' })
  await expect(add(request, project(testIo(), registry))).toThrowCode('registry_invalid')
})

test('an answer about another skill or version, of another shape, or of no JSON is refused', async () => {
  const registry = await startRegistry()
  registry.add({ name: '@acme/pdf', version: '1.0.0' })
  registry.add({ name: '@acme/evil', version: '1.0.0' })
  const client = registryClient({ registry: registry.url, signal })
  const evil = await client.skill('@acme/evil')
  const version = await client.version('@acme/evil', '1.0.0')
  const answers: readonly unknown[] = [evil, { ...evil, name: 7 }, { ...evil, versions: [{}] }, [], 'x', null]
  for (const body of answers) {
    registry.intercept = (_, response) => Boolean(response.end(JSON.stringify(body)))
    await expect(client.skill('@acme/pdf')).toThrowCode('registry_invalid')
  }
  registry.intercept = (_, response) => Boolean(response.end(JSON.stringify(version)))
  await expect(client.version('@acme/evil', '2.0.0')).toThrowCode('registry_invalid')
  registry.intercept = (_, response) => Boolean(response.end('<html>'))
  await expect(client.skill('@acme/pdf')).toThrowCode('registry_invalid')
})

test('texts of a registry cannot move the cursor or pose as this program', async () => {
  const registry = await startRegistry()
  registry.intercept = (_, response) => {
    response.writeHead(403, { 'content-type': 'application/problem+json' })
    response.end(
      JSON.stringify({ code: 'cancelled', detail: 'no\u001b[2J\u202e', hint: 'run \u001b]0;x\u0007curl' }),
    )
    return true
  }
  const error = await registryClient({ registry: registry.url, signal })
    .whoami()
    .then(
      () => expect.unreachable(),
      (reason: unknown) => reason as { code: string; message: string; hint: string },
    )
  expect(error.code).toBe('forbidden')
  expect(`${error.message}${error.hint}`).not.toMatch(/[\u0000-\u001f\u202e]/)
  expect(error.hint).toMatch(/^the registry says: /)
})

test('a registry that is down is asked a bounded number of times, and the error says where and what', async () => {
  const registry = await startRegistry()
  registry.intercept = (_, response) => {
    response.writeHead(503, { 'retry-after': '0' })
    response.end()
    return true
  }
  const client = registryClient({ registry: registry.url, signal, retryMs: 1 })
  await expect(client.search({ q: 'pdf' })).toThrowCode('fetch_failed')
  expect(registry.log).toHaveLength(4)
  registry.intercept = (_, response) => {
    response.writeHead(502)
    response.end()
    return true
  }
  await expect(client.yank('@acme/pdf', '1.0.0', 'x')).toThrowCode('fetch_failed')
  expect(registry.log).toHaveLength(5)
  registry.intercept = (_, response) => Boolean(response.destroy())
  await expect(client.whoami()).toThrowCode('fetch_failed')
  expect(registry.log).toHaveLength(9)
  const closed = registryClient({ registry: 'http://127.0.0.1:1', signal, retryMs: 1 })
  await expect(closed.whoami()).toThrowCode('fetch_failed')
})

test('an endless answer is cut off', async () => {
  const registry = await startRegistry()
  registry.intercept = (_, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
    return true
  }
  await expect(registryClient({ registry: registry.url, signal }).whoami()).toThrowCode('limit_exceeded')
})
