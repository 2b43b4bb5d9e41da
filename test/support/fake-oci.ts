// An OCI registry in the process of the test, whose optional parts and misdeeds can be switched on and off.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeOciOptions {
  /** Lists referrers itself; otherwise 404, and the fallback tag is the client's. */
  referrers?: boolean
  /** Says `OCI-Subject` without listing referrers. */
  subjectLie?: boolean
  /** Heeds `artifactType=` of the referrers API. */
  filters?: boolean
  auth?: 'basic' | 'bearer'
  /** The realm that a challenge names; the registry's own `/token` when absent. */
  realm?: string
  /** The scope that a challenge asks for, instead of the right one. */
  challengeScope?: string
  /** What the token service accepts; anonymous gets a token for pulling. */
  user?: { readonly name: string; readonly password: string }
  identityToken?: string
  tokenSeconds?: number
  /** `Location` of uploads: a path, a whole URL, or another origin. */
  location?: 'relative' | 'absolute' | { readonly origin: string }
  /** Blobs are redirected to this origin, which may be another fake of the same content. */
  blobRedirect?: string
  chunkMin?: number
  /** Stores at most this many bytes of the n-th PATCH (counted from 1), and breaks the connection. */
  breakPatch?: { readonly at: number; readonly keep: number }
  /** Serves other bytes than announced. */
  corrupt?: 'manifest' | 'blob' | 'both'
  /** Page size of tags and referrers. */
  page?: number
  mount?: boolean
  /** Heeds If-Match where a manifest is put. */
  compares?: boolean
  /** Answers every request so, before anything else. */
  fail?: (
    request: IncomingMessage,
  ) => { status: number; headers?: Record<string, string>; body?: string } | undefined
}

export interface LoggedRequest {
  readonly line: string
  readonly authorization: string | undefined
  readonly body: Buffer
}

