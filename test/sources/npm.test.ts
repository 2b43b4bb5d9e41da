import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/platform/env.ts'
import { npmSource } from '../../src/sources/npm.ts'
import { npmConfig } from '../../src/sources/npm-config.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { NpmSpec, SourceIo, SourcePolicy } from '../../src/sources/source.ts'
import { answer, startServer, type TestServer } from '../support/http-server.ts'
import { file, tgz } from '../support/tar-builder.ts'

const SKILL = '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# Pdf\n'

let server: TestServer
let root: string

beforeEach(async () => {
  server = await startServer()
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
})
afterEach(async () => {
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

function io(offline = false, policy: SourcePolicy = { registries: {} }): SourceIo {
  const env = { HOME: root, NPM_CONFIG_REGISTRY: server.url('/') }
  return {
    settings: readSettings(env, root),
    signal: new AbortController().signal,
    offline,
    root,
    report: () => {},
    policy: () => policy,
  }
}

const spec = (range?: string): NpmSpec => ({
  kind: 'npm',
  name: 'skill-pdf',
  ...(range !== undefined && { range }),
})

function tarballOf(version: string): Buffer {
  const scripts = { postinstall: 'touch /tmp/never' }
  return tgz(
    file('package/package.json', JSON.stringify({ name: 'skill-pdf', version, scripts })),
    file('package/skills/pdf/SKILL.md', `${SKILL}${version}\n`),
  )
}

/** Versions with the time of their publication. */
function publish(
  versions: Readonly<Record<string, string>>,
  change: (dist: object) => object = (dist) => dist,
): void {
  const entries = Object.keys(versions).map((version) => {
    const bytes = tarballOf(version)
    const path = `/skill-pdf/-/skill-pdf-${version}.tgz`
    server.route(path, bytes)
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
    return [
      version,
      { name: 'skill-pdf', version, dist: change({ tarball: server.url(path), integrity }) },
    ] as const
  })
  const packument = {
    name: 'skill-pdf',
    'dist-tags': { latest: Object.keys(versions).at(-1) },
    versions: Object.fromEntries(entries),
    time: versions,
  }
  server.route('/skill-pdf', answer(200, { 'content-type': 'application/json' }, JSON.stringify(packument)))
}

describe('npmSource', () => {
  test('finds skills inside a package of the registry of the settings', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z', '2.0.0': '2026-02-01T00:00:00Z' })
    const resolution = await npmSource.resolve(spec('^1'), io())
    expect(resolution).toMatchObject({ kind: 'npm', name: 'skill-pdf', version: '1.0.0' })
    expect(resolution.integrity).toMatch(/^sha512-/)
    const tree = await npmSource.open(resolution, io())
    const { files } = await readSkill(tree, { ...resolution, subdir: 'skills/pdf' })
    expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['SKILL.md', `${SKILL}1.0.0\n`],
    ])
  })

  test('opens a tarball again without a network', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' })
    const resolution = await npmSource.resolve(spec(), io())
    await expect(npmSource.open(resolution, io(true))).toThrowCode('offline')
    await npmSource.open(resolution, io())
    const asked = server.log.length
    await npmSource.open(resolution, io(true))
    expect(server.log).toHaveLength(asked)
  })

  test('refuses a tarball that is not the locked one', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' })
    const resolution = await npmSource.resolve(spec(), io())
    server.route('/skill-pdf/-/skill-pdf-1.0.0.tgz', tarballOf('6.6.6'))
    await expect(npmSource.open(resolution, io())).toThrowCode('integrity_mismatch')
  })

  test('refuses a version without a strong digest', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' }, ({ tarball }: { tarball?: string }) => ({
      tarball,
      shasum: '2aae6c35c94fcfb415dbe95f408b9ce91ee846ed',
    }))
    await expect(npmSource.resolve(spec(), io())).toThrowCode('artifact_invalid')
  })

  test('refuses a tarball that would come without encryption', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' }, (dist) => ({ ...dist, tarball: 'http://cdn.example/x.tgz' }))
    await expect(npmSource.resolve(spec(), io())).toThrowCode('source_insecure')
  })

  test('holds back young versions, but not the locked one', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z', '1.1.0': '2026-03-01T00:00:00Z' })
    const publishedBefore = Date.parse('2026-02-01T00:00:00Z')
    const aged = io(false, { registries: {}, publishedBefore })
    expect(await npmSource.resolve(spec('^1'), aged)).toMatchObject({ version: '1.0.0' })
    await expect(npmSource.resolve(spec('1.1.0'), aged)).toThrowCode('version_too_new')
    const locked = await npmSource.resolve(spec('^1'), io())
    expect(await npmSource.newest(spec('^1'), locked, aged)).toMatchObject({ version: '1.1.0' })
  })

  test('says what is missing', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' })
    await expect(npmSource.resolve({ kind: 'npm', name: 'nothing' }, io())).toThrowCode('source_not_found')
    await expect(npmSource.resolve(spec('^3'), io())).toThrowCode('version_not_found')
  })
})

describe('npmConfig', () => {
  test("takes registries and tokens from the user's npmrc, and nothing else", () => {
    const npmrc = [
      '# comment',
      'registry=https://npm.example/',
      '@acme:registry = "https://acme.example/npm"',
      '//acme.example/npm/:_authToken=${ACME_TOKEN}',
      '//npm.example/:_authToken=${MISSING}',
      'script-shell=/bin/evil',
      'node-options=--require=/tmp/x.js',
    ]
    writeFileSync(join(root, '.npmrc'), npmrc.join('\n'))
    expect(npmConfig({ home: root, env: { ACME_TOKEN: 't' } })).toEqual({
      registry: 'https://npm.example/',
      '@acme:registry': 'https://acme.example/npm',
      '//acme.example/npm/:_authToken': 't',
      '//npm.example/:_authToken': '${MISSING}',
    })
    expect(npmConfig({ home: undefined, env: {} })).toEqual({})
  })
})
