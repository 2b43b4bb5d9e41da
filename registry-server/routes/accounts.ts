// The account part of /api/v1: who asks, tokens, scopes, members, trusted publishing.
import type * as z from 'zod/mini'
import { SkillsError } from '../../src/errors/error.ts'
import {
  API_BASE,
  exchangeRequestSchema,
  memberRequestSchema,
  publisherRequestSchema,
  scopeRequestSchema,
  scopeSchema,
  tokenRequestSchema,
} from '../../src/registry/protocol.ts'
import type { RegistryApp } from '../app.ts'
import type { RegistryContext } from '../context.ts'
import { createIssuerKeys } from '../services/oidc-issuer.ts'
import { exchangeToken } from '../services/oidc.ts'
import { putPublisher, removePublisher, scopePublishers } from '../services/publishers.ts'
import { type Asking, getScope, putMember, putScope, removeMember } from '../services/scopes.ts'
import { createToken, dropToken, userTokens } from '../services/tokens.ts'
import { whoami } from '../services/users.ts'
import { readJson, type RegistryRequest } from './http.ts'

const PRIVATE = { 'Cache-Control': 'no-store' }

/** Adds the routes. */
export function mountAccounts(app: RegistryApp, context: RegistryContext): void {
  const asking = (c: RegistryRequest): Asking => ({
    principal: c.get('principal'),
    requestId: c.get('requestId'),
  })
  const body = <T extends z.ZodMiniType>(c: RegistryRequest, schema: T): Promise<z.infer<T>> =>
    readJson(c, schema, context.config.limits.apiBytes)
  const issuers = createIssuerKeys(context.config)
  const api = app.basePath(API_BASE)

  api.get('/whoami', async (c) => c.json(await whoami(context, c.get('principal')), 200, PRIVATE))

  api.get('/tokens', async (c) => c.json(await userTokens(context, c.get('principal')), 200, PRIVATE))
  api.post('/tokens', async (c) => {
    const created = await createToken(context, asking(c), await body(c, tokenRequestSchema))
    return c.json(created, 201, PRIVATE)
  })
  api.delete('/tokens/:id', async (c) => {
    await dropToken(context, asking(c), c.req.param('id'))
    return c.body(null, 204)
  })

  api.get('/scopes/:scope', async (c) => {
    const scope = await getScope(context, asking(c), scopeOf(c))
    return c.json(scope, 200, PRIVATE)
  })
  api.put('/scopes/:scope', async (c) => {
    const request = c.req.header('content-length') === '0' ? {} : await body(c, scopeRequestSchema)
    const { isNew, scope } = await putScope(context, asking(c), { ...request, scope: scopeOf(c) })
    return c.json(scope, isNew ? 201 : 200, PRIVATE)
  })
  api.put('/scopes/:scope/members/:user', async (c) => {
    const { role } = await body(c, memberRequestSchema)
    await putMember(context, asking(c), { scope: scopeOf(c), user: c.req.param('user'), role })
    return c.body(null, 204)
  })
  api.delete('/scopes/:scope/members/:user', async (c) => {
    await removeMember(context, asking(c), { scope: scopeOf(c), user: c.req.param('user') })
    return c.body(null, 204)
  })

  api.get('/scopes/:scope/publishers', async (c) =>
    c.json(await scopePublishers(context, asking(c), scopeOf(c)), 200, PRIVATE),
  )
  api.put('/scopes/:scope/publishers', async (c) => {
    const request = await body(c, publisherRequestSchema)
    return c.json(await putPublisher(context, asking(c), { scope: scopeOf(c), request }), 201, PRIVATE)
  })
  api.put('/scopes/:scope/publishers/:id', async (c) => {
    const request = await body(c, publisherRequestSchema)
    const changed = await putPublisher(context, asking(c), { scope: scopeOf(c), id: idOf(c), request })
    return c.json(changed, 200, PRIVATE)
  })
  api.delete('/scopes/:scope/publishers/:id', async (c) => {
    await removePublisher(context, asking(c), { scope: scopeOf(c), id: idOf(c) })
    return c.body(null, 204)
  })

  api.get('/oidc/audience', (c) => c.json({ audience: context.audience() }, 200, PRIVATE))
  api.post('/oidc/exchange', async (c) => {
    const { token } = await body(c, exchangeRequestSchema)
    const requestId = c.get('requestId')
    const exchanged = await c.get('guess')(() => exchangeToken(context, { token, requestId, issuers }))
    return c.json(exchanged, 200, PRIVATE)
  })
}

function scopeOf(c: RegistryRequest): string {
  const scope = scopeSchema.safeParse(c.req.param('scope'))
  if (scope.success) return scope.data
  throw new SkillsError('request_invalid', 'The scope is not valid', {
    hint: 'expected a scope such as @acme',
  })
}

function idOf(c: RegistryRequest): number {
  const id = c.req.param('id') ?? ''
  if (/^\d{1,15}$/.test(id)) return Number(id)
  throw new SkillsError('not_found', 'The scope has no such publisher')
}
