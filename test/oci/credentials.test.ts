import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Credential } from '../../src/oci/credential.ts'
import { storedCredentials } from '../../src/oci/credentials.ts'

interface Home {
  readonly home: string
  find(registry: string, repository?: string): Promise<Credential | undefined>
  docker(config: unknown): void
  podman(config: unknown): void
  helper(name: string, script: string): void
}

function makeHome(): Home {
  const home = mkdtempSync(join(tmpdir(), 'credentials-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const runtime = join(home, 'run')
  const bin = join(home, 'bin')
  const put = (path: string, value: unknown): void => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  }
  const env = { XDG_RUNTIME_DIR: runtime, PATH: `${bin}:${process.env.PATH}` }
  return {
    home,
    find: (registry, repository = 'o/r') => storedCredentials({ env, home })(registry, repository),
    docker: (config) => put(join(home, '.docker/config.json'), config),
    podman: (config) => put(join(runtime, 'containers/auth.json'), config),
    helper(name, script) {
      put(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`)
      chmodSync(join(bin, `docker-credential-${name}`), 0o755)
    },
  }
}

const auth = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString('base64') })
const basic = (username: string, password: string): Credential => ({ kind: 'basic', username, password })

describe('files', () => {
  test('of Docker and Podman are asked in turn, for exactly the host', async () => {
    const at = makeHome()
    expect(await at.find('ghcr.io')).toBeUndefined()
    at.docker({
      auths: {
        'ghcr.io': auth('a:b:c'),
        'https://other.example/v2/': auth('d:e'),
        'example.org:5000': auth('f:g'),
      },
    })
    at.podman({ auths: { 'ghcr.io': auth('x:y'), 'quay.io': auth('p:q') } })
    expect(await at.find('ghcr.io')).toEqual(basic('a', 'b:c'))
    expect(await at.find('other.example')).toEqual(basic('d', 'e'))
    expect(await at.find('quay.io')).toEqual(basic('p', 'q'))
    expect(await at.find('example.org:5000')).toEqual(basic('f', 'g'))
    for (const host of [
      'example.org',
      'example.org:5001',
      'evil-ghcr.io',
      'ghcr.io.evil.example',
      'io',
      'hcr.io',
      'ghcr.io:443',
    ]) {
      expect(await at.find(host), host).toBeUndefined()
    }
  })

  test('know Docker Hub by its old address', async () => {
    const at = makeHome()
    at.docker({ auths: { 'https://index.docker.io/v1/': auth('hub:pass') } })
    expect(await at.find('docker.io')).toEqual(basic('hub', 'pass'))
  })

  test('may name a namespace, and the longest that fits wins', async () => {
    const at = makeHome()
    at.podman({
      auths: {
        'quay.io': auth('all:1'),
        'quay.io/team': auth('team:2'),
        'quay.io/team/deep': auth('deep:3'),
      },
    })
    expect(await at.find('quay.io', 'team/deep/pdf')).toEqual(basic('deep', '3'))
    expect(await at.find('quay.io', 'team/pdf')).toEqual(basic('team', '2'))
    expect(await at.find('quay.io', 'teammate/pdf')).toEqual(basic('all', '1'))
  })

  test('may hold an identity token or a registry token', async () => {
    const at = makeHome()
    at.docker({
      auths: { 'a.azurecr.io': { ...auth('u:'), identitytoken: 'refresh' }, b: { registrytoken: 'send-me' } },
    })
    expect(await at.find('a.azurecr.io')).toEqual({ kind: 'identity', token: 'refresh' })
    expect(await at.find('b')).toEqual({ kind: 'bearer', token: 'send-me' })
  })

  test('that are broken are named, and what stands in them is not shown', async () => {
    for (const text of [
      '{"auths": {"ghcr.io": {"auth": "c2VjcmV0"}',
      '[]',
      { auths: 'secret' },
      { auths: { 'ghcr.io': auth('secret') } },
    ]) {
      const at = makeHome()
      at.docker(text)
      await expect(at.find('ghcr.io')).toThrowCode('credentials_invalid')
      const error: unknown = await at.find('ghcr.io').catch((caught: unknown) => caught)
      expect(JSON.stringify([String(error), error])).not.toMatch(/secret|c2VjcmV0/)
    }
  })

  test('that are empty, or hold nothing for the host, are no problem', async () => {
    const at = makeHome()
    at.docker('')
    at.podman({ auths: { 'ghcr.io': {} } })
    expect(await at.find('ghcr.io')).toBeUndefined()
  })
})

describe('helpers', () => {
  test('get the server on standard input and answer with a name and a secret', async () => {
    const at = makeHome()
    at.helper('vault', `cat > ${at.home}/asked; echo '{"ServerURL":"x","Username":"me","Secret":"s3cret"}'`)
    at.docker({ credHelpers: { 'ghcr.io': 'vault' }, auths: { 'ghcr.io': auth('file:pass') } })
    expect(await at.find('ghcr.io')).toEqual(basic('me', 's3cret'))
    expect(readFileSync(join(at.home, 'asked'), 'utf8')).toBe('ghcr.io')
    // The helper is for that host alone.
    expect(await at.find('quay.io')).toBeUndefined()
  })

  test('of the whole file get the old address of Docker Hub, and may give an identity token', async () => {
    const at = makeHome()
    at.helper('desktop', `cat > ${at.home}/asked; echo '{"Username":"<token>","Secret":"refresh"}'`)
    at.docker({ credsStore: 'desktop' })
    expect(await at.find('docker.io')).toEqual({ kind: 'identity', token: 'refresh' })
    expect(readFileSync(join(at.home, 'asked'), 'utf8')).toBe('https://index.docker.io/v1/')
  })

  test('that have nothing leave the question to the file', async () => {
    const at = makeHome()
    at.helper('desktop', `echo 'credentials not found in native keychain'; exit 1`)
    at.docker({ credsStore: 'desktop', auths: { 'ghcr.io': auth('file:pass') } })
    expect(await at.find('ghcr.io')).toEqual(basic('file', 'pass'))
    expect(await at.find('quay.io')).toBeUndefined()
  })
})
