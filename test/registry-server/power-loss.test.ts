// A version that was answered with 201 is whole, whatever a machine without power lost of what was not synced.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fsckRegistry } from '../../registry-server/admin.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { need } from '../support/need.ts'
import { replay, startRecorded } from '../support/power-loss.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry } from '../support/registry.ts'

cleanDatabases()
const folder = mkdtempSync(join(tmpdir(), 'power-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const VERSIONS = 6

test.skipIf(need('strace'))('every version that was answered 201 is whole after a power cut', async () => {
  const data = join(folder, 'data')
  const main = new URL('../../registry-server/main.ts', import.meta.url).href
  const source = `import { serve } from ${JSON.stringify(main)}
    const { url, firstToken, close } = await serve({ data: process.argv[2], port: 0 })
    console.log(JSON.stringify({ url, token: firstToken }))
    process.on('SIGTERM', () => void close().then(() => process.exit(0)))`
  const { child, done, recording } = startRecorded(source, [data])
  const { url, token } = await new Promise<{ url: string; token: string }>((resolve) => {
    child.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as never))
  })
  const send = (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    return fetch(url + path, { ...init, headers })
  }
  const scope = await send('/api/v1/scopes/@acme', {
    method: 'PUT',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  })
  expect(scope.status).toBe(201)
  const digests = new Map<string, string>()
  const publish = async (n: number): Promise<void> => {
    const skill = { name: `@acme/s${n % 2}`, version: `1.${n}.0`, body: `text ${n}\n`.repeat(50) }
    const artifact = artifactOf(skill, filesToPublish(skill))
    digests.set(artifact.digest, `${artifact.repository}:${artifact.tag}`)
    expect((await push(send, artifact)).status).toBe(201)
  }
  // One after another, and side by side, so that syncs are shared.
  for (let n = 0; n < VERSIONS / 2; n++) await publish(n)
  await Promise.all(Array.from({ length: VERSIONS / 2 }, (_, n) => publish(n + VERSIONS / 2)))
  process.kill(Number(child.pid), 'SIGKILL')
  await done

  const acknowledged: string[] = []
  const cuts: (() => Promise<void>)[] = []
  replay(recording, data, ({ sent }, disk) => {
    const [, digest] =
      /^HTTP\/1\.1 201 [\s\S]*?docker-content-digest: (sha256:[0-9a-f]{64})/i.exec(
        sent?.toString('latin1') ?? '',
      ) ?? []
    if (digest === undefined || !digests.has(digest)) return
    acknowledged.push(digest)
    const known = [...acknowledged]
    for (const how of ['strict', 'torn'] as const) {
      const left = join(folder, `cut-${acknowledged.length}-${how}`)
      disk.restore(data, left, how)
      cuts.push(() => isWhole(left, known))
    }
  })
  expect(acknowledged).toHaveLength(VERSIONS)
  for (const check of cuts) await check()

  async function isWhole(left: string, known: readonly string[]): Promise<void> {
    const findings = (await fsckRegistry({ data: left }, {})).findings.filter(({ harmful }) => harmful)
    expect(findings, left).toEqual([])
    const [sqlite] = DATABASES
    if (!sqlite) throw new Error('no database')
    const registry = await startRegistry(sqlite, { data: left, database: join(left, 'registry.sqlite') })
    for (const digest of known) {
      const [repository, tag] = digests.get(digest)?.split(':') ?? []
      const answer = await registry.anonymous(`/v2/${repository}/manifests/${tag}`)
      expect([answer.status, answer.headers.get('docker-content-digest')], left).toEqual([200, digest])
    }
    await registry.close()
  }
})
