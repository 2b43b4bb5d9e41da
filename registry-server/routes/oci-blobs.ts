// GET, HEAD and DELETE of a blob; a range of it where one is asked for.
import { Readable } from 'node:stream'
import { lost } from '../blobs/folder.ts'
import { blobBody, getBlob, isStored, removeBlob } from '../services/blobs.ts'
import { methodNotAllowed, type OciRequest } from './oci-request.ts'
import { isUnchanged, publicOrPrivate, rangeOf } from './oci-headers.ts'

/** Answers a request for `/v2/NAME/blobs/DIGEST`. */
export async function blobRoute(request: OciRequest): Promise<Response> {
  const { method } = request.c.req
  if (method === 'GET' || method === 'HEAD') return get(request)
  if (method === 'DELETE') return remove(request)
  throw methodNotAllowed(method)
}

async function get({ context, c, name, reference }: OciRequest): Promise<Response> {
  const principal = c.get('principal')
  const blob = await getBlob(context, { principal, name, digest: reference })
  const { digest, size, repository } = blob
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
    'Accept-Ranges': 'bytes',
    'Cache-Control': `${publicOrPrivate(context, repository)}, max-age=31536000, immutable`,
    'X-Content-Type-Options': 'nosniff',
  }
  if (isUnchanged(c, digest)) return new Response(null, { status: 304, headers })
  const isHead = c.req.raw.method === 'HEAD'
  const ifRange = c.req.header('if-range')
  // Only a GET has ranges (RFC 9110, 14.2).
  const isWhole = isHead || (ifRange !== undefined && ifRange !== `"${digest}"`)
  const wanted = isWhole ? undefined : c.req.header('range')
  const range = rangeOf(wanted, size)
  if (range === 'bad') {
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } })
  }
  const part = range === 'none' ? undefined : range
  const length = part ? part.end - part.start + 1 : size
  const all = {
    ...headers,
    'Content-Length': String(length),
    ...(part && { 'Content-Range': `bytes ${part.start}-${part.end}/${size}` }),
  }
  const status = part ? 206 : 200
  if (isHead) {
    if (await isStored(context, principal, blob)) return new Response(null, { status, headers: all })
    throw lost(digest, { oci: 'BLOB_UNKNOWN', status: 404 })
  }
  const body = await blobBody(context, blob, part)
  if (Buffer.isBuffer(body)) return new Response(new Uint8Array(body), { status, headers: all })
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers: all })
}

async function remove({ context, c, name, reference }: OciRequest): Promise<Response> {
  const principal = c.get('principal')
  await removeBlob(context, { principal, requestId: c.get('requestId'), name, digest: reference })
  return new Response(null, { status: 202 })
}
