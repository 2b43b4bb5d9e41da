// The token endpoint that challenges under /v2/ point to: GET with Basic or nothing, or the form of OAuth 2.
import { authenticate, type Principal } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { issueRegistryToken } from '../services/registry-tokens.ts'
import { readBody, type RegistryRequest } from './http.ts'
import { methodNotAllowed } from './oci-request.ts'

const FORM_BYTES = 16 * 1024

/** Answers `/v2/token`. */
export async function tokenRoute(context: RegistryContext, c: RegistryRequest): Promise<Response> {
  const { method } = c.req
  if (method !== 'GET' && method !== 'POST') throw methodNotAllowed(method)
  const form = method === 'POST' ? new URLSearchParams((await readBody(c, FORM_BYTES)).toString()) : undefined
  const principal = form ? await byForm(context, c, form) : c.get('principal')
  const scopes = form ? form.getAll('scope') : (c.req.queries('scope') ?? [])
  const issued = await issueRegistryToken(context, principal, scopes)
  return Response.json(issued, { headers: { 'Cache-Control': 'no-store' } })
}

function byForm(context: RegistryContext, c: RegistryRequest, form: URLSearchParams): Promise<Principal> {
  const token = form.get('grant_type') === 'refresh_token' ? form.get('refresh_token') : undefined
  if (typeof token === 'string') return c.get('guess')(() => authenticate(context, `Bearer ${token}`))
  const user = form.get('username')
  if (user === null) return Promise.resolve(c.get('principal'))
  const basic = Buffer.from(`${user}:${form.get('password') ?? ''}`).toString('base64')
  return c.get('guess')(() => authenticate(context, `Basic ${basic}`))
}
