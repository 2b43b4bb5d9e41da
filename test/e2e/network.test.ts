// Networks as companies have them: the built program behind proxies and among certificates of an own authority.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CompanyNetwork, startCompanyNetwork } from '../support/company-network.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { startProxy, type TestProxy } from '../support/proxy.ts'

const SKILL = fileURLToPath(new URL('../../fixtures/skills/csv-report', import.meta.url))
const PASSWORD = 'p@ss:w/rd'

let network: CompanyNetwork
let proxy: TestProxy
let trust: Record<string, string>
let through: string

beforeAll(async () => {
  network = await startCompanyNetwork()
  proxy = await startProxy({ user: 'me', password: PASSWORD })
  through = `http://me:${encodeURIComponent(PASSWORD)}@${proxy.host}`
  const { ca } = network.ca
  trust = { NODE_EXTRA_CA_CERTS: ca, GIT_SSL_CAINFO: ca, npm_config_registry: network.front.url('npm') }
})
afterAll(() => Promise.all([proxy.close(), network.close()]))

/** A command in a project and with a home of its own. */
async function skills(
  args: readonly string[],
  env: Record<string, string>,
  { stdin, home }: { readonly stdin?: string; readonly home?: string } = {},
): Promise<Ended> {
  const folder = mkdtempSync(join(network.root, 'project-'))
  const at = home ?? join(folder, 'home')
  mkdirSync(at, { recursive: true })
  const ended = await runProgram(args, { cwd: folder, home: at, env, ...(stdin !== undefined && { stdin }) })
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)])
    expect(ended.stdout + ended.stderr).not.toContain(secret)
  return ended
}

const asked = (name: string): boolean => proxy.asked.includes(`${name}.skills.test:${network.front.port}`)

