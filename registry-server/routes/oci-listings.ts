// Lists of the distribution face: tags and referrers.
import { referrersPage, tagsPage } from '../services/listings.ts'
import { methodNotAllowed, type OciRequest } from './oci-request.ts'
import { ociError } from '../problem.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'

/** Answers `GET /v2/NAME/tags/list?n=&last=`. */
export async function tagsRoute({ context, c, name }: OciRequest): Promise<Response> {
  requireRead(c.req.method)
  const n = c.req.query('n')
  if (n !== undefined && !/^\d{1,9}$/.test(n)) {
    throw ociError('UNSUPPORTED', 'n is not a number', { status: 400 })
  }
  const { tags, next } = await tagsPage(context, {
    principal: c.get('principal'),
    name,
    n: n === undefined ? undefined : Number(n),
    last: c.req.query('last'),
  })
  const headers = new Headers({ 'Cache-Control': 'no-cache' })
  if (next !== undefined) headers.set('Link', link(`/v2/${name}/tags/list`, { n, last: next }))
  return Response.json({ name, tags }, { headers })
}

/** Answers `GET /v2/NAME/referrers/DIGEST?artifactType=`. */
export async function referrersRoute({ context, c, name, reference }: OciRequest): Promise<Response> {
  requireRead(c.req.method)
  const artifactType = c.req.query('artifactType') || undefined
  const { manifests, next } = await referrersPage(context, {
    principal: c.get('principal'),
    name,
    digest: reference,
    artifactType,
    last: c.req.query('last'),
  })
  const headers = new Headers({ 'Content-Type': INDEX, 'Cache-Control': 'no-cache' })
  if (artifactType !== undefined) headers.set('OCI-Filters-Applied', 'artifactType')
  if (next !== undefined) {
    headers.set('Link', link(`/v2/${name}/referrers/${reference}`, { artifactType, last: next }))
  }
  const body = `{"schemaVersion":2,"mediaType":"${INDEX}","manifests":[${manifests.join(',')}]}`
  return new Response(body, { headers })
}

function link(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `<${path}?${new URLSearchParams(given).toString()}>; rel="next"`
}

function requireRead(method: string): void {
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method)
}
