// Lists of a repository: its tags, and what refers to a digest. Both in pages of bounded size, from columns alone.
import type { Principal } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { findReferrers, type ReferrerRow } from '../db/manifests.ts'
import { findRepository } from '../db/repositories.ts'
import { listTags } from '../db/tags.ts'
import { assertDigest } from './blobs.ts'
import { textsWithin } from './page.ts'
import { readable, requireAccess } from './repository.ts'

const TAGS_PAGE = 1000
const REFERRERS_PAGE = 200
const REFERRERS_BYTES = 256 * 1024

interface Named {
  readonly principal: Principal
  readonly name: string
}

/** Tags after `last`, at most `n` of them; `next` is the last one when there are more. */
export async function tagsPage(
  context: RegistryContext,
  { principal, name, n, last }: Named & { readonly n: number | undefined; readonly last: string | undefined },
): Promise<{ readonly tags: string[]; readonly next?: string }> {
  const repository = await readable(context, principal, name)
  const limit = Math.min(n ?? TAGS_PAGE, TAGS_PAGE)
  if (limit === 0) return { tags: [] }
  const found = await listTags(context.db, {
    repositoryId: repository.id,
    ...(last !== undefined && { last }),
    limit: limit + 1,
  })
  const tags = found.slice(0, limit)
  const next = tags.at(-1)
  return found.length > limit && next !== undefined ? { tags, next } : { tags }
}

/** JSON of the descriptors of what has the digest as its subject. A repository without any, or that is missing, has none. */
export async function referrersPage(
  context: RegistryContext,
  request: Named & {
    readonly digest: string
    readonly artifactType: string | undefined
    readonly last: string | undefined
  },
): Promise<{ readonly manifests: readonly string[]; readonly next?: string }> {
  const { principal, name, digest, artifactType, last } = request
  await requireAccess(context, { principal, name, action: 'read' })
  assertDigest(digest)
  const repository = await findRepository(context.db, name)
  if (!repository) return { manifests: [] }
  const found = await findReferrers(context.db, {
    repositoryId: repository.id,
    subject: digest,
    ...(artifactType !== undefined && { artifactType }),
    ...(last !== undefined && { last }),
    limit: REFERRERS_PAGE + 1,
  })
  const most = Math.min(REFERRERS_BYTES, context.config.limits.listBytes)
  const manifests = textsWithin(found.slice(0, REFERRERS_PAGE).map(descriptorText), most)
  const next = found[manifests.length - 1]?.digest
  return found.length > manifests.length && next !== undefined ? { manifests, next } : { manifests }
}

/** What the column holds is JSON that was made here, and goes out as it is. */
function descriptorText({ mediaType, size, digest, artifactType, annotations }: ReferrerRow): string {
  const text = JSON.stringify({ mediaType, size, digest, ...(artifactType !== null && { artifactType }) })
  return annotations === null ? text : `${text.slice(0, -1)},"annotations":${annotations}}`
}
