// JSON that is short in bytes and long in the reading: refused before anything is made of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertReadableJson } from '../../registry-server/json-bounds.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const [SQLITE] = DATABASES
if (!SQLITE) throw new Error('no database')

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const nested = (levels: number, [open, close]: readonly [string, string]): string =>
  open.repeat(levels) + close.repeat(levels)
const ODD = [
  { what: 'lists in lists', json: `{"schemaVersion":2,"x":${nested(1_900_000, ['[', ']'])}}` },
  { what: 'objects in objects', json: nested(100_000, ['{"a":', '}']).replace('}', '1}') },
  { what: 'lists that never end', json: `{"x":${'['.repeat(100_000)}` },
  {
    what: 'many annotations',
    json: JSON.stringify({
      annotations: Object.fromEntries(Array.from({ length: 25_000 }, (_, i) => [i, ''])),
    }),
  },
  { what: 'many elements', json: `{"x":[${'0,'.repeat(25_000)}0]}` },
  { what: 'many empty objects', json: `{"x":[${'{},'.repeat(25_000)}{}]}` },
]

describe('JSON that is long in the reading', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry(SQLITE)
  })
  afterAll(() => registry.close())

  test.each(ODD)('is no manifest: $what', async ({ json }) => {
    const answer = await registry.fetch('/v2/odd/x/manifests/v1', {
      method: 'PUT',
      body: json,
      headers: { 'content-type': IMAGE },
    })
    const { errors } = (await answer.json()) as { errors: { code: string; detail: { code: string } }[] }
    expect([answer.status, errors[0]?.code, errors[0]?.detail.code]).toEqual([
      422,
      'MANIFEST_INVALID',
      'too_complex',
    ])
  })

  test('is no body of the API', async () => {
    const body = `{"name":${nested(50_000, ['[', ']'])}}`
    const answer = await registry.fetch('/api/v1/tokens', { method: 'POST', body })
    expect([answer.status, await answer.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'too_complex' }),
    ])
  })

  test('is no token of a CI', async () => {
    const token = `e30.${Buffer.from(`{"iss":${nested(20_000, ['[', ']'])}}`).toString('base64url')}.e30`
    const answer = await registry.anonymous('/api/v1/oidc/token', {
      method: 'POST',
      body: JSON.stringify({ token }),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })
})

test('brackets and commas in text are text', () => {
  const text = JSON.stringify({
    a: '[{"\\'.repeat(30_000),
    b: ',\\"'.repeat(30_000),
    'c"[': '}]'.repeat(1000),
  })
  expect(() => assertReadableJson(Buffer.from(text), 'It')).not.toThrow()
  expect(() => assertReadableJson(Buffer.from('"never ends \\'), 'It')).not.toThrow()
})
