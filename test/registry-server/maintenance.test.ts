import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { backupRegistry, fsckRegistry, gcRegistry, restoreRegistry } from '../../registry-server/admin.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { actualTables, schemaTables } from '../../registry-server/db/tables.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, startRegistry, type TestRegistry } from '../support/registry.ts'
import { startScript } from '../support/processes.ts'

cleanDatabases()
const folder = mkdtempSync(join(tmpdir(), 'maintenance-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const fresh = (): string => join(folder, String(++count))

/** Where the bytes of a blob are. */
function blobFile(registry: TestRegistry, wanted: string): string {
  const hex = wanted.slice(7)
  return join(registry.data, 'blobs', 'sha256', hex.slice(0, 2), hex)
}

describe.each(DATABASES)('maintenance on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  const place = ({ data, database: url }: TestRegistry) => ({ data, database: url })

  test('knows every table', async () => {
    const db = await openRegistryDatabase(await database.create())
    expect(
      schemaTables()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(await actualTables(db))
    await db.close()
  })

  test.each(DATABASES.filter(({ skip }) => !skip))(
    'restores a backup on $name with every byte, row and token',
    async (other) => {
      const registry = await startRegistry(database)
      const image = await registry.pushImage('m/one', 'v1', { annotations: { text: 'ümläut ☃' } })
      await registry.pushBlob('m/one', Buffer.from([0, 255, 1]))
      const saved = fresh()
      const index = await backupRegistry(place(registry), saved)
      expect(index.blobs).toBe(3)
      await expect(backupRegistry(place(registry), saved)).toThrowCode('backup_invalid')
      await expect(restoreRegistry(place(registry), saved)).toThrowCode('conflict')
      const data = fresh()
      const url = await other.create()
      await restoreRegistry({ data, database: url }, saved)
      const restored = await startRegistry(other, { data, database: url })
      expect(restored.token).toBe('')
      const got = await restored.anonymous('/v2/m/one/manifests/v1', {
        headers: { authorization: `Bearer ${registry.token}` },
      })
      expect(Buffer.from(await got.arrayBuffer()).equals(image.bytes)).toBe(true)
      const blob = await restored.anonymous(`/v2/m/one/blobs/${digest(Buffer.from([0, 255, 1]))}`)
      expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([0, 255, 1])
      // New rows find their numbers free.
      const scope = await restored.json('PUT', '/api/v1/scopes/@after', {}, registry.token)
      expect(scope.status).toBe(201)
      const fsck = await fsckRegistry({ data, database: url }, {})
      expect(fsck.findings).toEqual([])
      await restored.close()
      await registry.close()
    },
  )

  test('refuses a backup that is unfinished or changed, and leaves the registry empty', async () => {
    const registry = await startRegistry(database)
    await registry.pushImage('m/two', 'v1')
    const loose = await registry.pushBlob('m/two', Buffer.from('nobody needs it'))
    const saved = fresh()
    await backupRegistry(place(registry), saved)
    const target = { data: fresh(), database: await database.create() }
    await expect(restoreRegistry(target, fresh())).toThrowCode('backup_invalid')
    const looseFile = join(saved, 'blobs', 'sha256', loose.slice(7, 9), loose.slice(7))
    rmSync(looseFile)
    const elsewhere = { data: fresh(), database: await database.create() }
    expect((await restoreRegistry(elsewhere, saved)).missing).toEqual([loose])
    const { findings } = await fsckRegistry(elsewhere, {})
    expect(findings).toEqual([
      expect.objectContaining({
        subject: loose,
        harmful: false,
        message: expect.stringContaining('no manifest needs it') as string,
      }),
    ])
    const folders = readdirSync(join(saved, 'blobs', 'sha256'))
    const first = folders.find((name) => readdirSync(join(saved, 'blobs', 'sha256', name)).length > 0) ?? ''
    const [hex = ''] = readdirSync(join(saved, 'blobs', 'sha256', first))
    const blob = join(saved, 'blobs', 'sha256', first, hex)
    writeFileSync(blob, 'other')
    await expect(restoreRegistry(target, saved)).toThrowCode('backup_invalid')
    rmSync(blob)
    await expect(restoreRegistry(target, saved)).rejects.toThrow(`lacks the blob sha256:${hex}`)
    writeFileSync(join(saved, 'tables', 'users.ndjson'), '')
    await expect(restoreRegistry(target, saved)).toThrowCode('backup_invalid')
    const db = await openRegistryDatabase(target.database)
    expect(await db.all('SELECT * FROM users')).toEqual([])
    await db.close()
    await registry.close()
  })

  test('frees blobs that nothing needs, and never one that something does or that is young', async () => {
    const registry = await startRegistry(database)
    const image = await registry.pushImage('m/gc', 'v1')
    const loose = await registry.pushBlob('m/gc', Buffer.from('loose'))
    expect(await gcRegistry(place(registry), {})).toMatchObject({ blobs: 0 })
    const stray = blobFile(registry, `sha256:${image.layer.slice(7, 9)}${'a'.repeat(62)}`)
    writeFileSync(stray, 'stray')
    const dry = await gcRegistry(place(registry), { dryRun: true, graceMs: -1000 })
    expect(dry).toMatchObject({ blobs: 2, bytes: 10 })
    expect(await gcRegistry(place(registry), { graceMs: -1000 })).toMatchObject({ blobs: 2, bytes: 10 })
    expect((await registry.fetch(`/v2/m/gc/blobs/${loose}`)).status).toBe(404)
    expect((await registry.fetch(`/v2/m/gc/blobs/${image.layer}`)).status).toBe(200)
    await registry.fetch(`/v2/m/gc/manifests/${image.digest}`, { method: 'DELETE' })
    expect(await gcRegistry(place(registry), { graceMs: -1000 })).toMatchObject({ blobs: 2 })
    expect(await registry.pushBlob('m/gc', Buffer.from('loose'))).toBe(loose)
    expect((await registry.fetch(`/v2/m/gc/blobs/${loose}`)).status).toBe(200)
    await registry.close()
  })

  test('starts no registry, and frees nothing, where the blobs are of another database', async () => {
    const registry = await startRegistry(database)
    const { layer } = await registry.pushImage('m/lost', 'v1')
    await registry.running.close()
    const fresh = { data: registry.data, database: await database.create() }
    await expect(startRegistry(database, fresh)).toThrowCode('database_invalid')
    await expect(gcRegistry(fresh, { graceMs: -1000 })).toThrowCode('database_invalid')
    // A database that somebody began elsewhere is younger than the blobs.
    const other = await startRegistry(database, { database: fresh.database })
    await other.close()
    utimesSync(blobFile(registry, layer), 1, 1)
    await expect(gcRegistry(fresh, { graceMs: -1000 })).toThrowCode('database_invalid')
    const again = await startRegistry(database, { data: registry.data, database: registry.database })
    expect((await again.anonymous(`/v2/m/lost/blobs/${layer}`)).status).toBe(200)
    expect(await gcRegistry(place(registry), { graceMs: -1000 })).toMatchObject({ blobs: 0 })
    await again.close()
    await registry.close()
  })

  test('finds what is missing, damaged or unknown', async () => {
    const registry = await startRegistry(database)
    const a = await registry.pushImage('m/a', 'v1')
    const b = await registry.pushImage('m/b', 'v1')
    expect((await fsckRegistry(place(registry), {})).findings).toEqual([])
    rmSync(blobFile(registry, a.layer))
    writeFileSync(blobFile(registry, b.layer), 'layer of m/b v2')
    writeFileSync(blobFile(registry, b.config), 'x')
    const db = await openRegistryDatabase(registry.database)
    await db.run('UPDATE manifests SET bytes = ? WHERE digest = ?', [Buffer.from('{}'), a.digest])
    await db.close()
    const { findings } = await fsckRegistry(place(registry), {})
    const found = Object.fromEntries(findings.map(({ kind, subject }) => [kind, subject]))
    expect(found).toEqual({
      blob_missing: a.layer,
      blob_damaged: b.layer,
      blob_size: b.config,
      manifest_damaged: `m/a@${a.digest}`,
    })
    // What a server has in memory was good when it came; another one has only the files.
    await registry.running.close()
    const again = await startRegistry(database, { data: registry.data, database: registry.database })
    const answer = await again.anonymous(`/v2/m/b/blobs/${b.layer}`)
    expect(answer.status).toBe(500)
    // A client that asks before it pushes has to hear that the bytes are not there, or it would never send them again.
    for (const [name, lost] of [
      ['m/a', a.layer],
      ['m/b', b.config],
    ]) {
      expect((await again.anonymous(`/v2/${name}/blobs/${lost}`, { method: 'HEAD' })).status).toBe(404)
    }
    await expect(backupRegistry(place(registry), fresh())).toThrowCode('registry_damaged')
    await again.close()
  })

  test('does not begin to send a large blob that was cut short', async () => {
    const registry = await startRegistry(database)
    const large = await registry.pushBlob('m/large', Buffer.alloc(2 * 1024 * 1024, 'x'))
    truncateSync(blobFile(registry, large), 1024 * 1024)
    const answer = await registry.fetch(`/v2/m/large/blobs/${large}`)
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('has 1048576 bytes')])
    rmSync(blobFile(registry, large))
    const lost = await registry.fetch(`/v2/m/large/blobs/${large}`)
    const { errors } = (await lost.json()) as { errors: unknown }
    expect([lost.status, errors]).toEqual([
      404,
      [
        {
          code: 'BLOB_UNKNOWN',
          message: expect.stringContaining(`The registry has lost the blob ${large}`) as string,
          detail: { code: 'registry_damaged' },
        },
      ],
    ])
    await registry.close()
  })

  test('keeps every push that it acknowledged when it is killed', async () => {
    const data = fresh()
    const url = await database.create()
    const main = new URL('../../registry-server/main.ts', import.meta.url).href
    const source = `import { serve } from ${JSON.stringify(main)}
      const { url, firstToken } = await serve({ data: process.argv[2], database: process.argv[3], port: 0 })
      console.log(JSON.stringify({ url, token: firstToken }))`
    const server = startScript(source, [data, url])
    const { url: address, token } = await new Promise<{ url: string; token: string }>((resolve) => {
      server.child.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as never))
    })
    const headers = { authorization: `Bearer ${token}` }
    const acknowledged = new Map<string, string>()
    const push = async (n: number): Promise<void> => {
      const bytes = new TextEncoder().encode(`layer ${n} `.repeat(200))
      const blob = digest(bytes)
      const to = `${address}/v2/k/s${n % 5}`
      await fetch(`${to}/blobs/uploads/?digest=${blob}`, { method: 'POST', body: bytes, headers })
      const type = 'application/vnd.oci.image.manifest.v1+json'
      const config = { mediaType: 'a/b', digest: blob, size: bytes.length }
      const body = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [] })
      const path = `/v2/k/s${n % 5}/manifests/v${n}`
      const init = { method: 'PUT', body, headers: { ...headers, 'content-type': type } }
      const response = await fetch(address + path, init)
      if (response.status === 201) acknowledged.set(path, digest(body))
      if (acknowledged.size === 60) server.child.kill('SIGKILL')
    }
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < 200) await push(next++).catch(() => {})
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    await server.done
    expect(acknowledged.size).toBeGreaterThanOrEqual(60)
    expect(acknowledged.size).toBeLessThan(200)
    const fsck = await fsckRegistry({ data, database: url }, {})
    expect(fsck.findings.filter(({ harmful }) => harmful)).toEqual([])
    const again = await startRegistry(database, { data, database: url })
    for (const [path, wanted] of acknowledged) {
      const answer = await fetch(again.url + path)
      expect(digest(new Uint8Array(await answer.arrayBuffer()))).toBe(wanted)
    }
    await again.close()
  })
})

