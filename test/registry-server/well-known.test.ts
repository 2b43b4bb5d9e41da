import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { readArchive } from '../../src/platform/archive.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

interface Index {
  $schema?: string
  skills: { name: string; type?: string; description: string; url: string; digest: string; files: string[] }[]
}

describe.each(DATABASES)('well-known indexes on $name', (database) => {
  const { skip } = database
  let registry: TestRegistry
  const index = async (path: string): Promise<Index> =>
    (await (await registry.anonymous(path)).json()) as Index

  beforeAll(async () => {
    if (skip) return
    registry = await startRegistry(database)
    for (const [name, version] of [
      ['@acme/pdf', '1.0.0'],
      ['@other/pdf', '9.0.0'],
      ['@other/notes', '1.0.0+b.1'],
    ] as const) {
      const skill = {
        name,
        version,
        files: { 'bin/run.sh': '#!/bin/sh\n', [`long/${'x'.repeat(120)}.txt`]: 'x', 'ü.txt': 'y' },
      }
      const response = await push(
        (path, init) => registry.fetch(path, init),
        artifactOf(skill, filesToPublish(skill)),
      )
      expect(response.status).toBe(201)
    }
  }, 120_000)
  afterAll(() => registry?.close())

  test.skipIf(skip)('the index 0.2.0 names archives with the digests that they have', async () => {
    const { $schema, skills } = await index('/.well-known/agent-skills/index.json')
    expect($schema).toBe('https://schemas.agentskills.io/discovery/0.2.0/schema.json')
    expect(skills.map(({ name }) => name)).toEqual(['notes', 'pdf'])
    for (const { url, type, digest, name } of skills) {
      expect(type).toBe('archive')
      const response = await registry.anonymous(`/.well-known/agent-skills/${url}`)
      expect(response.headers.get('content-type')).toBe('application/gzip')
      const bytes = Buffer.from(await response.arrayBuffer())
      expect(sha256Digest(bytes)).toBe(digest)
      const entries = await readArchive(bytes)
      expect(entries.map(({ path }) => path)).toEqual([
        'SKILL.md',
        'bin/run.sh',
        `long/${'x'.repeat(120)}.txt`,
        'ü.txt',
      ])
      expect(entries[0]?.bytes.toString()).toContain(`name: ${name}`)
    }
  })
  test.skipIf(skip)(
    'a name means the oldest skill that has it; each scope has an index of its own',
    async () => {
      const { skills } = await index('/.well-known/agent-skills/index.json')
      expect(skills.find(({ name }) => name === 'pdf')?.url).toBe('pdf/1.0.0.tar.gz')
      const scope = await index('/@other/.well-known/agent-skills/index.json')
      expect(scope.skills.map(({ name, url }) => `${name} ${url}`)).toEqual([
        'notes notes/1.0.0%2Bb.1.tar.gz',
        'pdf pdf/9.0.0.tar.gz',
      ])
      const response = await registry.anonymous('/@other/.well-known/agent-skills/pdf/9.0.0.tar.gz')
      expect(response.status).toBe(200)
      expect((await registry.anonymous('/.well-known/agent-skills/pdf/9.0.0.tar.gz')).status).toBe(404)
    },
  )
  test.skipIf(skip)('the first form of the index names single files', async () => {
    const { skills } = await index('/.well-known/skills/index.json')
    expect(skills.find(({ name }) => name === 'pdf')?.files).toContain('bin/run.sh')
    const file = await registry.anonymous('/.well-known/skills/pdf/bin/run.sh')
    expect(await file.text()).toBe('#!/bin/sh\n')
    expect((await registry.anonymous('/.well-known/skills/pdf/none')).status).toBe(404)
  })
  test.skipIf(skip)('yanked and private skills are in no index', async () => {
    await registry.json('POST', '/api/v1/skills/@other/notes/versions/1.0.0%2Bb.1/yank', { reason: 'old' })
    expect((await index('/.well-known/agent-skills/index.json')).skills.map(({ name }) => name)).toEqual([
      'pdf',
    ])
    await registry.json('PUT', '/api/v1/scopes/@other', { public: false })
    expect((await index('/@other/.well-known/agent-skills/index.json')).skills).toEqual([])
    expect((await registry.anonymous('/@other/.well-known/agent-skills/pdf/9.0.0.tar.gz')).status).toBe(404)
  })
})
