// Answers from memory: given while nothing was written, by whichever server on the database, and not a moment longer.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { MANIFEST, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()
const folder = mkdtempSync(join(tmpdir(), 'registry-hot-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PATH = '/v2/acme/thing/manifests/stable'

async function stable(registry: TestRegistry): Promise<string | null> {
  const response = await registry.anonymous(PATH, { headers: { accept: MANIFEST } })
  await response.arrayBuffer()
  return response.headers.get('docker-content-digest')
}

async function given(registry: TestRegistry): Promise<number> {
  const text = await (await registry.anonymous('/metrics')).text()
  return Number(/^skillward_hot_answers (\d+)$/m.exec(text)?.[1])
}

/** Asks until an answer came from memory. */
async function warm(registry: TestRegistry): Promise<void> {
  await vi.waitFor(async () => {
    const before = await given(registry)
    await stable(registry)
    expect(await given(registry)).toBeGreaterThan(before)
  }, 15_000)
}

describe.each(DATABASES)('answers from memory on $name', (database) => {
  test.skipIf(database.skip)(
    'end with a write: at once where it was made, and soon on other servers',
    async () => {
      const blobs = join(folder, database.name)
      const one = await startRegistry(database, { blobs })
      const other = await startRegistry(database, { blobs, database: one.database })
      const token = one.token
      try {
        await one.pushImage('acme/thing', 'stable')
        await Promise.all([warm(one), warm(other)])
        for (let n = 0; n < 10; n++) {
          const { digest } = await one.pushImage('acme/thing', 'stable', { annotations: { n: `${n}` } })
          expect(await stable(one)).toBe(digest)
          await vi.waitFor(async () => expect(await stable(other)).toBe(digest), 5000)
          await warm(other)
        }
        const hidden = { method: 'PUT', headers: { authorization: `Bearer ${token}` } }
        const body = { body: JSON.stringify({ public: false }) }
        const type = { 'content-type': 'application/json' }
        const closed = await other.anonymous('/api/v1/scopes/@acme', {
          ...hidden,
          ...body,
          headers: { ...hidden.headers, ...type },
        })
        expect(closed.status).toBe(200)
        expect((await other.anonymous(PATH)).status).toBe(401)
        await vi.waitFor(async () => expect((await one.anonymous(PATH)).status).toBe(401), 5000)
      } finally {
        await other.close()
        await one.close()
      }
    },
    60_000,
  )

  test.skipIf(database.skip)('are the same bytes as those that were made, for HEAD too', async () => {
    const registry = await startRegistry(database)
    try {
      const name = 'größe \u0000 \u{1f600}'
      const { bytes } = await registry.pushImage('acme/thing', 'stable', { annotations: { name } })
      await warm(registry)
      const response = await registry.anonymous(PATH, { headers: { accept: MANIFEST } })
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes)
      const head = await registry.anonymous(PATH, { method: 'HEAD', headers: { accept: MANIFEST } })
      expect(head.headers.get('content-length')).toBe(String(bytes.length))
    } finally {
      await registry.close()
    }
  })
})

const [, postgres] = DATABASES

describe('the version of a PostgreSQL database', () => {
  test.skipIf(postgres?.skip)(
    'is unknown until writes of others are heard again',
    async () => {
      const url = (await postgres?.create()) ?? ''
      const [db, other] = await Promise.all([openRegistryDatabase(url), openRegistryDatabase(url)])
      const known = (): Promise<number> =>
        vi.waitFor(() => {
          const version = db.version()
          if (version === undefined) throw new Error('not yet')
          return version
        }, 20_000)
      try {
        expect(db.version()).toBeUndefined()
        const before = await known()
        await other.run("INSERT INTO settings (key, value) VALUES ('a', '1')")
        await vi.waitFor(() => expect(db.version()).not.toBe(before))
        const heard = db.version()
        await other.all(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        await vi.waitFor(() => expect(db.version()).toBeUndefined())
        await other.run("INSERT INTO settings (key, value) VALUES ('b', '1')")
        expect(await known()).toBeGreaterThan(heard ?? 0)
      } finally {
        await Promise.all([db.close(), other.close()])
      }
    },
    60_000,
  )
})