test('a damaged or emptied SQLite file is no first start, and the advice keeps the blobs', async () => {
  const [sqlite] = DATABASES
  if (!sqlite) throw new Error('no database')
  const registry = await startRegistry(sqlite)
  await registry.pushImage('m/one', 'v1')
  await registry.running.close()
  const path = registry.database.slice('sqlite:'.length)
  const place = { data: registry.data, database: registry.database }
  for (const bytes of ['not a database at all, '.repeat(400), '']) {
    rmSync(`${path}-wal`, { force: true })
    rmSync(`${path}-shm`, { force: true })
    writeFileSync(path, bytes)
    for (const use of [() => startRegistry(sqlite, place), () => gcRegistry(place, { graceMs: -1000 })]) {
      await expect(use()).toThrowCode('database_invalid')
      await expect(use()).rejects.toMatchObject({ hint: expect.stringMatching(/restore a backup/) as string })
    }
  }
  await registry.close()
})

test('the first token is not lost to a port that is taken', async () => {
  const [sqlite] = DATABASES
  if (!sqlite) throw new Error('no database')
  const other = await startRegistry(sqlite)
  const data = fresh()
  const database = await sqlite.create()
  const port = Number(new URL(other.url).port)
  await expect(startRegistry(sqlite, { data, database, port })).toThrowCode('fs_failed')
  const registry = await startRegistry(sqlite, { data, database })
  expect(registry.token).toMatch(/^skw_/)
  await registry.close()
  await other.close()
})
