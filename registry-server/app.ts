// The application: what happens to every request, and which routes there are.
import { Hono } from 'hono'
import { isSkillsError, SkillsError } from '../src/errors/error.ts'
import { ANONYMOUS, authenticate } from './auth.ts'
import type { RegistryContext } from './context.ts'
import { type HotAnswers, hotKey } from './hot.ts'
import { problemResponse } from './problem.ts'
import { createRequestLimits } from './request-limits.ts'
import { mountAccounts } from './routes/accounts.ts'
import { mountHealth } from './routes/health.ts'
import type { RegistryEnv, RegistryRequest } from './routes/http.ts'
import { noteFailure } from './routes/failure.ts'
import { handleOci, ociFailure } from './routes/oci.ts'
import { failurePage } from './web/failure-page.ts'

export type RegistryApp = Hono<RegistryEnv>

/** More routes, added after those of the server itself. */
export type Mount = (app: RegistryApp, context: RegistryContext) => void

interface AppOptions {
  readonly requestId: () => string
  readonly hot?: HotAnswers
  readonly mounts?: readonly Mount[]
}

const KEPT_BYTES = 512 * 1024

/** Routes over a context; `fetch` answers without a socket too. */
export function createApp(
  context: RegistryContext,
  { requestId, hot, mounts = [] }: AppOptions,
): RegistryApp {
  const app: RegistryApp = new Hono<RegistryEnv>()
  const limits = createRequestLimits(context)

  app.use(async (c, next) => {
    const started = performance.now()
    const ids = { request: givenId(c, 'x-request-id'), correlation: givenId(c, 'x-correlation-id') }
    const id = ids.request ?? ids.correlation ?? requestId()
    const version = context.db.version()
    c.set('requestId', id)
    c.set('principal', ANONYMOUS)
    c.set('guess', (work) => limits.guess(c, work))
    await next()
    if (c.res.status >= 400 && classOf(c.req.path) === 'page') {
      c.res = await failurePage(c.res, c.req.header('accept'))
    }
    if (hot && version !== undefined) await keep(c, { hot, version, context })
    c.res.headers.set('X-Request-Id', id)
    if (ids.correlation !== undefined) c.res.headers.set('X-Correlation-ID', ids.correlation)
    report(context, c, { ms: performance.now() - started, correlation: ids.correlation })
  })

  mountHealth(app, context)

  app.use(async (c, next) => {
    c.set('principal', await limits.admit(c, () => authenticate(context, c.req.header('authorization'))))
    // One for some repositories gives nothing of what its owner may do elsewhere, least of all a lasting token.
    if (c.get('principal').access && !isOci(c.req.path)) {
      throw new SkillsError('unauthorized', 'A token of /v2/token is for /v2 alone', {
        hint: 'use the token that it was made with',
      })
    }
    await next()
  })

  app.all('/v2/*', (c) => handleOci(context, c))
  app.all('/v2', (c) => handleOci(context, c))
  mountAccounts(app, context)
  for (const mount of mounts) mount(app, context)

  app.notFound((c) => notFound(c))
  app.onError((error, c) => failure(context, c, error))
  return app
}

interface Keeping {
  readonly hot: HotAnswers
  readonly version: number
  readonly context: RegistryContext
}

/** Keeps an answer that says of itself that everybody may have it. */
async function keep(c: RegistryRequest, { hot, version, context }: Keeping): Promise<void> {
  const { incoming } = c.env ?? {}
  const { res } = c
  if (!incoming || incoming.method !== 'GET' || res.status !== 200) return
  if (!/\bpublic\b/.test(res.headers.get('cache-control') ?? '')) return
  if (res.headers.has('set-cookie')) return
  const key = hotKey('GET', incoming.url ?? '', incoming.rawHeaders)
  const length = res.headers.get('content-length')
  const isText = /json|text|xml|javascript/.test(res.headers.get('content-type') ?? '')
  if (key === undefined || !(length === null ? isText : Number(length) <= KEPT_BYTES)) return
  const digest = res.headers.get('docker-content-digest')
  const bytesKey = digest ?? `answer:${key}`
  const bytes =
    (digest === null ? undefined : context.cache.get(digest)) ?? Buffer.from(await res.clone().arrayBuffer())
  const headers = [...res.headers]
    .filter(([name]) => name !== 'x-request-id' && name !== 'x-correlation-id')
    .flat()
  if (length === null) headers.push('content-length', String(bytes.length))
  hot.keep(key, { headers, bytes, bytesKey, version, onHit: c.get('onHit') })
}

/** The client's own name for the request, when it is short and of plain signs. */
function givenId(c: RegistryRequest, header: string): string | undefined {
  const given = c.req.header(header)
  return given !== undefined && /^[\w.:/+=-]{8,128}$/.test(given) ? given : undefined
}

function report(
  context: RegistryContext,
  c: RegistryRequest,
  { ms, correlation }: { readonly ms: number; readonly correlation: string | undefined },
): void {
  const { status } = c.res
  const { method, path } = c.req
  context.metrics.request(classOf(path), status, ms / 1000)
  context.log.info('request', {
    id: c.get('requestId'),
    ...(correlation !== undefined && { correlation }),
    method: c.req.raw.method || method,
    path: path.slice(0, 500),
    status,
    ms: Math.round(ms * 10) / 10,
    actor: c.get('principal').actor,
  })
}

function classOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  if (first === 'v2') return 'oci'
  if (first === 'api') return /^(?:v1)$/.test(second) ? 'api' : 'other'
  return /^(?:healthz|readyz|metrics|\.well-known|openapi\.json)$/.test(first) ? first : 'page'
}

function isOci(path: string): boolean {
  return path === '/v2' || path.startsWith('/v2/')
}

function notFound(c: RegistryRequest): Response {
  return new Response(
    JSON.stringify({
      type: 'urn:skills:error:not_found',
      title: 'The registry has no such thing',
      status: 404,
      detail: 'There is nothing under this path',
      instance: c.req.path,
      code: 'not_found',
    }),
    { status: 404, headers: { 'Content-Type': 'application/problem+json' } },
  )
}

function failure(context: RegistryContext, c: RegistryRequest, error: Error): Response {
  if (!isSkillsError(error)) {
    context.metrics.count('defects_total')
    const stack = error.stack ?? error.message
    context.log.error('defect', { id: c.get('requestId'), path: c.req.path.slice(0, 500), stack })
  } else noteFailure(context, c, error)
  if (isOci(c.req.path)) return ociFailure(context, c, error)
  const response = problemResponse(error, c.req.path)
  if (response.status === 401) response.headers.set('WWW-Authenticate', 'Bearer')
  if (response.status === 413) response.headers.set('Connection', 'close')
  const retryAfter = isSkillsError(error) ? error.details.retryAfter : undefined
  if (retryAfter !== undefined) response.headers.set('Retry-After', String(retryAfter))
  return response
}
