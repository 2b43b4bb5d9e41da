// Manifests and tags of a repository: get, head, put, delete, list. What is read is hashed before it is returned.
import { SkillsError } from '../errors/error.ts'
import { sha256Digest } from '../integrity/digest.ts'
import { displayShort } from '../platform/text.ts'
import { assertDigest, digestLike, isDigest } from './digest.ts'
import { artifactInvalid, MANIFEST_BYTES } from './manifest.ts'
import { MANIFEST_TYPES } from './media-types.ts'
import { problemOf } from './problem.ts'
import { assertReference, isTag } from './reference.ts'
import type { Session } from './session.ts'
import type { OciResponse } from './transport.ts'

/** A manifest or index as it was transferred. */
export interface ManifestBytes {
  readonly bytes: Buffer
  readonly mediaType: string
  /** Of the bytes, computed here. */
  readonly digest: string
  readonly etag: string | undefined
}

/** What a registry says of a manifest without sending it; not to be believed before the bytes were hashed. */
export interface ManifestHead {
  readonly digest: string | undefined
  readonly mediaType: string
  readonly size: number | undefined
}

export interface PutManifest {
  readonly digest: string
  /** True when the registry says that it keeps the list of referrers of the manifest's subject itself. */
  readonly subjectKept: boolean
}

const TAG_PAGES = 1000
const TAG_LIMIT = 100_000
const TAGS_BYTES = 8 * 1024 * 1024
const PAGE = 1000

/**
 * @param reference a tag or a digest
 * @throws integrity_mismatch when the bytes do not have the digest that was asked for or announced;
 *   source_not_found, source_unauthorized, artifact_invalid, fetch_failed and what a session throws
 */
export async function getManifest(
  session: Session,
  repository: string,
  reference: string,
): Promise<ManifestBytes> {
  const what = placeOf(session, repository, reference)
  const answer = await requestManifest(session, repository, { method: 'GET', reference })
  if (answer.status !== 200) throw problemOf(answer, what)
  const announced = answer.headers['docker-content-digest']
  const wanted = isDigest(reference) ? reference : announced
  if (wanted !== undefined && isDigest(wanted))
    assertDigest(answer.body, wanted, `The manifest of ${displayShort(what, 300)}`)
  const mediaType = typeOf(answer)
  refuseTwoTypes(answer.body, mediaType, what)
  const digest = isDigest(reference) ? reference : sha256Digest(answer.body)
  return { bytes: answer.body, mediaType, digest, etag: answer.headers.etag }
}

/** Undefined when there is none. @throws like `getManifest`, but for what only the bytes show */
export async function headManifest(
  session: Session,
  repository: string,
  reference: string,
): Promise<ManifestHead | undefined> {
  const answer = await requestManifest(session, repository, { method: 'HEAD', reference })
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw problemOf(answer, placeOf(session, repository, reference))
  const digest = answer.headers['docker-content-digest']
  const size = Number(answer.headers['content-length'])
  return {
    digest: digest !== undefined && isDigest(digest) ? digest : undefined,
    mediaType: typeOf(answer),
    size: Number.isSafeInteger(size) ? size : undefined,
  }
}

/**
 * @param reference a tag, or the digest of the bytes
 * @throws push_refused, source_unauthorized, integrity_mismatch when the registry answers with another digest
 */