describe('behind a proxy with a password, and an own authority', () => {
  test('logs in, publishes and searches', async () => {
    const registry = network.front.url('registry')
    const env = { ...trust, HTTPS_PROXY: through }
    const home = mkdtempSync(join(network.root, 'home-'))
    const as = (args: readonly string[], stdin?: string) =>
      skills(args, env, { home, ...(stdin !== undefined && { stdin }) })
    const token = network.registry.firstToken ?? ''
    expect(await as(['login', '--registry', registry, '--token-stdin'], token)).toMatchObject({ code: 0 })
    expect(await as(['scope', 'create', '@acme', '--registry', registry])).toMatchObject({ code: 0 })
    const folder = join(mkdtempSync(join(network.root, 'author-')), 'csv-report')
    cpSync(SKILL, folder, { recursive: true })
    const markdown = join(folder, 'SKILL.md')
    const released = readFileSync(markdown, 'utf8').replace(/^( +version:).*$/m, '$1 "1.0.0"')
    writeFileSync(markdown, released)
    const published = await as(['publish', folder, '--scope', '@acme', '--registry', registry])
    expect(published).toMatchObject({ code: 0 })
    const found = await as(['search', 'csv', '--registry', registry])
    expect(found).toMatchObject({ code: 0 })
    expect(found.stdout).toContain('@acme/csv-report')
    const added = await as(['add', '@acme/csv-report', '--registry', registry, '--list'])
    expect(added).toMatchObject({ code: 0 })
    const { port } = network.front
    const oci = await as(['add', `oci://registry.skills.test:${port}/acme/csv-report:1.0.0`, '--list'])
    expect(oci).toMatchObject({ code: 0 })
    expect(new Set(proxy.asked)).toEqual(new Set([`registry.skills.test:${port}`]))
  })

  test.each([
    ['an archive', 'files', (): string => network.front.url('files', '/s.tgz'), 'from-archive'],
    ['git', 'git', (): string => network.front.url('git', '/o/r.git'), 'from-git'],
    ['npm', 'npm', (): string => 'npm:pkg', 'from-npm'],
    ['a site', 'site', (): string => `well-known+${network.front.url('site')}`, 'from-site'],
  ])('lists the skills of %s', async (_, name, spec, skill) => {
    for (const env of [{ HTTPS_PROXY: through }, { all_proxy: through.replace('http://', '') }]) {
      proxy.asked.length = 0
      const run = await skills(['add', spec(), '--list'], { ...trust, ...env })
      expect(run, run.stderr).toMatchObject({ code: 0 })
      expect(run.stdout).toContain(skill)
      expect(asked(name)).toBe(true)
    }
  })

  test.each([
    ['an archive', (): string => network.front.url('files', '/s.tgz')],
    ['git', (): string => network.front.url('git', '/o/r.git')],
    ['npm', (): string => 'npm:pkg'],
    ['OCI', (): string => `oci://registry.skills.test:${network.front.port}/acme/x:1`],
  ])('without the password, the error of %s names the variable and the proxy', async (_, spec) => {
    const run = await skills(['add', spec(), '--list'], {
      ...trust,
      HTTPS_PROXY: `http://me:wrong@${proxy.host}`,
    })
    expect(run).toMatchObject({ code: 1 })
    expect(run.stderr).toContain('code: proxy_failed')
    expect(run.stderr).toContain(`HTTPS_PROXY`)
    expect(run.stderr).toContain(proxy.host)
    expect(run.stderr).toContain('407')
    expect(run.stderr).not.toContain('wrong')
  })

  test.each([
    ['an archive', (): string => network.front.url('files', '/s.tgz'), 'NODE_EXTRA_CA_CERTS'],
    ['git', (): string => network.front.url('git', '/o/r.git'), 'GIT_SSL_CAINFO'],
    ['npm', (): string => 'npm:pkg', 'cafile'],
    ['OCI', (): string => `oci://registry.skills.test:${network.front.port}/acme/x:1`, 'NODE_EXTRA_CA_CERTS'],
    [
      'a registry',
      (): string => `@acme/x --registry ${network.front.url('registry')}`,
      'NODE_EXTRA_CA_CERTS',
    ],
  ])('without the authority, the error of %s names the variable to set', async (_, spec, variable) => {
    const env = { HTTPS_PROXY: through, npm_config_registry: network.front.url('npm') }
    const run = await skills(['add', ...spec().split(' '), '--list'], env)
    expect(run).toMatchObject({ code: 1 })
    expect(run.stderr).toContain('code: certificate_untrusted')
    expect(run.stderr).toContain(variable)
  })

  test("an npm source takes the authority of npm's cafile", async () => {
    const env = {
      HTTPS_PROXY: through,
      npm_config_registry: network.front.url('npm'),
      npm_config_cafile: network.ca.ca,
    }
    expect(await skills(['add', 'npm:pkg', '--list'], env)).toMatchObject({ code: 0 })
  })

  test('a host of NO_PROXY is not asked through the proxy', async () => {
    const env = { ...trust, HTTPS_PROXY: through, NO_PROXY: 'other.test,*.skills.test' }
    for (const spec of [
      network.front.url('files', '/s.tgz'),
      network.front.url('git', '/o/r.git'),
      'npm:pkg',
    ]) {
      proxy.asked.length = 0
      expect(await skills(['add', spec, '--list'], env)).toMatchObject({ code: 1 })
      expect(proxy.asked).toEqual([])
    }
  })

  test('this machine is asked without a proxy, by git too', async () => {
    const env = { ...trust, HTTPS_PROXY: through }
    for (const path of ['/s.tgz', '/o/r.git']) {
      proxy.asked.length = 0
      await skills(['add', `https://127.0.0.1:${network.front.port}${path}`, '--list'], env)
      expect(proxy.asked).toEqual([])
    }
  })
})

test.each([
  ['an archive', (): string => network.front.url('files', '/s.tgz')],
  ['git', (): string => network.front.url('git', '/o/r.git')],
  ['npm', (): string => 'npm:pkg'],
])('where no proxy listens, the error of %s names the variable and the proxy', async (_, spec) => {
  const gone = await startProxy()
  await gone.close()
  const run = await skills(['add', spec(), '--list'], {
    ...trust,
    ALL_PROXY: `http://me:${encodeURIComponent(PASSWORD)}@${gone.host}`,
  })
  expect(run).toMatchObject({ code: 1 })
  expect(run.stderr).toContain('code: proxy_failed')
  expect(run.stderr).toContain(`${gone.host}, which ALL_PROXY names`)
})

test('a proxy that is itself asked over TLS', async () => {
  const { cert, key } = network.ca
  const secure = await startProxy({
    user: 'me',
    password: PASSWORD,
    tls: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
  })
  try {
    const HTTPS_PROXY = `https://me:${encodeURIComponent(PASSWORD)}@${secure.host}`
    const spec = network.front.url('files', '/s.tgz')
    expect(await skills(['add', spec, '--list'], { ...trust, HTTPS_PROXY })).toMatchObject({ code: 0 })
    expect(secure.asked).toEqual([`files.skills.test:${network.front.port}`])
    const untrusted = await skills(['add', spec, '--list'], { HTTPS_PROXY })
    expect(untrusted.stderr).toContain('NODE_EXTRA_CA_CERTS')
    expect(untrusted.stderr).toContain(secure.host)
  } finally {
    await secure.close()
  }
})
