// Blobs in another registry, one repository of it. A registry frees blobs that no manifest names, so each gets a small
// manifest of its own, tagged after its digest. Uploads grow in a folder here, and go there when they are closed.
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import { type OciClient, ociClient } from '../../src/oci/client.ts'
import type { CredentialLookup } from '../../src/oci/credential.ts'
import { openFolderStore } from './folder.ts'
import { type BlobStore, digestOf } from './store.ts'

export interface UpstreamOptions {
  /** `host[:port]`. */
  readonly registry: string
  /** The repository that holds the blobs. */
  readonly repository: string
  /** For uploads under way. */
  readonly folder: string
  readonly credentials?: CredentialLookup
  /** Plain http to any host. */
  readonly http?: boolean
}

const ARTIFACT = 'application/vnd.skillward.blob.v1'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const EMPTY = Buffer.from('{}')
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json'
const OCTETS = 'application/octet-stream'

interface Holder {
  readonly layers?: readonly { readonly digest: string; readonly size: number }[]
  readonly annotations?: Readonly<Record<string, string>>
}

/** A store in the registry. What fails there is `upstream_failed`. */
export function openUpstreamStore(options: UpstreamOptions): BlobStore {
  const { registry, repository, folder, credentials, http } = options
  const local = openFolderStore(folder)
  const client = ociClient({
    registry,
    deadlineMs: 120_000,
    ...(credentials && { credentials }),
    ...(http !== undefined && { http }),
  })
  const there = <T>(work: () => Promise<T>): Promise<T> => asking(registry, work)
  return {
    ...local,

    stat: (digest) =>
      there(async () => {
        const size = await client.statBlob(repository, digest)
        return size === undefined ? undefined : { digest, size, modifiedAt: 0 }
      }),

    // The other registry answers for its own bytes.
    intact: (digest) => there(async () => (await client.statBlob(repository, digest)) !== undefined),

    read: (digest) => there(() => client.getBlob(repository, { digest })),

    stream: (digest, range): Promise<Readable> =>
      there(() => client.streamBlob(repository, { digest, ...(range && { range }) })),

    delete: (digest) =>
      there(async () => {
        const holder = await client.headManifest(repository, tagOf(digest))
        if (holder) await client.deleteManifest(repository, holder.digest ?? tagOf(digest))
        const isGone = await client.deleteBlob(repository, digest).catch((error: unknown) => {
          // Many registries delete no blob by request: without its manifest they free it themselves.
          if (isSkillsError(error) && holder) return true
          throw error
        })
        return isGone || holder !== undefined
      }),

    async *list() {
      for (const tag of await there(() => tagsOf(client, repository))) {
        if (!tag.startsWith('blob-')) continue
        const found = await there(() => client.getManifest(repository, tag))
        const { layers, annotations } = JSON.parse(found.bytes.toString()) as Holder
        const [layer] = layers ?? []
        const at = Date.parse(annotations?.['org.opencontainers.image.created'] ?? '')
        if (layer)
          yield { digest: layer.digest, size: layer.size, modifiedAt: Number.isNaN(at) ? Date.now() : at }
      }
    },

    ready: () =>
      client.ping().then(
        () => true,
        () => false,
      ),

    async finish(upload, digest) {
      const { size } = await local.finish(upload, digest)
      const path = localPath(folder, digest)
      const file = await open(path, 'r')
      try {
        await there(async () => {
          await client.pushBlob(repository, {
            digest,
            size,
            read: async (start, end) =>
              (await file.read(Buffer.alloc(end - start), 0, end - start, start)).buffer,
          })
          await hold(client, repository, { digest, size })
        })
      } finally {
        await file.close()
        await unlink(path).catch(() => {})
      }
      return { size }
    },

    put: (digest, bytes) =>
      there(async () => {
        await client.pushBlob(repository, { digest, bytes })
        await hold(client, repository, { digest, size: bytes.length })
      }),

    // The other registry has them, and answers for its own disk.
    settle: async () => {},
  }
}

/** The manifest that keeps a blob. */
async function hold(
  client: OciClient,
  repository: string,
  { digest, size }: { readonly digest: string; readonly size: number },
): Promise<void> {
  const empty = { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY), size: EMPTY.length }
  await client.pushBlob(repository, { digest: empty.digest, bytes: EMPTY })
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: ARTIFACT,
    config: empty,
    layers: [{ mediaType: OCTETS, digest, size }],
    annotations: { 'org.opencontainers.image.created': new Date().toISOString() },
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  await client.putManifest(repository, { reference: tagOf(digest), bytes, mediaType: MANIFEST })
}

async function tagsOf(client: OciClient, repository: string): Promise<string[]> {
  try {
    return await client.listTags(repository)
  } catch (error) {
    if (isSkillsError(error) && error.details.status === 404) return []
    throw error
  }
}

/** At most 128 characters, of which a SHA-512 alone would have as many. */
function tagOf(digest: string): string {
  return `blob-${digest.replace(':', '-')}`.slice(0, 120)
}

function localPath(folder: string, digest: string): string {
  const colon = digest.indexOf(':')
  const hex = digest.slice(colon + 1)
  return join(folder, digest.slice(0, colon), hex.slice(0, 2), hex)
}

async function asking<T>(registry: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isSkillsError(error)) throw error
    if (error.code === 'integrity_mismatch') {
      throw new SkillsError('registry_damaged', `The upstream registry ${registry} gave other bytes`, {
        cause: error,
      })
    }
    if (error.code === 'source_not_found') throw new SkillsError('not_found', error.message, { cause: error })
    throw new SkillsError('upstream_failed', `The upstream registry ${registry} failed: ${error.message}`, {
      cause: error,
    })
  }
}
