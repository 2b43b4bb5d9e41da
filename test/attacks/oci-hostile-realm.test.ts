// A registry names any place it likes for its login. The credential goes only where its owner could have had it anyway.
import { afterEach, describe, expect, test } from 'vitest'
import { ociClient } from '../../src/oci/client.ts'
import type { Credential } from '../../src/oci/credential.ts'
import { realmMayHaveCredential, realmProblem, registrableDomain } from '../../src/oci/realm.ts'
import { startFakeOci, type FakeOci, type FakeOciOptions } from '../support/fake-oci.ts'

const USER = { name: 'someone', password: 'hunter2' }
const BASIC: Credential = { kind: 'basic', username: USER.name, password: USER.password }

const fakes: FakeOci[] = []
afterEach(() => Promise.all(fakes.splice(0).map((fake) => fake.close())))
async function start(options: FakeOciOptions): Promise<FakeOci> {
  const fake = await startFakeOci({ user: USER, ...options })
  fakes.push(fake)
  return fake
}

const everything = (fake: FakeOci): string => fake.log.map((entry) => JSON.stringify(entry)).join('\n')
const may = (registry: string, realm: string, trusted?: readonly string[]): boolean =>
  realmMayHaveCredential(new URL(registry), new URL(realm), trusted)

describe('the credential', () => {
  test('does not go to a token service of somebody else', async () => {
    const thief = await start({ auth: 'bearer' })
    const registry = await start({
      auth: 'bearer',
      realm: `http://localhost:${thief.host.split(':')[1]}/token`,
    })
    const client = ociClient({ registry: registry.host, credentials: async () => BASIC })
    await expect(client.listTags('r')).toThrowCode('realm_refused')
    expect(thief.log).toEqual([])
    expect(everything(registry)).not.toContain('hunter2')
  })

  test('does not go to a token service of somebody else as an identity token either', async () => {
    const thief = await start({ auth: 'bearer', identityToken: 'refresh' })
    const registry = await start({
      auth: 'bearer',
      realm: `http://localhost:${thief.host.split(':')[1]}/token`,
    })
    const client = ociClient({
      registry: registry.host,
      credentials: async () => ({ kind: 'identity', token: 'refresh' }),
    })
    await expect(client.listTags('r')).toThrowCode('realm_refused')
    expect(thief.log).toEqual([])
  })

  test('goes to one that the user named', async () => {
    const service = await start({ auth: 'bearer' })
    const registry = await start({
      auth: 'bearer',
      realm: `http://localhost:${service.host.split(':')[1]}/token`,
    })
    const credentials = async (): Promise<Credential> => BASIC
    await ociClient({ registry: registry.host, credentials, realms: ['localhost'] }).listTags('r')
    expect(service.log).toHaveLength(1)
  })

  test('is asked for nothing but the repository at hand', async () => {
    const scope = 'repository:somebody/private:pull,push,delete'
    const registry = await start({ auth: 'bearer', challengeScope: scope })
    registry.options.realm = `${registry.origin}/token?scope=${scope}&account=admin&service=else`
    await ociClient({ registry: registry.host, credentials: async () => BASIC }).listTags('o/r')
    const asked = registry.log.find(({ line }) => line.includes('/token'))?.line ?? ''
    const query = new URL(asked.split(' ')[1] ?? '', registry.origin).searchParams
    expect(query.getAll('scope')).toEqual(['repository:o/r:pull'])
    expect(query.getAll('account')).toEqual([USER.name])
    expect(query.getAll('service')).toEqual(['fake'])
  })

  test('does not follow a redirect of the token service', async () => {
    const thief = await start({})
    const registry = await start({ auth: 'bearer' })
    registry.options.fail = (request) =>
      request.url?.startsWith('/token')
        ? { status: 307, headers: { location: `${thief.origin}/token` } }
        : undefined
    const client = ociClient({ registry: registry.host, credentials: async () => BASIC })
    await expect(client.listTags('r')).toThrowCode('redirect_refused')
    expect(thief.log).toEqual([])
  })
})

describe('a realm', () => {
  test.each([
    'http://ghcr.io/token',
    'ftp://ghcr.io/token',
    'file:///etc/passwd',
    'https://user:pass@ghcr.io/token',
    'https://169.254.169.254/latest/meta-data',
    'https://127.0.0.1/token',
    'https://localhost/token',
    'https://10.0.0.1/token',
    'https://[::1]/token',
    'https://metadata.internal/token',
    'https://intranet/token',
  ])('of a public registry is never %s, not even without a credential', (realm) => {
    expect(realmProblem(new URL('https://ghcr.io'), new URL(realm))).toBeDefined()
    expect(may('https://ghcr.io', realm)).toBe(false)
  })

  test('that is no URL is refused', async () => {
    for (const realm of ['', 'nonsense', '//x', 'javascript:alert(1)']) {
      const registry = await start({ auth: 'bearer', realm })
      await expect(ociClient({ registry: registry.host }).listTags('r')).toThrowCode('realm_refused')
    }
  })

  test('may have the credential on the same host, a sibling, or a known service', () => {
    expect(may('https://ghcr.io', 'https://ghcr.io/token')).toBe(true)
    expect(may('https://registry.gitlab.com', 'https://gitlab.com/jwt/auth')).toBe(true)
    expect(may('https://registry.example.co.uk', 'https://gitlab.example.co.uk/jwt')).toBe(true)
    expect(may('https://registry-1.docker.io', 'https://auth.docker.io/token')).toBe(true)
    expect(may('https://europe-docker.pkg.dev', 'https://oauth2.googleapis.com/token')).toBe(true)
    expect(may('https://team.azurecr.io', 'https://login.microsoftonline.com/x')).toBe(true)
    expect(may('https://a.example', 'https://b.other/token', ['b.other'])).toBe(true)
    expect(may('http://127.0.0.1:5000', 'http://127.0.0.1:5001/token')).toBe(true)
  })

  test('may not have it on a stranger’s host, however alike the names are', () => {
    for (const [registry, realm] of [
      ['https://ghcr.io', 'https://evil-ghcr.io/token'],
      ['https://ghcr.io', 'https://ghcr.io.evil.example/token'],
      ['https://team.azurecr.io', 'https://thief.azurecr.io/token'],
      ['https://team.jfrog.io', 'https://thief.jfrog.io/token'],
      ['https://1.dkr.ecr.us-east-1.amazonaws.com', 'https://thief.s3.amazonaws.com/token'],
      ['https://shop.co.uk', 'https://thief.co.uk/token'],
      ['https://a.com.au', 'https://b.com.au/token'],
      ['https://quay.io', 'https://auth.docker.io/token'],
      ['https://evildocker.io', 'https://auth.docker.io/token'],
      ['https://evilpkg.dev', 'https://oauth2.googleapis.com/token'],
      ['http://10.0.0.1:5000', 'https://10.0.0.2/token'],
      ['http://registry.lan', 'http://other.lan/token'],
    ] as const) {
      expect(may(registry, realm), `${registry} -> ${realm}`).toBe(false)
    }
  })

  test('has no owner that could be told from an address, one label or a shared suffix', () => {
    for (const host of ['10.0.0.1', '[::1]', 'localhost', 'co.uk', 'a.run.app', 'x.ts.net']) {
      expect(registrableDomain(host), host).toBeUndefined()
    }
    expect(registrableDomain('a.b.example.org')).toBe('example.org')
    expect(registrableDomain('a.b.example.com.au.')).toBe('example.com.au')
  })
})
