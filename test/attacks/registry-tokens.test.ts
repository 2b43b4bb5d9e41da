// A token belongs to one origin: no project, redirect or look-alike may make it go elsewhere, and no file shows it.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings, type Settings } from '../../src/platform/env.ts'
import { registryClient } from '../../src/registry/client.ts'
import { ciToken, hasCiIdentity } from '../../src/registry/ci-token.ts'
import {
  credentialFor,
  credentialsPath,
  removeCredential,
  saveCredential,
} from '../../src/registry/credentials.ts'
import { registrySource } from '../../src/sources/registry.ts'
import type { SourceIo } from '../../src/sources/source.ts'
import { runCli } from '../support/run-cli.ts'
import { startRegistry } from '../support/fake-registry.ts'

const TOKEN = 'skw_s3cret-token'

function settings(env: Readonly<Record<string, string>> = {}): Settings {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return readSettings({ HOME: root, ...env }, root)
}

const signal = new AbortController().signal

test('a token is kept in a file that only its owner can read, and is found for its origin alone', () => {
  const here = settings()
  saveCredential('https://skills.example/base', { token: TOKEN, user: 'ada' }, here)
  if (process.platform !== 'win32') expect(statSync(credentialsPath(here)).mode & 0o777).toBe(0o600)
  expect(credentialFor('https://skills.example', here)).toEqual({ token: TOKEN, user: 'ada' })
  for (const other of [
    'https://skills.example:8443',
    'http://skills.example',
    'https://evil.skills.example',
    'https://skills.example.evil',
    'https://__proto__',
  ]) {
    expect(credentialFor(other, here)).toBeUndefined()
  }
  expect(removeCredential('https://skills.example', here)).toBe(true)
  expect(removeCredential('https://skills.example', here)).toBe(false)
  expect(readFileSync(credentialsPath(here), 'utf8')).not.toContain(TOKEN)
})

test.skipIf(process.platform === 'win32')('a token file that others can read is not used', async () => {
  const here = settings()
  saveCredential('https://skills.example', { token: TOKEN }, here)
  chmodSync(credentialsPath(here), 0o644)
  await expect(() => credentialFor('https://skills.example', here)).toThrowCode('credentials_invalid')
})

test('a token of the environment goes to the registry that the environment names, not to one that a project names', () => {
  const bound = settings({ SKILLWARD_TOKEN: TOKEN, SKILLWARD_REGISTRY: 'https://skills.example' })
  expect(credentialFor('https://skills.example', bound)).toEqual({ token: TOKEN })
  expect(credentialFor('https://evil.example', bound)).toBeUndefined()
  expect(credentialFor('https://evil.example', bound, 'https://evil.example')).toBeUndefined()
  const loose = settings({ SKILLWARD_TOKEN: TOKEN })
  expect(credentialFor('https://evil.example', loose)).toBeUndefined()
  expect(credentialFor('https://skills.example', loose, 'https://skills.example')).toEqual({ token: TOKEN })
})

test('a redirect of the registry is refused, and the token is not sent after it', async () => {
  const thief = await startRegistry()
  const registry = await startRegistry()
  for (const status of [301, 302, 303, 307, 308]) {
    registry.intercept = (_, response) => {
      response.writeHead(status, { location: `${thief.url}/api/v1/whoami` })
      response.end()
      return true
    }
    const client = registryClient({ registry: registry.url, token: TOKEN, signal })
    await expect(client.whoami()).toThrowCode('redirect_refused')
  }
  expect(thief.log).toEqual([])
  expect(registry.log.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true)
})

test('a registry that a project names does not get the token of another one, nor of another port or name', async () => {
  const good = await startRegistry()
  const evil = await startRegistry()
  evil.add({ name: '@acme/pdf', version: '1.0.0' })
  const here = settings()
  saveCredential(good.url, { token: TOKEN }, here)
  for (const registry of [evil.url, evil.otherUrl]) {
    const io: SourceIo = {
      settings: here,
      signal,
      offline: false,
      root: here.cwd,
      report: () => {},
      policy: () => ({ registries: {}, registry }),
    }
    await registrySource.open(await registrySource.resolve({ kind: 'registry', name: '@acme/pdf' }, io), io)
  }
  expect(evil.log.length).toBeGreaterThan(4)
  expect(JSON.stringify(evil.log)).not.toContain(TOKEN)
  expect(JSON.stringify(evil.log)).not.toContain(Buffer.from(TOKEN).toString('base64').slice(0, 12))
  expect(good.log).toEqual([])
})

test('nothing that fails repeats the token', async () => {
  const registry = await startRegistry()
  registry.token = 'another'
  const home = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  for (const flags of [[], ['--json']]) {
    const run = await runCli(['login', '--registry', registry.url, '--token-stdin', ...flags], {
      cwd: home,
      env: { SKILLWARD_DEBUG: '1' },
      stdin: TOKEN,
    })
    expect(run.exit).toBe(3)
    expect(run.stdout + run.stderr).not.toContain(TOKEN)
  }
  const bad = await runCli(['login', '--registry', registry.url, '--token-stdin'], {
    cwd: home,
    stdin: 'a\nb c',
  })
  expect(bad.stderr).toContain('credentials_invalid')
})

test('a CI job shows its request token to the CI alone, and its identity to the registry alone', async () => {
  const ci = await startRegistry()
  const registry = await startRegistry()
  ci.intercept = (_, response) => {
    response.end(JSON.stringify({ value: 'identity-token' }))
    return true
  }
  const here = settings({
    ACTIONS_ID_TOKEN_REQUEST_URL: `${ci.url}/token?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: TOKEN,
  })
  expect(hasCiIdentity(here)).toBe(true)
  expect(await ciToken({ registry: registry.url, signal }, here)).toMatchObject({ token: 'short-lived' })
  expect(ci.log.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`])
  expect(JSON.stringify(registry.log)).not.toContain(TOKEN)
  expect(registry.log.at(-1)?.body).toBe('{"token":"identity-token"}')
})
