// A blob that the database names and the store has not: the same words on every face.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

let registry: TestRegistry
let digests: string[]
beforeAll(async () => {
  const first = await startRegistry(SQLITE)
  const skill = { name: '@acme/lost', version: '1.0.0' }
  const artifact = artifactOf(skill, filesToPublish(skill))
  expect((await push((path, init) => first.fetch(path, init), artifact)).status).toBe(201)
  digests = [...artifact.blobs.keys()]
  await first.running.close()
  for (const digest of digests) {
    rmSync(join(first.data, 'blobs', 'sha256', digest.slice(7, 9), digest.slice(7)))
  }
  // Without what the other had in memory.
  registry = await startRegistry(SQLITE, { data: first.data, database: first.database })
})
afterAll(() => registry.close())

test.each(['/api/v1/skills/@acme/lost/versions/1.0.0/files/SKILL.md', '/npm/@acme/lost/-/lost-1.0.0.tgz'])(
  'is told at %s',
  async (path) => {
    const answer = await registry.anonymous(path)
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining('The registry has lost the blob sha256:'),
    ])
  },
)

test('is told to OCI clients, as unknown', async () => {
  for (const digest of digests) {
    const answer = await registry.anonymous(`/v2/acme/lost/blobs/${digest}`)
    const { errors } = (await answer.json()) as { errors: { code: string; detail: { code: string } }[] }
    expect([answer.status, errors[0]?.code, errors[0]?.detail.code]).toEqual([
      404,
      'BLOB_UNKNOWN',
      'registry_damaged',
    ])
  }
})
