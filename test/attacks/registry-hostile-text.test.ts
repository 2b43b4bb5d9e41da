import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const NAUGHTY = [
  '\u0000',
  'a\u0000b',
  '\u0007\u001b[31mred\u001b[0m',
  '\u202egpj.exe',
  '\u200b\u2060\ufeff',
  '\u{e0041}\u{e0042}',
  '\ud83d\udca9',
  '\ufffe\uffff',
  '\r\nSet-Cookie: a=b',
  '../../../etc/passwd',
  '..\\..\\windows',
  './.',
  '%2e%2e%2f',
  '%',
  '%zz',
  "' OR 1=1 --",
  '"; DROP TABLE skills; --',
  '" OR "a"*',
  'a NEAR/3 b',
  "a:* & !(b | 'c')",
  '{title} : x',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '${7*7}{{7*7}}#{7*7}',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '99999999999999999999',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '@',
  '@/',
  '@a/../b',
  'sha256:xyz',
  `sha256:${'0'.repeat(64)}`,
  `sha512:${'f'.repeat(128)}`,
  '*'.repeat(200),
  'x'.repeat(4000),
  'ß'.repeat(300),
  ' ',
  '',
]

/** What no page may ever hold as it came. */
const UNESCAPED = /<script>alert|<img src=x|\u001b\[31m|\u202e/

interface Operation {
  readonly path: string
  readonly method: string
  readonly query: readonly string[]
}

describe.each(DATABASES)('hostile text on $name', (database) => {
  if (database.skip) return test.skip('needs a database')
  let registry: TestRegistry
  let operations: Operation[]
  beforeAll(async () => {
    registry = await startRegistry(database, {
      limits: { apiPerMinute: 1e9, writesPerMinute: 1e9, failedLoginsPerMinute: 1e9 },
    })
    await registry.pushImage('a/b', 'v1')
    operations = await operationsOf(registry)
  })
  afterAll(() => registry.close())

  const failed = async (what: string, path: string, init: RequestInit): Promise<string[]> => {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${registry.token}`)
    const response = await fetch(registry.url + path, { ...init, redirect: 'manual', headers })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    const bad = response.status >= 500 || (type.includes('html') && UNESCAPED.test(text))
    return bad ? [`${what} ${JSON.stringify(path.slice(0, 120))}: ${response.status}`] : []
  }

  test('is answered in every part of every address, without a failure and without an echo', async () => {
    expect(operations.length).toBeGreaterThan(40)
    const failures: string[] = []
    for (const { path, method, query } of operations) {
      if (!/^(?:get|head)$/.test(method)) continue
      for (const text of NAUGHTY) {
        const part = encodeURIComponent(text)
        const filled = path.replace(/\{[^}]+\}/g, part)
        if (filled !== path) failures.push(...(await failed(method, filled, { method })))
        const sane = path.replace(/\{scope\}/g, '@a').replace(/\{[^}]+\}/g, 'b')
        const asked = query.map((key) => `${key}=${part}`).join('&')
        if (asked !== '') failures.push(...(await failed(method, `${sane}?${asked}`, { method })))
      }
    }
    expect(failures).toEqual([])
  }, 120_000)

  test('is answered in bodies of every shape', async () => {
    const failures: string[] = []
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const bodies = [
      '',
      'null',
      '"text"',
      '[]',
      '{"a":1,"a":2}',
      '{"__proto__":{"admin":true}}',
      '{"name":{"toString":1}}',
      '\u0000',
      '{',
      deep,
      ...NAUGHTY.map((text) =>
        JSON.stringify({
          name: text,
          reason: text,
          message: text,
          role: text,
          token: text,
          issuer: text,
          skill: text,
          public: text,
          permissions: [text],
          claims: { [text]: text },
        }),
      ),
      ...NAUGHTY.map((text) =>
        JSON.stringify({
          name: text || 'x',
          reason: text,
          message: text,
          role: 'reader',
          permissions: ['read'],
          issuer: 'https://ci.example.org',
          claims: { sub: text, id: '1' },
        }),
      ),
    ]
    for (const { path, method } of operations) {
      if (!/^(?:post|put)$/.test(method)) continue
      const sane = path
        .replace(/\{scope\}/g, '@a')
        .replace(/\{version\}/g, '1.0.0')
        .replace(/\{user\}/g, 'admin')
        .replace(/\{[^}]+\}/g, 'b')
      for (const body of bodies)
        failures.push(...(await failed(method, sane, { method: method.toUpperCase(), body })))
    }
    expect(failures).toEqual([])
  }, 120_000)

  test('is answered where OCI clients put it, also in headers', async () => {
    const failures: string[] = []
    const printable = NAUGHTY.filter((text) => /^[\u0020-\u007e]*$/.test(text) && text.length < 2000)
    for (const text of NAUGHTY) {
      const part = encodeURIComponent(text)
      for (const path of [
        `/v2/${part}/manifests/x`,
        `/v2/a/b/manifests/${part}`,
        `/v2/a/b/blobs/${part}`,
        `/v2/a/b/blobs/uploads/${part}`,
        `/v2/a/b/tags/list?last=${part}`,
        `/v2/a/b/tags/list?n=${part}`,
        `/v2/a/b/referrers/${part}`,
        `/v2/a/b/referrers/sha256:${'0'.repeat(64)}?artifactType=${part}`,
        `/v2/token?scope=${part}&service=${part}&account=${part}`,
      ]) {
        failures.push(...(await failed('GET', path, {})))
      }
      for (const path of [
        `/v2/a/b/blobs/uploads/?digest=${part}`,
        `/v2/a/b/blobs/uploads/?mount=${part}&from=${part}`,
        `/v2/a/b/blobs/uploads/?digest-algorithm=${part}`,
      ]) {
        failures.push(...(await failed('POST', path, { method: 'POST', body: 'x' })))
      }
      failures.push(
        ...(await failed('PUT', `/v2/a/b/manifests/v1?tag=${part}`, { method: 'PUT', body: text })),
      )
    }
    for (const text of printable) {
      for (const header of [
        'authorization',
        'range',
        'content-range',
        'accept',
        'if-none-match',
        'x-request-id',
        'content-type',
      ]) {
        const init = { headers: { [header]: text } }
        failures.push(...(await failed(header, '/v2/a/b/manifests/v1', init)))
        failures.push(...(await failed(header, '/api/v1/search?q=a', init)))
      }
    }
    expect(failures).toEqual([])
  }, 120_000)
})

/** Every operation that the server documents, and its pages. */
async function operationsOf(registry: TestRegistry): Promise<Operation[]> {
  const document = (await (await registry.fetch('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>
  }
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      path,
      method,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    })),
  )
  const pages = [
    '/',
    '/search',
    '/{scope}',
    '/skills/{scope}/{name}',
    '/skills/{scope}/{name}/versions/{version}',
  ]
  return [
    ...documented,
    ...pages.map((path) => ({
      path,
      method: 'get',
      query: ['q', 'scope', 'capability', 'cursor', 'from', 'to', 'page'],
    })),
  ]
}
