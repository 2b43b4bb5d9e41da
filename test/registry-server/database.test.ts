import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { isUnique, openRegistryDatabase } from '../../registry-server/db/open.ts'
import { fillAnnotations } from '../../registry-server/db/listed-annotations.ts'
import { migrate } from '../../registry-server/db/migrate.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'

cleanDatabases()

describe.each(DATABASES)('the database on $name', ({ create, skip }) => {
  test.skipIf(skip)('is migrated once, however many servers start at once', async () => {
    const url = await create()
    const all = await Promise.all([1, 2, 3, 4].map(() => openRegistryDatabase(url)))
    const [first] = all
    expect(await first?.all('SELECT name FROM scopes')).toEqual([])
    await Promise.all(all.map((db) => db.close()))
    await (await openRegistryDatabase(url)).close()
  })

  test.skipIf(skip)('refuses a database of a newer version', async () => {
    const url = await create()
    const db = await openRegistryDatabase(url)
    await db.run('INSERT INTO migrations (name, at) VALUES (?, ?)', ['9999-future', ''])
    await expect(migrate(db)).toThrowCode('database_invalid')
    await db.close()
  })

  test.skipIf(skip)(
    'fills the columns for lists from manifests that were there before, whatever they hold',
    async () => {
      const db = await openRegistryDatabase(await create())
      await db.run("INSERT INTO scopes (name, created_at) VALUES ('acme', '')")
      await db.run(
        "INSERT INTO repositories (name, scope_id, created_at) SELECT 'acme/a', id, '' FROM scopes",
      )
      const texts = [
        '{"annotations":{"a":"\\u0000 \\ud800","b":1,"c":"\u2603"}}',
        '\uFEFF{"annotations":{"a":"after a mark"}}',
        `{"annotations":{"a":"x"},"deep":${'['.repeat(12_000)}${']'.repeat(12_000)}}`,
        '{"annotations":"text"}',
        '{"annotations":[1]}',
        'no JSON',
        ...Array.from({ length: 20 }, (_, at) => `{"annotations":{"at":"${at}"}}`),
      ]
      for (const [at, text] of texts.entries()) {
        await db.run(
          `INSERT INTO manifests (repository_id, digest, media_type, subject, size, bytes, created_at)
         SELECT id, ?, '', 'sha256:0', 1, ?, '' FROM repositories`,
          [`sha256:${String(at).padStart(3, '0')}`, Buffer.from(text)],
        )
      }
      await db.transaction(fillAnnotations)
      const rows = await db.all<{ annotations: string | null }>(
        'SELECT annotations FROM manifests ORDER BY digest',
      )
      expect(rows.slice(0, 7).map(({ annotations }) => annotations)).toEqual([
        '{"a":"\\u0000 \\ud800","c":"\u2603"}',
        '{"a":"after a mark"}',
        '{"a":"x"}',
        null,
        null,
        null,
        '{"at":"0"}',
      ])
      expect(rows.at(-1)?.annotations).toBe('{"at":"19"}')
      await db.close()
    },
  )

  test.skipIf(skip)(
    'keeps nothing of a transaction that throws, and shows nothing of one under way',
    async () => {
      const db = await openRegistryDatabase(await create())
      const add = 'INSERT INTO settings (key, value) VALUES (?, ?)'
      await expect(
        db.transaction(async (tx) => {
          await tx.run(add, ['a', '1'])
          expect(await tx.one('SELECT value FROM settings WHERE key = ?', ['a'])).toEqual({ value: '1' })
          expect(await db.one('SELECT value FROM settings WHERE key = ?', ['a'])).toBeUndefined()
          throw new Error('no')
        }),
      ).rejects.toThrow('no')
      expect(await db.all('SELECT * FROM settings')).toEqual([])
      await db.close()
    },
  )

  test.skipIf(skip)(
    'keeps all or nothing of a transaction that goes to the disk with the next one',
    async () => {
      const url = await create()
      const db = await openRegistryDatabase(url)
      const add = (key: string): Promise<unknown> =>
        db.transaction(
          async (tx) => {
            await tx.run("INSERT INTO settings (key, value) VALUES ('both', ?)", [key])
            await tx.run("INSERT INTO settings (key, value) VALUES (?, '')", [key])
          },
          { early: true },
        )
      await add('a')
      await expect(add('b')).rejects.toThrow()
      await db.run("INSERT INTO settings (key, value) VALUES ('c', '')")
      await db.close()
      const again = await openRegistryDatabase(url)
      expect(await again.all('SELECT key, value FROM settings ORDER BY key')).toEqual([
        { key: 'a', value: '' },
        { key: 'both', value: 'a' },
        { key: 'c', value: '' },
      ])
      await again.close()
    },
  )

  test.skipIf(skip)('runs transactions on one key one after another', async () => {
    const db = await openRegistryDatabase(await create())
    await db.run("INSERT INTO settings (key, value) VALUES ('n', '0')")
    await Promise.all(
      Array.from({ length: 20 }, () =>
        db.transaction(async (tx) => {
          await tx.lock('n')
          const row = await tx.one<{ value: string }>("SELECT value FROM settings WHERE key = 'n'")
          await tx.run("UPDATE settings SET value = ? WHERE key = 'n'", [String(Number(row?.value) + 1)])
        }),
      ),
    )
    expect(await db.slow("SELECT value FROM settings WHERE key = 'n'")).toEqual([{ value: '20' }])
    await db.close()
  })

  test.skipIf(skip)('gives numbers, bytes and null back as they were, and tells a taken key', async () => {
    const db = await openRegistryDatabase(await create())
    const at = new Date(0).toISOString()
    await db.run('INSERT INTO scopes (name, created_at) VALUES (?, ?)', ['s', at])
    await db.run('INSERT INTO repositories (name, scope_id, created_at) VALUES (?, 1, ?)', ['s/a', at])
    await db.run(
      'INSERT INTO manifests (repository_id, digest, media_type, size, bytes, created_at) VALUES (1, ?, ?, ?, ?, ?)',
      ['sha256:1', 'x', 2 ** 40, Buffer.from([0, 255]), at],
    )
    const row = await db.one<{ bytes: Buffer }>(
      "SELECT repository_id, size, bytes, subject FROM manifests WHERE digest = 'sha256:1'",
    )
    expect(row).toMatchObject({ repository_id: 1, size: 2 ** 40, subject: null })
    expect([...(row?.bytes ?? [])]).toEqual([0, 255])
    const again = db.run('INSERT INTO scopes (name, created_at) VALUES (?, ?)', ['s', at])
    expect(isUnique(await again.catch((error: unknown) => error))).toBe(true)
    await db.close()
  })

  test.skipIf(skip)('sorts and compares keys by bytes', async () => {
    const db = await openRegistryDatabase(await create())
    for (const key of ['b', 'B', 'a_', 'a-', 'é']) {
      await db.run("INSERT INTO settings (key, value) VALUES (?, '')", [key])
    }
    const rows = await db.all<{ key: string }>('SELECT key FROM settings ORDER BY key')
    expect(rows.map(({ key }) => key)).toEqual(['B', 'a-', 'a_', 'b', 'é'])
    await db.close()
  })
})

describe('a database that fails', () => {
  test('is told without its password when nobody listens', async () => {
    const { port, close } = await freePort()
    await close()
    const open = openRegistryDatabase(`postgres://skills:hidden@127.0.0.1:${port}/skills`)
    const error: unknown = await open.catch((caught: unknown) => caught)
    await expect(() => Promise.reject(error)).toThrowCode('database_failed')
    expect(String(error)).not.toContain('hidden')
  })

  test('tells a slow read that it refuses, and goes on', async () => {
    const [sqlite] = DATABASES
    const db = await openRegistryDatabase((await sqlite?.create()) ?? '')
    await expect(db.slow('SELECT * FROM nowhere')).toThrowCode('database_failed')
    expect(await db.slow('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await db.close()
  })
})

/** A port of the loopback on which nobody else listens until `close`. */
async function freePort(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) }
}
