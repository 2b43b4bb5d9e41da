// Uploads: POST starts, mounts or sends all at once; PATCH goes on; PUT closes; GET tells how far; DELETE forgets.
import { ociError } from '../problem.ts'
import { assertDigest } from '../services/blobs.ts'
import {
  appendUpload,
  cancelUpload,
  finishUpload,
  mountBlob,
  startUpload,
  uploadAtOnce,
  uploadOffset,
  type UploadPart,
} from '../services/uploads.ts'
import { bodyOf, contentLength } from './http.ts'
import { methodNotAllowed, type OciRequest } from './oci-request.ts'

/** Answers a request for `/v2/NAME/blobs/uploads/[SESSION]`. */
export async function uploadRoute(request: OciRequest): Promise<Response> {
  const { method } = request.c.req
  if (request.reference === '') {
    if (method === 'POST') return start(request)
    throw methodNotAllowed(method)
  }
  if (method === 'PATCH') return patch(request)
  if (method === 'PUT') return put(request)
  if (method === 'GET' || method === 'HEAD') return status(request)
  if (method === 'DELETE') return cancel(request)
  throw methodNotAllowed(method)
}

async function start(request: OciRequest): Promise<Response> {
  const { context, c, name } = request
  const base = { principal: c.get('principal'), requestId: c.get('requestId'), name }
  const { mount, from, digest } = c.req.query()
  const algorithm = c.req.query('digest-algorithm')
  if (algorithm !== undefined && algorithm !== 'sha256' && algorithm !== 'sha512') {
    throw ociError('DIGEST_INVALID', 'The digest algorithm is neither sha256 nor sha512')
  }
  if (mount !== undefined) {
    assertDigest(mount)
    if (await mountBlob(context, { ...base, digest: mount, ...(from !== undefined && { from }) })) {
      return created(name, mount)
    }
  }
  if (digest !== undefined) {
    assertDigest(digest)
    await uploadAtOnce(context, { ...base, digest, body: bodyOf(c), length: contentLength(c) })
    return created(name, digest)
  }
  const session = await startUpload(context, base)
  return new Response(null, {
    status: 202,
    headers: {
      ...place(name, session, 0),
      'Docker-Upload-UUID': session.slice(0, 36),
      'Content-Length': '0',
    },
  })
}

async function patch(request: OciRequest): Promise<Response> {
  const { context, name, reference } = request
  const result = await appendUpload(context, partOf(request))
  if ('wrong' in result) return wrongOffset(name, reference, result.offset)
  return new Response(null, { status: 202, headers: place(name, reference, result.offset) })
}

async function put(request: OciRequest): Promise<Response> {
  const { context, c, name, reference } = request
  const digest = c.req.query('digest')
  if (digest === undefined) throw ociError('DIGEST_INVALID', 'The digest parameter is missing')
  const result = await finishUpload(context, { ...partOf(request), digest })
  if ('wrong' in result) return wrongOffset(name, reference, result.offset)
  return created(name, digest)
}

async function status({ context, c, name, reference }: OciRequest): Promise<Response> {
  const base = { principal: c.get('principal'), requestId: c.get('requestId'), name }
  const offset = await uploadOffset(context, { ...base, session: reference })
  return new Response(null, { status: 204, headers: place(name, reference, offset) })
}

async function cancel({ context, c, name, reference }: OciRequest): Promise<Response> {
  const base = { principal: c.get('principal'), requestId: c.get('requestId'), name }
  await cancelUpload(context, { ...base, session: reference })
  return new Response(null, { status: 204 })
}

function partOf({ c, name, reference }: OciRequest): UploadPart {
  return {
    principal: c.get('principal'),
    requestId: c.get('requestId'),
    name,
    session: reference,
    body: bodyOf(c),
    range: c.req
      .header('content-range')
      ?.replace(/^bytes[ =]/, '')
      .replace(/\/.*$/, ''),
    length: contentLength(c),
  }
}

/** `0-0` stands for no byte too: the specification has no other form. */
function place(name: string, session: string, offset: number): Record<string, string> {
  return { Location: `/v2/${name}/blobs/uploads/${session}`, Range: `0-${Math.max(0, offset - 1)}` }
}

function wrongOffset(name: string, session: string, offset: number): Response {
  const error = {
    code: 'BLOB_UPLOAD_INVALID',
    message: `The upload goes on at ${offset}`,
    detail: { offset },
  }
  return Response.json({ errors: [error] }, { status: 416, headers: place(name, session, offset) })
}

function created(name: string, digest: string): Response {
  const headers = { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest }
  return new Response(null, { status: 201, headers })
}