export async function putManifest(
  session: Session,
  repository: string,
  { reference, bytes, mediaType, ifMatch }: PutRequest,
): Promise<PutManifest> {
  assertReference(reference)
  const what = placeOf(session, repository, reference)
  const answer = await session.request(
    { repository, actions: 'pull,push' },
    {
      method: 'PUT',
      to: `${repository}/manifests/${encodeURIComponent(reference)}`,
      headers: { 'content-type': mediaType, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
      body: bytes,
      maxBytes: MANIFEST_BYTES,
      repeatable: true,
    },
  )
  if (answer.status < 200 || answer.status > 299) throw problemOf(answer, what, true)
  const said = answer.headers['docker-content-digest']
  const digest = digestLike(isDigest(reference) ? reference : 'sha256:', bytes)
  if (said !== undefined && isDigest(said) && said !== digestLike(said, bytes)) {
    throw new SkillsError(
      'integrity_mismatch',
      `The registry stored something else as ${displayShort(what, 300)}`,
      {
        hint: 'ask the operator of the registry; do not announce this version',
        details: { expected: digest, actual: said },
      },
    )
  }
  return { digest, subjectKept: answer.headers['oci-subject'] !== undefined }
}

export interface PutRequest {
  readonly reference: string
  readonly bytes: Uint8Array
  readonly mediaType: string
  /** Only when the registry still has what it gave with this ETag; registries that cannot compare ignore it. */
  readonly ifMatch?: string
}

/** Takes away a tag, or by digest the manifest with all its tags. False when there was none. @throws push_refused */
export async function deleteManifest(
  session: Session,
  repository: string,
  reference: string,
): Promise<boolean> {
  assertReference(reference)
  const answer = await session.request(
    { repository, actions: 'delete' },
    {
      method: 'DELETE',
      to: `${repository}/manifests/${encodeURIComponent(reference)}`,
      maxBytes: MANIFEST_BYTES,
    },
  )
  if (answer.status === 404) return false
  if (answer.status === 202 || answer.status === 200 || answer.status === 204) return true
  throw problemOf(answer, placeOf(session, repository, reference), true)
}

/** All tags, in the order of the registry, page by page; a repository that is not there is an error. */
export async function listTags(session: Session, repository: string): Promise<string[]> {
  const what = `${session.registry}/${repository}`
  const tags = new Set<string>()
  const seen = new Set<string>()
  let to: string | URL = `${repository}/tags/list?n=${PAGE}`
  for (let page = 0; page < TAG_PAGES && tags.size < TAG_LIMIT; page++) {
    const answer: OciResponse = await session.request(
      { repository, actions: 'pull' },
      { method: 'GET', to, headers: { accept: 'application/json' }, maxBytes: TAGS_BYTES },
    )
    if (answer.status !== 200) throw problemOf(answer, what)
    for (const tag of tagsOf(answer.body, what)) tags.add(tag)
    const next = nextPage(answer)
    if (!next || seen.has(next.href)) return [...tags]
    seen.add(next.href)
    to = next
  }
  throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} has more than ${TAG_LIMIT} tags`)
}

/** The address in `Link: <…>; rel="next"`; undefined when there is none or it leads to another host. */
export function nextPage(answer: OciResponse): URL | undefined {
  const [, target = ''] =
    /<([^<>]*)>\s*;[^,<]*\brel="?next"?/i.exec(answer.headers.link?.slice(0, 8192) ?? '') ?? []
  if (target === '' || !URL.canParse(target, answer.url.href)) return undefined
  const next = new URL(target, answer.url)
  return next.origin === answer.url.origin ? next : undefined
}

/** `registry/repository:tag` or `…@digest`. */
export function placeOf({ registry }: Session, repository: string, reference: string): string {
  return `${registry}/${repository}${isDigest(reference) ? '@' : ':'}${reference}`
}

function tagsOf(body: Buffer, what: string): string[] {
  try {
    const { tags } = JSON.parse(body.toString('utf8')) as { tags?: unknown }
    // Registries answer null for a repository whose tags are all gone. What is no tag cannot be asked for.
    if (tags === null || Array.isArray(tags))
      return (tags ?? []).filter((tag) => typeof tag === 'string' && isTag(tag))
  } catch {
    // Refused below.
  }
  throw artifactInvalid(what, 'its list of tags is malformed')
}

async function requestManifest(
  session: Session,
  repository: string,
  { method, reference }: { readonly method: 'GET' | 'HEAD'; readonly reference: string },
): Promise<OciResponse> {
  assertReference(reference)
  return session.request(
    { repository, actions: 'pull' },
    {
      method,
      to: `${repository}/manifests/${encodeURIComponent(reference)}`,
      headers: { accept: MANIFEST_TYPES.join(', ') },
      maxBytes: MANIFEST_BYTES,
      follow: true,
    },
  )
}

function typeOf({ headers }: OciResponse): string {
  return (headers['content-type'] ?? '').replace(/;.*$/, '').trim().toLowerCase()
}

/** Content that calls itself something else than its transfer does was made to be read in two ways (CVE-2021-41190). */
function refuseTwoTypes(bytes: Buffer, said: string, what: string): void {
  if (!MANIFEST_TYPES.includes(said)) return
  let own: unknown
  try {
    own = (JSON.parse(bytes.toString('utf8')) as { mediaType?: unknown } | null)?.mediaType
  } catch {
    return
  }
  if (typeof own === 'string' && own !== said)
    throw artifactInvalid(what, 'it is sent as one media type and calls itself another')
}
