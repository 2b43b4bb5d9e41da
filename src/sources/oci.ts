// The source `oci`: an artifact in an OCI registry, bound to the digest of its manifest, in every packing of a skill that
// is in use. Never gives a file that the digest does not cover, wherever the bytes come from.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { ociClient, type OciClient } from '../oci/client.ts'
import { type Descriptor, parseManifest } from '../oci/manifest.ts'
import { VERSION } from '../oci/media-types.ts'
import { canonicalPlace, formatReference } from '../oci/reference.ts'
import { unpackArtifact, type ArtifactReader } from '../oci/unpack.ts'
import { displayShort } from '../platform/text.ts'
import { cachedBytes, keepBytes } from './download-cache.ts'
import { memoryTree, withoutWrapper } from './memory-tree.ts'
import { ociCredentials } from './oci-access.ts'
import type { OciResolution, OciSpec, Source, SourceIo, SourceTree } from './source.ts'

const LATEST = 'latest'
/** What is shown and locked as a version is one short word. */
const PLAIN_VERSION = /^\w[\w.+-]{0,127}$/

export const ociSource: Source<'oci'> = {
  /** Asks for the manifest; a spec with a digest is an address already. @throws offline, and the codes of `getManifest` */
  async resolve(asked, io) {
    const spec = { ...asked, ...canonicalPlace(asked) }
    if (spec.digest !== undefined) return address(spec, spec.digest)
    const reference = spec.tag ?? LATEST
    io.report(`Asking ${shown(spec, reference)}`)
    const { bytes, digest } = await online(spec, io).getManifest(spec.repository, reference)
    keepBytes(digest, bytes, io.settings)
    return address(spec, digest)
  },

  /** @throws integrity_mismatch, artifact_invalid, limit_exceeded, offline, and the codes of the archive readers */
  open: openArtifact,

  /** One HEAD request: its digest is verified when the artifact is opened. */
  async newest(asked, _current, io) {
    const spec = { ...asked, ...canonicalPlace(asked) }
    if (spec.digest !== undefined) return 'pinned'
    const reference = spec.tag ?? LATEST
    const client = online(spec, io)
    const head = await client.headManifest(spec.repository, reference)
    if (head?.digest?.startsWith('sha256:')) return address(spec, head.digest)
    // Also where the registry says nothing: the answer to GET says why.
    return address(spec, (await client.getManifest(spec.repository, reference)).digest)
  },
}

/** The files of the artifact with that manifest digest; also for sources that only find the digest elsewhere. */
export async function openArtifact(
  resolution: Pick<OciResolution, 'registry' | 'repository' | 'digest'>,
  io: SourceIo,
): Promise<SourceTree> {
  const { repository, digest } = resolution
  const what = shown(resolution, digest)
  const reader = readerOf(resolution, io)
  const manifest = await reader.manifest({ digest, mediaType: '', size: 0, annotations: {} })
  if (!manifest) {
    throw new SkillsError('source_not_found', `There is no ${what}`, {
      hint: 'its publisher may have deleted it; check registry and repository',
      details: { repository, digest },
    })
  }
  const tree = memoryTree(withoutWrapper(await unpackArtifact(manifest, { reader, what })))
  const version = parseManifest(manifest, what).annotations[VERSION]
  return version === undefined || !PLAIN_VERSION.test(version) ? tree : { ...tree, version }
}

/** The cache first; then the registry, whose answers are kept. */
function readerOf(place: Pick<OciSpec, 'registry' | 'repository'>, io: SourceIo): ArtifactReader {
  let client: OciClient | undefined
  const { repository } = place
  const reading = async (digest: string, read: (from: OciClient) => Promise<Buffer>): Promise<Buffer> => {
    const known = cachedBytes(digest, io.settings)
    if (known) return known
    const bytes = await read((client ??= online(place, io)))
    if (digest.startsWith('sha256:')) keepBytes(digest, bytes, io.settings)
    return bytes
  }
  return {
    async manifest({ digest }: Descriptor) {
      try {
        return await reading(digest, async (from) => (await from.getManifest(repository, digest)).bytes)
      } catch (error) {
        if (isSkillsError(error, 'source_not_found')) return undefined
        throw error
      }
    },
    notice: (notice) => io.notice?.(notice),
    blob: ({ digest, size }) => reading(digest, (from) => from.getBlob(repository, { digest, size })),
  }
}

/** @throws offline */
function online({ registry, repository }: Pick<OciSpec, 'registry' | 'repository'>, io: SourceIo): OciClient {
  if (io.offline) {
    const what = displayShort(`${registry}/${repository}`, 300)
    throw new SkillsError('offline', `${what} is not in the cache and the network is off`, {
      hint: 'run the command again without --offline',
    })
  }
  return ociClient({ registry, credentials: ociCredentials(io.settings), signal: io.signal })
}

function address(
  { registry, repository, tag, digest: pinned, subdir }: OciSpec,
  digest: string,
): OciResolution {
  const named = tag ?? (pinned === undefined ? LATEST : undefined)
  return {
    kind: 'oci',
    registry,
    repository,
    ...(named !== undefined && { tag: named }),
    digest,
    ...(subdir !== undefined && { subdir }),
  }
}

function shown(
  { registry, repository }: Pick<OciSpec, 'registry' | 'repository'>,
  reference: string,
): string {
  const at = reference.startsWith('sha256:') ? { digest: reference } : { tag: reference }
  return displayShort(formatReference({ registry, repository, ...at }), 300)
}
