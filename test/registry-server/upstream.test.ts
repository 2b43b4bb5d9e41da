// Blobs in another registry: Debian's docker-registry, and one of our own.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { fsckRegistry, gcRegistry } from '../../registry-server/admin.ts'
import { startDockerRegistry } from '../support/docker-registry.ts'
import { need } from '../support/need.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, startRegistry } from '../support/registry.ts'

cleanDatabases()
const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

const folder = mkdtempSync(join(tmpdir(), 'upstream-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Upstream {
  readonly host: string
  readonly settings: { readonly env: Readonly<Record<string, string>>; readonly home: string }
  readonly stop: () => Promise<void>
}

const UPSTREAMS: readonly { name: string; skip: boolean; start: () => Promise<Upstream> }[] = [
  {
    name: 'docker-registry',
    skip: need('oci') !== undefined,
    start: async () => {
      const registry = await startDockerRegistry({ delete: true })
      return { host: registry.host, settings: { env: {}, home: folder }, stop: () => registry.close() }
    },
  },
  {
    name: 'another Skillward',
    skip: false,
    start: async () => {
      const registry = await startRegistry(SQLITE)
      const auth = Buffer.from(`admin:${registry.token}`).toString('base64')
      const config = mkdtempSync(join(folder, 'config-'))
      writeFileSync(join(config, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
      return {
        host: registry.host,
        settings: { env: { DOCKER_CONFIG: config }, home: folder },
        stop: () => registry.close(),
      }
    },
  },
]

describe.each(UPSTREAMS)('blobs in $name', ({ skip, start }) => {
  test.skipIf(skip)('are stored, read in part, checked and freed there', async () => {
    const upstream = await start()
    const blobs = `oci://${upstream.host}/team/blobs`
    const registry = await startRegistry(SQLITE, { blobs, settings: upstream.settings })
    const image = await registry.pushImage('u/one', 'v1')
    expect(image.response.status).toBe(201)
    const large = Buffer.alloc(2 * 1024 * 1024 + 7, 'abcdefg')
    const wanted = await registry.pushBlob('u/one', large)
    const whole = await registry.fetch(`/v2/u/one/blobs/${wanted}`)
    expect(digest(new Uint8Array(await whole.arrayBuffer()))).toBe(wanted)
    const part = await registry.fetch(`/v2/u/one/blobs/${wanted}`, {
      headers: { range: 'bytes=2097150-2097153' },
    })
    expect(await part.text()).toBe(large.subarray(2097150, 2097154).toString())
    const place = { data: registry.data, database: registry.database, blobs, settings: upstream.settings }
    expect((await fsckRegistry(place, {})).findings).toEqual([])
    expect(await gcRegistry(place, { graceMs: -1000 })).toMatchObject({ blobs: 1, bytes: large.length })
    expect((await registry.fetch(`/v2/u/one/blobs/${image.layer}`)).status).toBe(200)
    const spool = readdirSync(join(registry.data, 'spool'), { recursive: true, withFileTypes: true })
    expect(spool.filter((entry) => entry.isFile())).toEqual([])
    await registry.close()
    await upstream.stop()
  })
})

describe('an upstream registry that fails', () => {
  const answering = async (status: number, body = ''): Promise<{ server: Server; host: string }> => {
    const server = createServer((_request, response) => {
      response.writeHead(status)
      response.end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
  }

  test('is told as a bad gateway, and the registry is not ready', async () => {
    const { server, host } = await answering(500)
    const registry = await startRegistry(SQLITE, { blobs: `oci://${host}/blobs` })
    const wanted = digest('x')
    const push = await registry.fetch(`/v2/u/one/blobs/uploads/?digest=${wanted}`, {
      method: 'POST',
      body: 'x',
    })
    expect([push.status, await push.json()]).toMatchObject([
      502,
      { errors: [{ detail: { code: 'upstream_failed' } }] },
    ])
    expect((await registry.fetch(`/v2/u/one/blobs/${wanted}`)).status).toBe(404)
    const ready = await registry.anonymous('/readyz')
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'failing', database: true, blobs: false, disk: true },
    ])
    await registry.close()
    server.close()
  })
})