export interface FakeOci {
  /** `127.0.0.1:<port>` and the origin with it. */
  readonly host: string
  readonly origin: string
  /** May be changed between requests. */
  readonly options: FakeOciOptions
  readonly log: LoggedRequest[]
  readonly blobs: Map<string, Buffer>
  /** By `<repository>@<digest>` and `<repository>:<tag>`. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>
  close(): Promise<void>
}

interface State {
  readonly fake: FakeOci
  readonly uploads: Map<string, Buffer>
  patches: number
  nextUpload: number
}

interface Call extends State {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  readonly url: URL
}

export async function startFakeOci(options: FakeOciOptions = {}): Promise<FakeOci> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const fake: FakeOci = {
    host,
    origin: `http://${host}`,
    options,
    log: [],
    blobs: new Map(),
    manifests: new Map(),
    close: () => closeServer(server),
  }
  const state: State = { fake, uploads: new Map(), patches: 0, nextUpload: 0 }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const { authorization } = request.headers
      fake.log.push({ line: `${request.method} ${request.url}`, authorization, body })
      const url = new URL(request.url ?? '/', fake.origin)
      // One object, so that counters are those of the registry.
      answer(Object.assign(Object.create(state) as State, { request, response, body, url }), state)
    })
  })
  return fake
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function answer(call: Call, state: State): void {
  const { request, url, fake } = call
  const failure = fake.options.fail?.(request)
  if (failure) return send(call, failure.status, { headers: failure.headers ?? {}, body: failure.body ?? '' })
  if (url.pathname === '/token') return answerToken(call)
  const challenge = challengeFor(call)
  if (challenge !== undefined) {
    return problem(call, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge })
  }
  if (url.pathname === '/v2/') return send(call, 200, {})
  const [, repository = '', kind = '', rest = ''] =
    /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs|tags|referrers)\/(.*)$/.exec(url.pathname) ?? []
  const name = decodeURIComponent(rest)
  if (kind === 'manifests') return answerManifest(call, repository, name)
  if (kind === 'blobs') return answerBlob(call, name)
  if (kind === 'blobs/uploads') return answerUpload(call, { repository, id: name, state })
  if (kind === 'tags') return answerTags(call, repository)
  if (kind === 'referrers') return answerReferrers(call, repository, name)
  return problem(call, 404, 'NAME_UNKNOWN')
}

function challengeFor({ request, fake, url }: Call): string | undefined {
  const { auth, realm = `${fake.origin}/token`, user } = fake.options
  const given = request.headers.authorization
  if (auth === undefined) return undefined
  if (auth === 'basic') return given === basic(user) ? undefined : 'Basic realm="fake"'
  const repository = /^\/v2\/(.+?)\/(?:manifests|blobs|tags|referrers)\//.exec(url.pathname)?.[1] ?? ''
  const action = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push'
  const scope = fake.options.challengeScope ?? `repository:${repository}:${action}`
  const writes = action !== 'pull'
  const fits = given === 'Bearer may-write' || (!writes && given === 'Bearer may-read')
  return fits ? undefined : `Bearer realm="${realm}",service="fake",scope="${scope}"`
}

function basic(user: FakeOciOptions['user']): string {
  return `Basic ${Buffer.from(`${user?.name}:${user?.password}`).toString('base64')}`
}

function answerToken(call: Call): void {
  const { request, fake, body } = call
  const { user, identityToken, tokenSeconds = 60 } = fake.options
  const give = (token: string): void =>
    send(call, 200, { body: JSON.stringify({ token, expires_in: tokenSeconds }) })
  if (request.method === 'POST') {
    const form = new URLSearchParams(body.toString())
    const fits = identityToken !== undefined && form.get('refresh_token') === identityToken
    return fits ? give('may-write') : send(call, 401, {})
  }
  if (request.headers.authorization === undefined) return give('may-read')
  return request.headers.authorization === basic(user) ? give('may-write') : send(call, 401, {})
}

function answerManifest(call: Call, repository: string, reference: string): void {
  const { request, fake, body } = call
  const key = `${repository}${reference.includes(':') ? '@' : ':'}${reference}`
  if (request.method === 'PUT') {
    const digest = sha256(body)
    const expected = request.headers['if-match']
    const current = fake.manifests.get(key)
    if (
      fake.options.compares &&
      expected !== undefined &&
      (!current || expected !== `"${sha256(current.bytes)}"`)
    ) {
      return problem(call, 412, 'CONFLICT')
    }
    const stored = { type: request.headers['content-type'] ?? '', bytes: body }
    fake.manifests.set(`${repository}@${digest}`, stored)
    if (!reference.includes(':')) fake.manifests.set(key, stored)
    const { subject } = JSON.parse(body.toString()) as { subject?: { digest: string } }
    const kept = subject && (fake.options.referrers || fake.options.subjectLie)
    return send(call, 201, {
      headers: { 'docker-content-digest': digest, ...(kept && { 'oci-subject': subject.digest }) },
    })
  }
  if (request.method === 'DELETE') {
    return fake.manifests.delete(key) ? send(call, 202, {}) : problem(call, 404, 'MANIFEST_UNKNOWN')
  }
  const found = fake.manifests.get(key)
  if (!found) return problem(call, 404, 'MANIFEST_UNKNOWN')
  const lies = fake.options.corrupt === 'manifest' || fake.options.corrupt === 'both'
  const bytes = lies ? Buffer.concat([found.bytes, Buffer.from(' ')]) : found.bytes
  return send(call, 200, {
    headers: {
      'content-type': found.type,
      'docker-content-digest': sha256(found.bytes),
      etag: `"${sha256(found.bytes)}"`,
    },
    body: bytes,
  })
}

function answerBlob(call: Call, digest: string): void {
  const { request, fake } = call
  const bytes = fake.blobs.get(digest)
  if (!bytes) return problem(call, 404, 'BLOB_UNKNOWN')
  if (request.method === 'DELETE') {
    fake.blobs.delete(digest)
    return send(call, 202, {})
  }
  const to = fake.options.blobRedirect
  if (to !== undefined && request.method === 'GET') {
    return send(call, 307, { headers: { location: `${to}${request.url}?signature=in-the-address` } })
  }
  const lies = fake.options.corrupt === 'blob' || fake.options.corrupt === 'both'
  const sent = lies ? Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)]) : bytes
  return send(call, 200, { headers: { 'content-type': 'application/octet-stream' }, body: sent })
}

interface UploadCall {
  readonly repository: string
  readonly id: string
  readonly state: State
}

function answerUpload(call: Call, { repository, id, state }: UploadCall): void {
  const { request, fake, body, url, uploads } = call
  if (request.method === 'POST') {
    const mounted = url.searchParams.get('mount') ?? ''
    if (fake.options.mount && fake.blobs.has(mounted)) return send(call, 201, {})
    const next = String(++state.nextUpload)
    uploads.set(next, Buffer.alloc(0))
    const { chunkMin } = fake.options
    const least = chunkMin === undefined ? {} : { 'oci-chunk-min-length': String(chunkMin) }
    return send(call, 202, { headers: { ...place(fake, repository, next), ...least } })
  }
  const stored = uploads.get(id)
  if (!stored || url.searchParams.get('state') !== 'signed') return problem(call, 404, 'BLOB_UPLOAD_UNKNOWN')
  const range = { range: `0-${Math.max(stored.length - 1, 0)}` }
  if (request.method === 'GET')
    return send(call, 204, { headers: { ...place(fake, repository, id), ...range } })
  if (request.method === 'PATCH') return answerPatch(call, { repository, id, state })
  const all = Buffer.concat([stored, body])
  const digest = url.searchParams.get('digest') ?? ''
  if (sha256(all) !== digest) return problem(call, 400, 'DIGEST_INVALID')
  fake.blobs.set(digest, all)
  uploads.delete(id)
  return send(call, 201, { headers: { 'docker-content-digest': digest } })
}

function answerPatch(call: Call, { repository, id, state }: UploadCall): void {
  const { request, response, fake, body, uploads } = call
  const stored = uploads.get(id) ?? Buffer.alloc(0)
  const { breakPatch } = fake.options
  state.patches += 1
  if (breakPatch?.at === state.patches) {
    uploads.set(id, Buffer.concat([stored, body.subarray(0, breakPatch.keep)]))
    response.destroy()
    return
  }
  if (request.headers['content-range'] !== `${stored.length}-${stored.length + body.length - 1}`) {
    return send(call, 416, { headers: { range: `0-${Math.max(stored.length - 1, 0)}` } })
  }
  const all = Buffer.concat([stored, body])
  uploads.set(id, all)
  return send(call, 202, { headers: { ...place(fake, repository, id), range: `0-${all.length - 1}` } })
}

function place(fake: FakeOci, repository: string, id: string): Record<string, string> {
  const path = `/v2/${repository}/blobs/uploads/${id}?state=signed`
  const { location } = fake.options
  const origin = typeof location === 'object' ? location.origin : location === 'absolute' ? fake.origin : ''
  return { location: `${origin}${path}` }
}

function answerTags(call: Call, repository: string): void {
  const { fake, url } = call
  const all = [...fake.manifests.keys()]
    .filter((key) => key.startsWith(`${repository}:`))
    .map((key) => key.slice(repository.length + 1))
    .sort()
  const last = url.searchParams.get('last') ?? ''
  const rest = all.filter((tag) => tag > last)
  const page = rest.slice(0, fake.options.page ?? rest.length)
  const more = page.length < rest.length
  const next = `</v2/${repository}/tags/list?last=${page.at(-1)}>; rel="next"`
  return send(call, 200, {
    headers: more ? { link: next } : {},
    body: JSON.stringify({ name: repository, tags: page }),
  })
}

function answerReferrers(call: Call, repository: string, digest: string): void {
  const { fake, url } = call
  if (!fake.options.referrers) return problem(call, 404, 'NOT_FOUND')
  const wanted = url.searchParams.get('artifactType')
  const manifests = [...fake.manifests].flatMap(([key, { type, bytes }]) => {
    const value = JSON.parse(bytes.toString()) as Record<string, unknown> & { subject?: { digest: string } }
    if (!key.startsWith(`${repository}@`) || value.subject?.digest !== digest) return []
    const { artifactType } = value
    if (fake.options.filters && wanted !== null && wanted !== artifactType) return []
    return [
      {
        mediaType: type,
        digest: sha256(bytes),
        size: bytes.length,
        artifactType,
        annotations: value.annotations,
      },
    ]
  })
  const from = Number(url.searchParams.get('from') ?? 0)
  const size = fake.options.page ?? manifests.length
  const link = `</v2/${repository}/referrers/${digest}?from=${from + size}>; rel="next"`
  return send(call, 200, {
    headers: {
      'content-type': 'application/vnd.oci.image.index.v1+json',
      ...(from + size < manifests.length && { link }),
      ...(fake.options.filters && { 'oci-filters-applied': 'artifactType' }),
    },
    body: JSON.stringify({ schemaVersion: 2, manifests: manifests.slice(from, from + size) }),
  })
}

function problem(call: Call, status: number, code: string, headers: Record<string, string> = {}): void {
  send(call, status, {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ errors: [{ code, message: code.toLowerCase(), detail: {} }] }),
  })
}

function send(
  { request, response }: Call,
  status: number,
  { headers = {}, body = '' }: { readonly headers?: Record<string, string>; readonly body?: string | Buffer },
): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}
