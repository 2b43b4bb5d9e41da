// A client for one OCI registry (distribution specification 1.1): what the other files do, under one name.
// Every byte that is read was hashed; credentials go nowhere but to the registry and to realms that may have them.
import type { Readable } from 'node:stream'
import { deleteBlob, getBlob, statBlob, streamBlob, type ByteRange } from './blobs.ts'
import type { Descriptor } from './manifest.ts'
import {
  deleteManifest,
  getManifest,
  headManifest,
  listTags,
  putManifest,
  type ManifestBytes,
  type ManifestHead,
  type PutManifest,
  type PutRequest,
} from './manifests.ts'
import { problemOf } from './problem.ts'
import { attachManifest, listReferrers } from './referrers.ts'
import { createSession, type ClientOptions } from './session.ts'
import { pushBlob, type BlobToPush, type PushOptions } from './upload.ts'

/** `reference` is a tag or a digest. Codes: see the functions of the same names. */
export interface OciClient {
  readonly registry: string
  /** Whether the registry speaks the protocol; a login that it wants for the question itself is no failure. */
  ping(): Promise<void>
  getManifest(repository: string, reference: string): Promise<ManifestBytes>
  headManifest(repository: string, reference: string): Promise<ManifestHead | undefined>
  putManifest(repository: string, request: PutRequest): Promise<PutManifest>
  deleteManifest(repository: string, reference: string): Promise<boolean>
  listTags(repository: string): Promise<string[]>
  getBlob(repository: string, blob: { readonly digest: string; readonly size?: number }): Promise<Buffer>
  /** Hashed on the way: the stream fails at its end when the bytes were others. A range is not hashed. */
  streamBlob(
    repository: string,
    blob: { readonly digest: string; readonly range?: ByteRange },
  ): Promise<Readable>
  /** The size; undefined when it is not there. */
  statBlob(repository: string, digest: string): Promise<number | undefined>
  pushBlob(
    repository: string,
    blob: BlobToPush,
    options?: PushOptions,
  ): Promise<'pushed' | 'mounted' | 'present'>
  deleteBlob(repository: string, digest: string): Promise<boolean>
  referrers(
    repository: string,
    query: { readonly digest: string; readonly artifactType?: string },
  ): Promise<Descriptor[]>
  /** Puts a manifest with a subject, and keeps the fallback tag where the registry does not list referrers. */
  attach(
    repository: string,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<PutManifest>
}

export function ociClient(options: ClientOptions): OciClient {
  const session = createSession(options)
  return {
    registry: session.registry,
    async ping() {
      const access = { repository: 'ping', actions: 'pull' } as const
      const answer = await session.request(access, { method: 'GET', to: '', maxBytes: 64 * 1024 })
      if (answer.status !== 200 && answer.status !== 401)
        throw problemOf(answer, `interface of ${session.registry}`)
    },
    getManifest: (repository, reference) => getManifest(session, repository, reference),
    headManifest: (repository, reference) => headManifest(session, repository, reference),
    putManifest: (repository, request) => putManifest(session, repository, request),
    deleteManifest: (repository, reference) => deleteManifest(session, repository, reference),
    listTags: (repository) => listTags(session, repository),
    getBlob: (repository, blob) => getBlob(session, repository, blob),
    streamBlob: (repository, blob) => streamBlob(session, repository, blob),
    statBlob: (repository, digest) => statBlob(session, repository, { digest }),
    pushBlob: (repository, blob, push = {}) => pushBlob(session, repository, { ...push, blob }),
    deleteBlob: (repository, digest) => deleteBlob(session, repository, digest),
    referrers: (repository, query) => listReferrers(session, repository, query),
    attach: (repository, manifest) => attachManifest(session, repository, manifest),
  }
}
