// An index on the internet never leads into a private network, by address, by name or by redirect.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { readSettings } from '../../src/platform/env.ts'
import { download } from '../../src/platform/http.ts'
import { wellKnownSource } from '../../src/sources/well-known.ts'
import { parseIndex } from '../../src/sources/well-known-index.ts'
import type { SourceIo, WellKnownResolution } from '../../src/sources/source.ts'
import { redirect, startServer } from '../support/http-server.ts'

const PRIVATE = [
  'https://127.0.0.1/x',
  'http://127.0.0.1/x',
  'https://localhost/x',
  'https://[::1]/x',
  'https://[::ffff:10.0.0.1]/x',
  'https://[fd00::1]/x',
  'https://10.0.0.1/x',
  'https://172.16.0.1/x',
  'https://192.168.1.1/x',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.64.0.1/x',
  'https://0.0.0.0/x',
  'https://2130706433/x',
  'https://0x7f.1/x',
  'https://router.local/x',
  'https://metadata.google.internal/x',
  'https://intranet/x',
]

function io(): SourceIo {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const signal = new AbortController().signal
  return { settings: readSettings({ HOME: root }, root), signal, offline: false, root, report: () => {} }
}

const entry = (url: string) => ({
  name: 'pdf',
  type: 'skill-md',
  description: 'x',
  url,
  digest: sha256Digest('x'),
})

test.each(PRIVATE)('leaves out an entry at %s', (url) => {
  const index = Buffer.from(JSON.stringify({ skills: [entry(url)] }))
  const { entries, skipped } = parseIndex(
    index,
    'https://skills.example.org/.well-known/agent-skills/index.json',
  )
  expect(entries).toEqual([])
  expect(skipped).toHaveLength(1)
})

test('does not open a locked address that an index on the internet may not name', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const resolution: WellKnownResolution = {
    kind: 'well-known',
    url: 'https://skills.example.org/.well-known/agent-skills/index.json',
    skill: 'pdf',
    type: 'skill-md',
    artifact: server.url('/x'),
    digest: sha256Digest('x'),
  }
  await expect(wellKnownSource.open(resolution, io())).toThrowCode('redirect_refused')
  expect(server.log).toEqual([])
})

test('a download that may only reach public addresses does not reach this machine', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  server.route('/x', 'secret')
  const options = { signal: new AbortController().signal, maxBytes: 100, publicOnly: true, retryMs: 1 }
  await expect(download(server.otherHost('/x'), options)).toThrowCode('redirect_refused')
  await expect(download(server.url('/x'), options)).toThrowCode('redirect_refused')
  expect(server.log).toEqual([])
})

test('does not follow an index to another host', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const index = '/.well-known/agent-skills/index.json'
  server.route(index, redirect(server.otherHost('/stolen')))
  const spec = { kind: 'well-known', url: server.url(''), skill: 'pdf' } as const
  await expect(wellKnownSource.resolve(spec, io())).toThrowCode('redirect_refused')
})
