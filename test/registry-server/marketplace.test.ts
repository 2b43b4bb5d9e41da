import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pacote from 'pacote'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

interface Marketplace {
  name: string
  owner: { name: string }
  plugins: { name: string; source: { source: string; package: string; version: string; registry: string } }[]
}

describe.each(DATABASES)('the marketplace on $name', (database) => {
  const { skip } = database
  let registry: TestRegistry
  const marketplace = async (path: string): Promise<Marketplace> =>
    (await (await registry.anonymous(path)).json()) as Marketplace

  beforeAll(async () => {
    if (skip) return
    registry = await startRegistry(database)
    for (const [name, version] of [
      ['@acme/pdf', '1.0.0'],
      ['@acme/pdf', '1.1.0-rc.1'],
      ['@other/notes', '2.0.0'],
    ] as const) {
      const skill = { name, version, files: { 'run.sh': '#!/bin/sh\n' } }
      await push((path, init) => registry.fetch(path, init), artifactOf(skill, filesToPublish(skill)))
    }
  }, 120_000)
  afterAll(() => registry?.close())

  test.skipIf(skip)('names a plugin a skill, for the registry and for a scope', async () => {
    const all = await marketplace('/marketplace.json')
    expect(all.name).toMatch(/^[a-z0-9-]+$/)
    expect(all.plugins.map(({ name }) => name)).toEqual(['notes', 'pdf'])
    expect(all.plugins[1]?.source).toEqual({
      source: 'npm',
      package: '@acme/pdf',
      version: '1.0.0',
      registry: `${registry.url}/npm/`,
    })
    const scope = await marketplace('/@acme/.claude-plugin/marketplace.json')
    expect(scope).toMatchObject({ name: 'acme', owner: { name: '@acme' } })
    expect(scope.plugins).toHaveLength(1)
  })
  test.skipIf(skip)('does not let an asked host into the answers of others', async () => {
    const response = await registry.anonymous('/marketplace.json')
    expect(response.headers.get('cache-control')).toMatch(/^private/)
  })
  test.skipIf(skip)('pacote reads the packages and finds a plugin in them', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'pacote-'))
    const options = { registry: `${registry.url}/npm/`, cache, preferOnline: true }
    try {
      const manifest = await pacote.manifest('@acme/pdf@^1.0.0', options)
      expect(manifest.version).toBe('1.0.0')
      const packument = await pacote.packument('@acme/pdf', options)
      expect(packument.versions['1.1.0-rc.1']).toBeDefined()
      const bytes = await pacote.tarball('@acme/pdf@1.0.0', options)
      expect(`sha512-${createHash('sha512').update(bytes).digest('base64')}`).toBe(
        String(packument.versions['1.0.0']?.dist.integrity),
      )
      const target = join(cache, 'out')
      await pacote.extract('@acme/pdf@1.0.0', target, options)
      const { readFileSync } = await import('node:fs')
      expect(readFileSync(join(target, 'skills/pdf/SKILL.md'), 'utf8')).toContain('name: pdf')
      expect(JSON.parse(readFileSync(join(target, '.claude-plugin/plugin.json'), 'utf8'))).toMatchObject({
        name: 'pdf',
      })
    } finally {
      rmSync(cache, { recursive: true, force: true })
    }
  })
  test.skipIf(skip)('has no package that is no skill', async () => {
    for (const path of [
      '/npm/@acme%2fnone',
      '/npm/@acme',
      '/npm/@acme/pdf/-/pdf-9.9.9.tgz',
      '/npm/@acme/pdf/-/x.tgz',
    ]) {
      expect((await registry.anonymous(path)).status).toBe(404)
    }
  })
})
