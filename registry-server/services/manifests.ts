// Manifests: stored byte for byte under their digest, found by digest or tag. A version's tag never moves.
import type { Diagnostic } from '../../src/errors/diagnostic.ts'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import { isDigest } from '../../src/oci/digest.ts'
import { SKILL_ARTIFACT } from '../../src/oci/media-types.ts'
import { isTag } from '../../src/oci/reference.ts'
import { versionOfTag } from '../../src/registry/names.ts'
import { clientOf, type Principal } from '../auth.ts'
import { algorithmOf, digestOf } from '../blobs/store.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import { findBlob } from '../db/blobs.ts'
import type { Database } from '../db/database.ts'
import {
  deleteManifest,
  findManifest,
  findTagged,
  findTaggedType,
  hasManifest,
  insertManifest,
  type ManifestRow,
} from '../db/manifests.ts'
import { findRepository, type RepositoryRow } from '../db/repositories.ts'
import { deleteTag, findTag, setTag } from '../db/tags.ts'
import { assertReadableJson } from '../json-bounds.ts'
import { ociError } from '../problem.ts'
import { type ReadManifest, readManifestForm } from './manifest-form.ts'
import type { Push } from './publish-hook.ts'
import { removalAt } from './removed.ts'
import { readable, requireAccess, writable } from './repository.ts'

/** More tags in one request are not taken. */
const TAGS_AT_ONCE = 50

/** The manifest and whether everybody may read it. @throws MANIFEST_UNKNOWN, NAME_UNKNOWN, UNAUTHORIZED; registry_damaged */
export async function getManifest(
  context: RegistryContext,
  {
    principal,
    name,
    reference,
  }: { readonly principal: Principal; readonly name: string; readonly reference: string },
): Promise<ManifestRow & { readonly repository: RepositoryRow }> {
  const repository = await readable(context, principal, name)
  const byDigest = checkReference(reference)
  const found = byDigest
    ? await findManifest(context.db, repository.id, reference)
    : await findTagged(context.db, repository.id, reference)
  if (!found) throw (await removalAt(context.db, name, reference)) ?? unknown(name, reference)
  if (digestOf(found.bytes, algorithmOf(found.digest)) !== found.digest) {
    throw new SkillsError('registry_damaged', `The manifest ${found.digest} has other bytes`, {
      hint: 'push it again; skills registry fsck finds all that is damaged',
    })
  }
  return { ...found, repository }
}

export interface PutManifest {
  readonly principal: Principal
  readonly requestId: string
  readonly name: string
  readonly reference: string
  /** Of the `tag` parameters; only with a digest. */
  readonly extraTags: readonly string[]
  readonly contentType: string | undefined
  readonly bytes: Buffer
}

/**
 * Stores a manifest and makes the tags name it.
 * @throws MANIFEST_INVALID, too_complex, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID, DENIED; version_exists; what the hook refuses with
 */
export async function putManifest(
  context: RegistryContext,
  request: PutManifest,
): Promise<{
  readonly digest: string
  readonly subject: string | undefined
  readonly tags: readonly string[]
  readonly warnings: readonly Diagnostic[]
}> {
  const { principal, name, reference, bytes, requestId } = request
  await requireAccess(context, { principal, name, action: 'publish' })
  const byDigest = checkReference(reference)
  const tags = byDigest ? [...new Set(request.extraTags)] : [reference]
  if (tags.length > TAGS_AT_ONCE) {
    throw ociError('MANIFEST_INVALID', `More than ${TAGS_AT_ONCE} tags at once`, { status: 414 })
  }
  for (const tag of tags) if (!isTag(tag)) throw ociError('MANIFEST_INVALID', 'The tag is not valid')
  assertReadableJson(bytes, 'The manifest')
  const form = await readForm(context, request)
  const digest = digestOf(bytes, byDigest ? algorithmOf(reference) : 'sha256')
  if (byDigest && digest !== reference) {
    throw ociError('DIGEST_INVALID', `The bytes are ${digest}, not ${reference}`)
  }
  const at = context.now().toISOString()
  const known = await findRepository(context.db, name)
  if (known) {
    await requireParts(context.db, known.id, form)
    await requireFreeTags(context.db, known.id, tags, digest)
  }
  const repository = known ?? (await context.db.transaction((tx) => writable(tx, { name, principal, at })))
  if (!known) await requireParts(context.db, repository.id, form)
  const push: Push = {
    repository,
    tags,
    digest,
    mediaType: form.mediaType,
    artifactType: form.artifactType,
    bytes,
    client: clientOf(principal),
    parts: form.parts,
    actor: principal.actor,
    requestId,
    at,
  }
  const settling = settleParts(context, form)
  const effect = await context.hook.onManifest(context, push).finally(() => settling.catch(() => {}))
  await settling
  const warnings = await context.db.transaction(async (tx) => {
    await tx.lock(`repository:${name}`)
    await requireParts(tx, repository.id, form)
    await requireFreeTags(tx, repository.id, tags, digest)
    const told = (await effect?.(tx)) ?? []
    const isNew = await insertManifest(tx, {
      repositoryId: repository.id,
      digest,
      mediaType: form.mediaType,
      artifactType: form.shownType ?? null,
      subject: form.subject ?? null,
      // Only what points at another is in a list.
      annotations: (form.subject !== undefined && form.annotations) || null,
      bytes,
      parts: form.parts.filter(({ optional }) => !optional),
      at,
    })
    for (const tag of tags) await setTag(tx, { repositoryId: repository.id, name: tag, digest, at })
    await recordAudit(tx, {
      at,
      actor: principal.actor,
      action: 'manifest.put',
      target: name,
      details: { digest, tags, new: isNew },
      requestId,
    })
    return told
  })
  context.cache.put(digest, bytes)
  return { digest, subject: form.subject, tags, warnings }
}

