// GET, HEAD, PUT and DELETE of a manifest.
import { getManifest, putManifest, removeManifest } from '../services/manifests.ts'
import { readBody } from './http.ts'
import { methodNotAllowed, type OciRequest } from './oci-request.ts'
import { isUnchanged, publicOrPrivate } from './oci-headers.ts'

/** Answers a request for `/v2/NAME/manifests/REFERENCE`. */
export async function manifestRoute(request: OciRequest): Promise<Response> {
  const { method } = request.c.req
  if (method === 'GET' || method === 'HEAD') return get(request)
  if (method === 'PUT') return put(request)
  if (method === 'DELETE') return remove(request)
  throw methodNotAllowed(method)
}

async function get({ context, c, name, reference }: OciRequest): Promise<Response> {
  const principal = c.get('principal')
  const manifest = await getManifest(context, { principal, name, reference })
  const { digest, mediaType, size, repository } = manifest
  const headers = {
    'Content-Type': mediaType,
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
    'Cache-Control': `${publicOrPrivate(context, repository)}, ${reference === digest ? 'max-age=31536000, immutable' : 'max-age=0, must-revalidate'}`,
    'X-Content-Type-Options': 'nosniff',
  }
  if (isUnchanged(c, digest)) return new Response(null, { status: 304, headers })
  const isHead = c.req.raw.method === 'HEAD'
  if (!isHead) {
    context.hook.onPull(name, digest)
    context.cache.put(digest, manifest.bytes)
    c.set('onHit', () => context.hook.onPull(name, digest))
  }
  return new Response(isHead ? null : new Uint8Array(manifest.bytes), {
    headers: { ...headers, 'Content-Length': String(size) },
  })
}

async function put({ context, c, name, reference }: OciRequest): Promise<Response> {
  const bytes = await readBody(c, context.config.limits.manifestBytes)
  const { digest, subject, tags, warnings } = await putManifest(context, {
    principal: c.get('principal'),
    requestId: c.get('requestId'),
    name,
    reference,
    extraTags: c.req.queries('tag') ?? [],
    contentType: c.req.header('content-type'),
    bytes,
  })
  const headers = new Headers({
    Location: `/v2/${name}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
  })
  if (subject !== undefined) headers.set('OCI-Subject', subject)
  if (reference === digest) for (const tag of tags) headers.append('OCI-Tag', tag)
  for (const { message } of warnings.slice(0, 8)) headers.append('Warning', `299 - ${quoted(message)}`)
  return new Response(null, { status: 201, headers })
}

/** All warnings of an answer together may have 4096 bytes. */
function quoted(text: string): string {
  const ascii = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 400)
  return `"${ascii.replace(/["\\]/g, '\\$&')}"`
}

async function remove({ context, c, name, reference }: OciRequest): Promise<Response> {
  const principal = c.get('principal')
  await removeManifest(context, { principal, requestId: c.get('requestId'), name, reference })
  return new Response(null, { status: 202 })
}
