// Lists that somebody fills until their answer would be too much for the server or the client.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publish } from '../support/catalogue.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import type { Database } from '../../registry-server/db/database.ts'
import { withinBytes } from '../../registry-server/services/page.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const LIST_BYTES = 20_000

describe.each(DATABASES)('a list on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  let db: Database
  beforeAll(async () => {
    registry = await startRegistry(database, { limits: { listBytes: LIST_BYTES } })
    db = await openRegistryDatabase(registry.database)
  })
  afterAll(async () => {
    await db.close()
    await registry.close()
  })
  const size = async (path: string): Promise<number> => {
    const answer = await registry.fetch(path)
    expect(answer.status, path).toBe(200)
    return (await answer.arrayBuffer()).byteLength
  }

  test('of referrers is in pages of bounded size, and loses none of them', async () => {
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digest('x'), size: 1 }
    const made: string[] = []
    for (let i = 0; i < 12; i++) {
      const version = { 'org.opencontainers.image.version': String(i) }
      const annotations = {
        text: 'x'.repeat(3000),
        more: 'z'.repeat(900),
        long: 'y'.repeat(100_000),
        ...version,
      }
      made.push((await registry.pushImage('acme/many', undefined, { subject, annotations, n: i })).digest)
    }
    const found: { digest: string; annotations: Record<string, string> }[] = []
    let path: string | undefined = `/v2/acme/many/referrers/${subject.digest}`
    let pages = 0
    while (path !== undefined) {
      const answer: Response = await registry.fetch(path)
      const text = await answer.text()
      expect(text.length).toBeLessThan(LIST_BYTES + 1000)
      found.push(...(JSON.parse(text) as { manifests: typeof found }).manifests)
      path = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
      pages++
    }
    expect(found.map((one) => one.digest)).toEqual(made.toSorted())
    expect(pages).toBeGreaterThan(2)
    for (const { annotations } of found) {
      expect(Object.keys(annotations)).toEqual(['org.opencontainers.image.version', 'text', 'more'])
    }
  })

  test('of versions shows the last published, and the others are there by their number', async () => {
    for (let i = 0; i < 40; i++) {
      await publish(db, { name: '@acme/many', version: `1.0.${i}`, description: 'd'.repeat(400) })
    }
    const answer = await registry.json('GET', '/api/v1/skills/@acme/many')
    const { versions } = answer.body as unknown as { versions: { version: string }[] }
    expect(versions[0]?.version).toBe('1.0.39')
    expect(versions.length).toBeLessThan(40)
    expect((await registry.fetch('/api/v1/skills/@acme/many/versions/1.0.0')).status).toBe(200)
    expect(await size('/npm/@acme%2fmany')).toBeLessThan(2 * LIST_BYTES)
    expect(await size('/clawhub/api/v1/skills/many/versions?limit=200')).toBeLessThan(2 * LIST_BYTES)
  })

  test('of skills and their files for other tools is bounded too', async () => {
    for (let i = 0; i < 12; i++) {
      const files = Object.fromEntries(
        Array.from({ length: 40 }, (_, n) => [`docs/${'long'.repeat(20)}-${n}.md`, 'x']),
      )
      await publish(db, { name: `@lots/skill-${i}`, version: '1.0.0', description: 'e'.repeat(3000), files })
    }
    for (const path of [
      '/.well-known/agent-skills/index.json',
      '/.well-known/skills/index.json',
      '/@lots/.well-known/skills/index.json',
      '/marketplace.json',
      '/@lots/marketplace.json',
    ]) {
      expect(await size(path), path).toBeLessThan(LIST_BYTES + 1000)
    }
  })

  test('of tokens is bounded too', async () => {
    const permissions = Array.from({ length: 100 }, (_, n) => `publish:@acme/${'skill-'.repeat(8)}${n}`)
    for (let i = 0; i < 6; i++) await registry.json('POST', '/api/v1/tokens', { name: `t${i}`, permissions })
    expect(await size('/api/v1/tokens')).toBeLessThan(LIST_BYTES + 1000)
  })
})

test('a page always has an entry, so that the next one is another', () => {
  expect(withinBytes(['a'.repeat(100), 'b'], 10)).toEqual(['a'.repeat(100)])
  expect(withinBytes(['a', 'b', 'c'], 9)).toEqual(['a', 'b'])
  expect(withinBytes([], 10)).toEqual([])
})
