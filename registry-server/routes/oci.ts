// The distribution face: which operation a path under /v2/ is, and errors in the form of the specification. Names hold
// slashes, so paths are matched from their end.
import type { RegistryContext } from '../context.ts'
import { isSkillsError } from '../../src/errors/error.ts'
import { ociError, ociErrorResponse } from '../problem.ts'
import type { RegistryRequest } from './http.ts'
import { noteFailure } from './failure.ts'
import { blobRoute } from './oci-blobs.ts'
import { referrersRoute, tagsRoute } from './oci-listings.ts'
import { manifestRoute } from './oci-manifests.ts'
import type { OciRequest } from './oci-request.ts'
import { tokenRoute } from './oci-token.ts'
import { uploadRoute } from './oci-uploads.ts'

type OciRoute = (request: OciRequest) => Promise<Response>

const ROUTES: readonly { readonly path: RegExp; readonly run: OciRoute }[] = [
  { path: /^\/v2\/(.+)\/manifests\/([^/]+)$/, run: manifestRoute },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?()$/, run: uploadRoute },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, run: uploadRoute },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, run: blobRoute },
  { path: /^\/v2\/(.+)\/tags\/list()$/, run: tagsRoute },
  { path: /^\/v2\/(.+)\/referrers\/([^/]+)$/, run: referrersRoute },
]

/** Answers a request under /v2/. Never throws a SkillsError. */
export async function handleOci(context: RegistryContext, c: RegistryRequest): Promise<Response> {
  try {
    return await dispatch(context, c)
  } catch (error) {
    if (!isSkillsError(error)) throw error
    noteFailure(context, c, error)
    return ociFailure(context, c, error)
  }
}

/** The error as an answer; one about credentials says where to get others. */
export function ociFailure(context: RegistryContext, c: RegistryRequest, error: unknown): Response {
  const response = ociErrorResponse(error)
  if (response.status === 401) response.headers.set('WWW-Authenticate', challenge(context, c))
  if (response.status === 413) response.headers.set('Connection', 'close')
  const retryAfter = isSkillsError(error) ? error.details.retryAfter : undefined
  if (retryAfter !== undefined) response.headers.set('Retry-After', String(retryAfter))
  return response
}

async function dispatch(context: RegistryContext, c: RegistryRequest): Promise<Response> {
  const { path, method } = c.req
  if (path === '/v2/token') return tokenRoute(context, c)
  if (path === '/v2/' || path === '/v2') return probe(c)
  for (const { path: pattern, run } of ROUTES) {
    const [, name, reference] = pattern.exec(path) ?? []
    if (name === undefined || reference === undefined) continue
    return run({ context, c, name: decoded(name), reference: decoded(reference) })
  }
  throw ociError('UNSUPPORTED', `There is nothing to ${method} under this path`, { status: 404 })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Without credentials 401: clients take that as the sign to ask for a token, which gives even nobody the public scopes. */
function probe(c: RegistryRequest): Response {
  if (c.req.header('authorization') === undefined) {
    throw ociError('UNAUTHORIZED', 'Ask for a token first; one for public scopes needs no credentials')
  }
  return c.json({}, 200, { 'Docker-Distribution-Api-Version': 'registry/2.0' })
}

function challenge(context: RegistryContext, c: RegistryRequest): string {
  const origin = context.origin(c.req.raw)
  const { method, path } = c.req
  const [, name, kind] = /^\/v2\/(.+)\/(blobs\/uploads|manifests|blobs|tags|referrers)\//.exec(path) ?? []
  // Whatever is done with an upload, asking how far it is included, is a part of pushing.
  const isPush = kind === 'blobs/uploads' || !/^(?:GET|HEAD|DELETE)$/.test(method)
  const actions = isPush ? 'pull,push' : method === 'DELETE' ? 'delete' : 'pull'
  const scope =
    name !== undefined && /^[a-z0-9._/-]+$/.test(name) ? `,scope="repository:${name}:${actions}"` : ''
  return `Bearer realm="${origin}/v2/token",service="${new URL(origin).host}"${scope}`
}
