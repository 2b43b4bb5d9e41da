// /openapi.json: OpenAPI 3.1 from the operations and the schemas that the server itself validates with.
import { Hono } from 'hono'
import * as z from 'zod/mini'
import * as wire from '../../src/registry/protocol.ts'
import { VERSION } from '../../src/platform/version.ts'
import { answer } from './answer.ts'
import type { RegistryEnv } from './http.ts'
import { type Operation, OPERATIONS } from './operations.ts'

let document: string | undefined

export function openapiRoutes(): Hono<RegistryEnv> {
  const app = new Hono<RegistryEnv>()
  app.get('/openapi.json', (c) =>
    answer(c, async () => ({ body: (document ??= JSON.stringify(openapi())), type: 'application/json' })),
  )
  return app
}

type Json = Record<string, unknown>

/** Named schemas stand once, under `components`. */
const NAMES = new Map<z.ZodMiniType, string>(
  Object.entries(wire).flatMap(([key, value]) =>
    key.endsWith('Schema') && value instanceof z.ZodMiniType
      ? [[value, key[0]?.toUpperCase() + key.slice(1, -'Schema'.length)] as const]
      : [],
  ),
)

/** The whole document. */
export function openapi(): Json {
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    const item = (paths[operation.path] ??= {})
    item[operation.method] = described(operation)
  }
  const used = new Set(
    OPERATIONS.flatMap(({ body, answer: given }) => [body, given]).filter(
      (part) => part instanceof z.ZodMiniType,
    ),
  )
  used.add(wire.problemSchema)
  const schemas = [...NAMES].flatMap(([schema, name]) => (used.has(schema) ? [[name, schemaOf(schema)]] : []))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Skillward registry',
      version: VERSION,
      description:
        'The catalogue and account API. Artifacts are pushed and pulled by the OCI distribution specification 1.1 under /v2/.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    externalDocs: {
      url: 'https://github.com/opencontainers/distribution-spec',
      description: 'The distribution face',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(schemas) as Json,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: {
        Problem: {
          description: 'What went wrong, by RFC 9457',
          content: { 'application/problem+json': { schema: reference(wire.problemSchema) } },
        },
      },
    },
  }
}

function described(operation: Operation): Json {
  const { method, path, summary, tag, query = {}, body, open } = operation
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const parameter = (where: 'path' | 'query', name: string, description: string): Json => ({
    name,
    in: where,
    ...(where === 'path' && { required: true }),
    ...(description !== '' && { description }),
    schema: { type: 'string' },
  })
  return {
    operationId: `${method}${path.replace(/[^A-Za-z0-9]+(.?)/g, (_, next: string) => next.toUpperCase())}`,
    summary,
    tags: [tag],
    ...(open && { security: [{}, { token: [] }] }),
    parameters: [
      ...names.map((name) => parameter('path', name, name === 'scope' ? 'Such as `@acme`' : '')),
      ...Object.entries(query).map(([name, description]) => parameter('query', name, description)),
    ],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(body) } } },
    }),
    responses: {
      ...success(operation),
      ...(tag === 'server' ? {} : { default: { $ref: '#/components/responses/Problem' } }),
    },
  }
}

function success({ answer: given, method, makes }: Operation): Json {
  if (given === undefined) return { 204: { description: 'Done' } }
  const content =
    typeof given === 'string'
      ? { [given]: given === 'application/json' ? { schema: {} } : {} }
      : { 'application/json': { schema: reference(given) } }
  return {
    [makes ? 201 : 200]: { description: 'As described by the summary', content },
    ...(method === 'get' && { 304: { description: 'Unchanged since the ETag' } }),
  }
}

function reference(schema: z.ZodMiniType): Json {
  const name = NAMES.get(schema)
  return name === undefined ? schemaOf(schema) : { $ref: `#/components/schemas/${name}` }
}

/** `input`: unknown fields are allowed, so that a newer server can say more. */
function schemaOf(schema: z.ZodMiniType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
