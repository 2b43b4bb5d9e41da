import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createApp } from '../../registry-server/app.ts'
import { registryConfig } from '../../registry-server/config.ts'
import { openContext } from '../../registry-server/main.ts'
import { openapi } from '../../registry-server/routes/openapi.ts'

const data = mkdtempSync(join(tmpdir(), 'openapi-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

/** Pages for people, and the distribution face, which has a specification of its own. */
const OTHERS =
  /^\/(?:v2(?:\/\*)?|assets\/.*|search|skills\/.*|publish|status|robots\.txt|favicon\.ico|:scope)?$/

test('every route of the API is in the document, and nothing else', async () => {
  const { context, mounts, close } = await openContext(registryConfig({ data }))
  const app = createApp(context, { requestId: () => 'id', mounts })
  const routes = app.routes
    .filter(({ method, path }) => !(method === 'ALL' && path.endsWith('/*')) && path !== '/*' && path !== '*')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(?:\{[^{}]*\})?/g, ':$1')}`)
    .filter((route) => !OTHERS.test(route.slice(route.indexOf(' ') + 1)))
  await close()
  const shape = (route: string): string => route.replace(/[:{]\w+\}?/g, '*')
  const documented = Object.entries(openapi().paths as Record<string, Record<string, unknown>>).flatMap(
    ([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect([...new Set(routes.map(shape))].sort()).toEqual([...new Set(documented.map(shape))].sort())
})

test('the document is OpenAPI 3.1 whose references all lead somewhere', () => {
  const document = openapi()
  expect(document.openapi).toBe('3.1.0')
  const text = JSON.stringify(document)
  const ids: string[] = []
  for (const item of Object.values(
    document.paths as Record<string, Record<string, { operationId: string }>>,
  )) {
    for (const { operationId } of Object.values(item)) ids.push(operationId)
  }
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let at: unknown = document
    for (const part of reference.split('/')) at = (at as Record<string, unknown> | undefined)?.[part]
    expect(at, reference).toBeDefined()
  }
  const { schemas } = document.components as { schemas: Record<string, object> }
  expect(Object.keys(schemas)).toEqual(
    expect.arrayContaining(['Problem', 'SearchResult', 'SkillDocument', 'VersionDocument', 'TokenRequest']),
  )
})