/** A longer one is not read by the thread that answers. */
const READ_AT_ONCE = 64 * 1024

async function readForm(
  { work }: RegistryContext,
  { bytes, contentType, principal }: PutManifest,
): Promise<ReadManifest> {
  if (bytes.length <= READ_AT_ONCE) return readManifestForm(bytes, contentType)
  return work.do('form', { bytes, contentType }, clientOf(principal))
}

/** Removes a manifest with its tags, or one tag. @throws MANIFEST_UNKNOWN, NAME_UNKNOWN, DENIED */
export async function removeManifest(
  context: RegistryContext,
  request: {
    readonly principal: Principal
    readonly requestId: string
    readonly name: string
    readonly reference: string
  },
): Promise<void> {
  const { principal, name, reference, requestId } = request
  await requireAccess(context, { principal, name, action: 'delete' })
  const byDigest = checkReference(reference)
  const at = context.now().toISOString()
  await context.db.transaction(async (tx) => {
    await tx.lock(`repository:${name}`)
    const repository = await findRepository(tx, name)
    if (!repository) throw ociError('NAME_UNKNOWN', `There is no repository ${name}`)
    const digest = byDigest ? reference : await findTag(tx, repository.id, reference)
    if (digest === undefined) throw unknown(name, reference)
    const tag = byDigest ? undefined : reference
    await context.hook.onRemove(tx, { repository, digest, tag, actor: principal.actor })
    const gone = byDigest
      ? await deleteManifest(tx, repository.id, digest)
      : await deleteTag(tx, repository.id, reference)
    if (!gone) throw unknown(name, reference)
    await recordAudit(tx, {
      at,
      actor: principal.actor,
      action: byDigest ? 'manifest.delete' : 'tag.delete',
      target: name,
      details: { digest, ...(tag !== undefined && { tag }) },
      requestId,
    })
  })
}

/** True for a digest, false for a tag. @throws DIGEST_INVALID, MANIFEST_INVALID */
function checkReference(reference: string): boolean {
  if (isDigest(reference)) return true
  if (reference.includes(':')) throw ociError('DIGEST_INVALID', 'The digest is not one that is supported')
  if (!isTag(reference)) throw ociError('MANIFEST_INVALID', 'The tag is not valid')
  return false
}

async function requireParts(db: Database, repositoryId: number, { parts }: ReadManifest): Promise<void> {
  const missing: string[] = []
  for (const { digest, kind, size, optional } of parts) {
    if (optional) continue
    const found =
      kind === 'blob' ? await findBlob(db, repositoryId, digest) : await hasManifest(db, repositoryId, digest)
    if (!found) missing.push(digest)
    else if (typeof found === 'object' && found.size !== size) {
      throw ociError('MANIFEST_INVALID', `The size of ${digest} is ${found.size}, not ${size}`)
    }
  }
  if (missing.length > 0) {
    throw ociError('MANIFEST_BLOB_UNKNOWN', `The repository does not have ${missing.join(', ')}`, {
      detail: missing,
    })
  }
}

/** What a manifest names is on the disk before it is. @throws MANIFEST_BLOB_UNKNOWN when bytes are lost */
async function settleParts({ blobs }: RegistryContext, { parts }: ReadManifest): Promise<void> {
  const named = parts.flatMap(({ kind, digest, optional }) => (kind === 'blob' && !optional ? [digest] : []))
  try {
    await blobs.settle(named)
  } catch (error) {
    if (!isSkillsError(error, 'not_found')) throw error
    throw ociError('MANIFEST_BLOB_UNKNOWN', 'The registry has lost a blob of the manifest', {
      hint: 'push the blobs again',
    })
  }
}

/** The tag of a published version names one manifest for ever. */
async function requireFreeTags(
  db: Database,
  repositoryId: number,
  tags: readonly string[],
  digest: string,
): Promise<void> {
  for (const tag of tags) {
    const version = versionOfTag(tag)
    if (version === undefined) continue
    const there = await findTaggedType(db, repositoryId, tag)
    if (!there || there.digest === digest || there.artifactType !== SKILL_ARTIFACT) continue
    throw new SkillsError('version_exists', `Version ${version} is published with other content`, {
      hint: 'a published version never changes; publish another version',
      details: { oci: 'DENIED', detail: there.digest },
    })
  }
}

function unknown(name: string, reference: string): SkillsError {
  return ociError('MANIFEST_UNKNOWN', `${name} has no manifest ${reference}`)
}
