// The files of an OCI artifact at a digest, from the cache or the registry. Every byte has the digest it was asked for by.
import type { CredentialLookup } from '../oci/credential.ts'
import { ociClient, type OciClient } from '../oci/client.ts'
import { unpackArtifact } from '../oci/unpack.ts'
import { SkillsError } from '../errors/error.ts'
import type { ArchiveEntry } from '../platform/archive.ts'
import { displayShort } from '../platform/text.ts'
import { cachedBytes, keepBytes } from './download-cache.ts'
import type { SourceIo } from './source.ts'

export interface ArtifactPlace {
  /** `host[:port]` */
  readonly registry: string
  readonly repository: string
  /** Of the manifest. */
  readonly digest: string
}

/** @throws offline, source_not_found, integrity_mismatch, and what `unpackArtifact` and the client throw */
export async function pullArtifact(
  place: ArtifactPlace,
  { credentials, io }: { readonly credentials?: CredentialLookup; readonly io: SourceIo },
): Promise<readonly ArchiveEntry[]> {
  const { registry, repository, digest } = place
  const what = `${registry}/${repository}@${digest}`
  let client: OciClient | undefined
  const remote = (): OciClient => {
    if (io.offline) {
      throw new SkillsError(
        'offline',
        `${displayShort(what, 300)} is not in the cache and the network is off`,
        {
          hint: 'run the command again without --offline',
        },
      )
    }
    io.report(`pulling ${displayShort(`${registry}/${repository}`, 200)}`)
    client ??= ociClient({ registry, signal: io.signal, ...(credentials && { credentials }) })
    return client
  }
  const kept = async (wanted: string, get: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const known = cachedBytes(wanted, io.settings)
    if (known) return known
    const bytes = await get()
    keepBytes(wanted, bytes, io.settings)
    return bytes
  }
  const manifest = await kept(digest, async () => (await remote().getManifest(repository, digest)).bytes)
  return unpackArtifact(manifest, {
    what,
    reader: {
      manifest: (part) =>
        kept(part.digest, async () => (await remote().getManifest(repository, part.digest)).bytes),
      blob: (part) => kept(part.digest, () => remote().getBlob(repository, part)),
    },
  })
}
