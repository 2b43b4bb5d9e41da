// The same networks with the proxies that companies run: squid with a password, and dante for SOCKS5.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CompanyNetwork, startCompanyNetwork } from '../support/company-network.ts'
import { need } from '../support/need.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { PASSWORD, type RealProxy, startDante, startSquid, USER } from '../support/real-proxies.ts'

describe.skipIf(need('proxy'))('a real proxy', () => {
  let network: CompanyNetwork
  let squid: RealProxy
  let dante: RealProxy

  beforeAll(async () => {
    network = await startCompanyNetwork()
    const names = ['registry', 'files', 'git', 'npm', 'site'].map((name) => `${name}.skills.test`)
    ;[squid, dante] = await Promise.all([startSquid(names), startDante()])
  })
  afterAll(() => Promise.all([squid.close(), dante.close(), network.close()]))

  const skills = (args: readonly string[], env: Record<string, string>, stdin?: string): Promise<Ended> => {
    const folder = mkdtempSync(join(network.root, 'project-'))
    const home = join(folder, 'home')
    mkdirSync(home)
    const { ca } = network.ca
    const trust = {
      NODE_EXTRA_CA_CERTS: ca,
      GIT_SSL_CAINFO: ca,
      npm_config_registry: network.front.url('npm'),
    }
    return runProgram(args, {
      cwd: folder,
      home,
      env: { ...trust, ...env },
      ...(stdin !== undefined && { stdin }),
    })
  }
  const sources = [
    ['an archive', (): string => network.front.url('files', '/s.tgz')],
    ['git', (): string => network.front.url('git', '/o/r.git')],
    ['npm', (): string => 'npm:pkg'],
    ['a site', (): string => `well-known+${network.front.url('site')}`],
  ] as const

  test.each(sources)('squid leads to %s with its password, and not without', async (_, spec) => {
    const words = [USER, PASSWORD].map(encodeURIComponent).join(':')
    const run = await skills(['add', spec(), '--list'], { HTTPS_PROXY: `${words}@${squid.host}` })
    expect(run, run.stderr).toMatchObject({ code: 0 })
    const refused = await skills(['add', spec(), '--list'], { HTTPS_PROXY: squid.host })
    expect(refused, refused.stderr).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('code: proxy_failed')
    expect(refused.stderr).toContain('407')
  })

  test('squid leads to a registry that is logged in to and searched', async () => {
    const words = [USER, PASSWORD].map(encodeURIComponent).join(':')
    const env = { https_proxy: `http://${words}@${squid.host}` }
    const registry = ['--registry', network.front.url('registry')]
    const token = network.registry.firstToken ?? ''
    expect(await skills(['login', ...registry, '--token-stdin'], env, token)).toMatchObject({ code: 0 })
    expect(await skills(['search', 'x', ...registry], env)).toMatchObject({ code: 0 })
  })

  // dante has no file of names, so it is asked for an address: one that is not taken for this machine's own.
  test.each(['socks5', 'socks5h'])('dante leads by %s', async (scheme) => {
    const at = (path: string): string => `https://[::ffff:127.0.0.1]:${network.front.port}${path}`
    const env = { ALL_PROXY: `${scheme}://${dante.host}` }
    const run = await skills(['add', at('/s.tgz'), '--list'], env)
    expect(run, run.stderr).toMatchObject({ code: 0 })
    const gone = await skills(['add', 'https://[::ffff:127.0.0.1]:9/s.tgz', '--list'], env)
    expect(gone.stderr).toContain('code: proxy_failed')
    expect(gone.stderr).toContain('ALL_PROXY')
  })
})
