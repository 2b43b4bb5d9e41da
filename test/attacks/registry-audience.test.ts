// A registry that wants the identity of a CI job for somebody else: what it got would be worth something there.
import { describe, expect, onTestFinished, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '../../registry-server/main.ts'
import { audienceOf } from '../../src/registry/audience.ts'
import { ciToken } from '../../src/registry/ci-token.ts'
import { startRegistry } from '../support/fake-registry.ts'

const { signal } = new AbortController()

test.each([
  'sts.amazonaws.com',
  'skillward:other-registry.example',
  'skillward:localhost',
  'api://AzureADTokenExchange',
  '',
  'skillward:localhost:1\nevil',
])('a CI is never asked for an identity for %j', async (audience) => {
  const ci = await startRegistry()
  const registry = await startRegistry()
  registry.intercept = (line, response) => {
    if (line !== 'GET /api/v1/oidc/audience') return false
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ audience }))
    return true
  }
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: `${ci.url}/token`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
  const error = await ciToken({ registry: registry.url, signal }, { env }).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'audience_refused', exit: 3 })
  expect((error as Error).message).not.toContain('\n')
  expect(ci.log).toEqual([])
})

test('the CI is asked for the audience of the address that was named', async () => {
  const ci = await startRegistry()
  const registry = await startRegistry()
  const asked: (string | undefined)[] = []
  ci.intercept = (_, response, request) => {
    asked.push(request.url)
    response.end('{"value":"identity"}')
    return true
  }
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: `${ci.url}/token?a=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
  await ciToken({ registry: registry.url, signal }, { env })
  const { port } = new URL(registry.url)
  expect(asked).toEqual([`/token?a=1&audience=skillward%3Alocalhost%3A${port}`])
})

test.each([
  ['https://skills.example.org', 'skillward:skills.example.org'],
  ['https://Skills.Example.org:443/', 'skillward:skills.example.org'],
  ['https://skills.example.org:8443/base', 'skillward:skills.example.org:8443'],
  ['http://127.0.0.1:8480', 'skillward:localhost:8480'],
  ['http://[::1]:8480', 'skillward:localhost:8480'],
  ['http://localhost:8480', 'skillward:localhost:8480'],
])('the audience of %s is %s', (registry, audience) => {
  expect(audienceOf(registry)).toBe(audience)
})

describe('a server', () => {
  const start = async (options: { host?: string; publicUrl?: string }) => {
    const data = mkdtempSync(join(tmpdir(), 'registry-'))
    const running = await serve({ data, port: 0, ...options })
    onTestFinished(async () => {
      await running.close()
      rmSync(data, { recursive: true, force: true })
    })
    const { port } = new URL(running.url)
    const at = (path: string, init?: RequestInit) =>
      fetch(`http://127.0.0.1:${port}/api/v1/oidc/${path}`, init)
    return { running, port, at }
  }

  test.each(['0.0.0.0', '::'])(
    'that listens on %s and has no public address takes no token of a CI',
    async (host) => {
      const { running, at } = await start({ host })
      expect(running.remarks.join()).toContain('--public-url')
      const body = JSON.stringify({ token: 'a.b.c' })
      const exchange = await at('exchange', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      for (const answer of [await at('audience'), exchange]) {
        expect(answer.status).toBe(403)
        expect(await answer.json()).toMatchObject({
          code: 'forbidden',
          detail: expect.stringContaining('public address'),
        })
      }
    },
  )

  test('with a public address expects tokens for that, wherever it listens', async () => {
    const { running, at } = await start({ host: '0.0.0.0', publicUrl: 'https://skills.example.org' })
    expect(running.remarks).toEqual([])
    expect(await (await at('audience')).json()).toEqual({ audience: 'skillward:skills.example.org' })
  })

  test('on this machine alone expects tokens for the port that it has', async () => {
    const { running, port, at } = await start({})
    expect(running.remarks).toEqual([])
    expect(await (await at('audience')).json()).toEqual({ audience: `skillward:localhost:${port}` })
  })
})
