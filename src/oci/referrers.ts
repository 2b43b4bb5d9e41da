// What refers to a manifest (signatures, attestations): by the referrers API, or by the fallback tag that clients keep.
import { setTimeout as wait } from 'node:timers/promises'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { checkedDigest, digestLike } from './digest.ts'
import {
  artifactInvalid,
  artifactTypeOf,
  MANIFEST_BYTES,
  parseManifest,
  type Descriptor,
  type ImageIndex,
} from './manifest.ts'
import { getManifest, nextPage, placeOf, putManifest, type PutManifest } from './manifests.ts'
import { OCI_INDEX } from './media-types.ts'
import { problemOf } from './problem.ts'
import type { Session } from './session.ts'
import type { OciResponse } from './transport.ts'

const PAGES = 100
const ATTEMPTS = 6

/** The tag under which clients list referrers where the registry does not: `sha256-<hex>`. */
export function fallbackTag(digest: string): string {
  const [algorithm = '', encoded = ''] = digest.split(':')
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`
}

/** Manifests whose subject is the digest; of one artifact type when it is named. None is an empty list. */
export async function listReferrers(
  session: Session,
  repository: string,
  { digest, artifactType }: { readonly digest: string; readonly artifactType?: string },
): Promise<Descriptor[]> {
  const found =
    (await fromApi(session, repository, digest, artifactType)) ?? (await fromTag(session, repository, digest))
  // A registry may ignore the filter, and the tag has none.
  return artifactType === undefined ? found : found.filter((item) => item.artifactType === artifactType)
}

/**
 * Puts a manifest that has a `subject`, by its digest, and lists it under the fallback tag where the registry keeps no
 * list itself.
 * @throws artifact_invalid when it has no subject; conflict-free retries end in fetch_failed
 */
export async function attachManifest(
  session: Session,
  repository: string,
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
): Promise<PutManifest> {
  const digest = digestLike('sha256:', bytes)
  const what = placeOf(session, repository, digest)
  const manifest = parseManifest(bytes, what)
  const { subject } = manifest
  if (!subject) throw artifactInvalid(what, 'it has no subject to be attached to')
  const put = await putManifest(session, repository, { reference: digest, bytes, mediaType })
  // Some registries say that they keep the list, and do not.
  if (put.subjectKept && (await fromApi(session, repository, subject.digest)) !== undefined) return put
  const artifactType = manifest.kind === 'manifest' ? artifactTypeOf(manifest) : manifest.artifactType
  const { annotations } = manifest
  await addToTag(session, repository, {
    subject: subject.digest,
    entry: {
      mediaType,
      digest,
      size: bytes.length,
      ...(artifactType !== undefined && { artifactType }),
      annotations,
    },
  })
  return put
}

/** Undefined where the registry has no such API. */
async function fromApi(
  session: Session,
  repository: string,
  digest: string,
  artifactType?: string,
): Promise<Descriptor[] | undefined> {
  const what = placeOf(session, repository, digest)
  const filter = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`
  const found: Descriptor[] = []
  const seen = new Set<string>()
  let to: string | URL = `${repository}/referrers/${checkedDigest(digest)}${filter}`
  for (let page = 0; page < PAGES; page++) {
    const answer: OciResponse = await session.request(
      { repository, actions: 'pull' },
      { method: 'GET', to, headers: { accept: OCI_INDEX }, maxBytes: MANIFEST_BYTES },
    )
    if (answer.status !== 200) {
      // Registries without it answer 404, and old ones whatever they answer to an unknown path.
      if (page === 0 && [400, 404, 405, 406, 501].includes(answer.status)) return undefined
      throw problemOf(answer, `referrers of ${what}`)
    }
    const type = answer.headers['content-type'] ?? ''
    if (page === 0 && !type.startsWith(OCI_INDEX)) return undefined
    found.push(...indexOf(answer.body, `the list of referrers of ${what}`).manifests)
    const next = nextPage(answer)
    if (!next || seen.has(next.href)) return found
    seen.add(next.href)
    to = next
  }
  throw new SkillsError('limit_exceeded', `Too many manifests refer to ${what}`)
}

async function fromTag(session: Session, repository: string, digest: string): Promise<Descriptor[]> {
  return [...(await readTag(session, repository, digest)).manifests]
}

interface TagList {
  readonly manifests: readonly Descriptor[]
  readonly etag: string | undefined
}

async function readTag(session: Session, repository: string, digest: string): Promise<TagList> {
  const tag = fallbackTag(digest)
  try {
    const { bytes, etag } = await getManifest(session, repository, tag)
    return { manifests: indexOf(bytes, placeOf(session, repository, tag)).manifests, etag }
  } catch (error) {
    if (isSkillsError(error, 'source_not_found')) return { manifests: [], etag: undefined }
    throw error
  }
}

/**
 * Reads, adds, writes and looks again. Where a registry does not compare (If-Match), a writer that read before and
 * writes after this look can still take the entry away: the fallback tag has no better.
 */
async function addToTag(
  session: Session,
  repository: string,
  { subject, entry }: { readonly subject: string; readonly entry: Descriptor },
): Promise<void> {
  const reference = fallbackTag(subject)
  for (let attempt = 0; ; attempt++) {
    const { manifests, etag } = await readTag(session, repository, subject)
    if (manifests.some(({ digest }) => digest === entry.digest)) return
    if (attempt >= ATTEMPTS) {
      throw new SkillsError(
        'fetch_failed',
        `Others change ${placeOf(session, repository, reference)} at the same time`,
        { hint: 'try again' },
      )
    }
    if (attempt > 0) await wait(25 * 2 ** attempt * (0.5 + Math.random()))
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...manifests, entry] }
    const bytes = Buffer.from(JSON.stringify(index))
    try {
      const put = { reference, bytes, mediaType: OCI_INDEX, ...(etag !== undefined && { ifMatch: etag }) }
      await putManifest(session, repository, put)
    } catch (error) {
      // Somebody was faster; read what they wrote.
      if (!isSkillsError(error, 'push_refused') || error.details.status !== 412) throw error
    }
  }
}

function indexOf(bytes: Uint8Array, what: string): ImageIndex {
  const index = parseManifest(bytes, what)
  if (index.kind === 'index') return index
  throw artifactInvalid(what, 'it is no index')
}
