// Reads a skill, or several, out of an OCI artifact, in every packing that is in use: our own form, tar layers of any
// vendor, images, files with titles, indexes by platform, collections. Verifies what a skill's manifest promises.
import { SkillsError } from '../errors/error.ts'
import { digestOfFiles } from '../integrity/tree.ts'
import type { ArchiveEntry } from '../platform/archive.ts'
import { LIMITS } from '../platform/limits.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayShort } from '../platform/text.ts'
import { isContentType, type Layer } from './layer-kind.ts'
import { type LayerContent, readLayers } from './layers.ts'
import {
  artifactInvalid,
  parseManifest,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
} from './manifest.ts'
import {
  EMPTY,
  INTEGRITY,
  REF_NAME,
  SKILL_ARTIFACT,
  SKILL_COLLECTION,
  SKILL_NAME,
  SKILL_REF,
  TITLE,
} from './media-types.ts'
import { shellCommand } from '../platform/shell.ts'

/** Where the parts of an artifact come from; whoever gives them has verified their digests. */
export interface ArtifactReader {
  /** Undefined when the repository does not have it. */
  manifest(descriptor: Descriptor): Promise<Uint8Array | undefined>
  blob(descriptor: Descriptor): Promise<Uint8Array>
  /** Told once what of an artifact is no content and was left out; safe to show. */
  notice?(notice: { readonly code: string; readonly message: string }): void
}

const LAYERS = 5000
const COLLECTION = 500
const DEPTH = 3
/** Layers that a remark names. */
const SHOWN = 5
/** Requests at a time. */
const PARALLEL = 6
/** Manifests of an index that are no content: attestations that build tools add. */
const NO_CONTENT = 'vnd.docker.reference.type'

/**
 * The files of the artifact, as they stand below its root; many skills stand in folders of it.
 * @param what for messages: `ghcr.io/o/r:1.0.0`
 * @throws artifact_invalid, integrity_mismatch, limit_exceeded, the codes of `readArchive`, and what the reader throws
 */
export async function unpackArtifact(
  manifest: Uint8Array,
  { reader, what }: { readonly reader: ArtifactReader; readonly what: string },
): Promise<ArchiveEntry[]> {
  const entries = await unpackAny(manifest, { reader, what, depth: 0 })
  if (entries.length === 0) throw artifactInvalid(what, 'it holds no files')
  return entries
}

interface Job {
  readonly reader: ArtifactReader
  readonly what: string
  readonly depth: number
}

async function unpackAny(bytes: Uint8Array, job: Job): Promise<ArchiveEntry[]> {
  const parsed = parseManifest(bytes, job.what)
  if (parsed.kind === 'manifest') return unpackManifest(parsed, job)
  if (job.depth >= DEPTH) throw artifactInvalid(job.what, 'its indexes are nested too deep')
  return isCollection(parsed) ? unpackCollection(parsed, job) : unpackPlatforms(parsed, job)
}

async function unpackManifest(
  { layers, artifactType, annotations }: ImageManifest,
  job: Job,
): Promise<ArchiveEntry[]> {
  if (layers.length > LAYERS) throw artifactInvalid(job.what, `it has more than ${LAYERS} layers`)
  const { entries, left } = await readContent(layers, job)
  remarkLeft(left, job)
  if (artifactType === SKILL_ARTIFACT) checkIntegrity(entries, annotations[INTEGRITY], job.what)
  return entries
}

/** One layer that is called the content is fetched alone; its company may be large, or not there at all. */
async function readContent(layers: readonly Descriptor[], job: Job): Promise<LayerContent> {
  const content = layers.filter(({ mediaType }) => isContentType(mediaType))
  if (content.length === 1 && layers.length > 1) {
    const { entries } = await readLayers(await fetchLayers(content, job), job.what)
    if (entries.length > 1 || content[0]?.annotations[TITLE] === undefined)
      return { entries, left: layers.filter((layer) => layer !== content[0] && layer.mediaType !== EMPTY) }
  }
  return readLayers(await fetchLayers(layers, job), job.what)
}

async function fetchLayers(layers: readonly Descriptor[], { what, reader }: Job): Promise<Layer[]> {
  const announced = layers.reduce((sum, layer) => sum + layer.size, 0)
  if (announced > LIMITS.archiveBytes) {
    throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} has ${announced} bytes`, {
      details: { bytes: announced, limit: LIMITS.archiveBytes },
    })
  }
  return mapParallel(layers, PARALLEL, async (descriptor): Promise<Layer> => {
    const bytes = await reader.blob(descriptor)
    if (bytes.length !== descriptor.size) {
      throw new SkillsError(
        'integrity_mismatch',
        `A layer of ${displayShort(what, 300)} has not the size it should have`,
      )
    }
    return { descriptor, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
  })
}

function remarkLeft(left: readonly Descriptor[], { what, reader }: Job): void {
  if (left.length === 0) return
  const names = left
    .slice(0, SHOWN)
    .map(({ mediaType, annotations }) => displayShort(annotations[TITLE] ?? mediaType, 100))
  const more = left.length > SHOWN ? ` and ${left.length - SHOWN} more` : ''
  const count = left.length === 1 ? 'one layer' : `${left.length} layers`
  reader.notice?.({
    code: 'layers_left_out',
    message: `left out ${count} of ${displayShort(what, 300)} beside the skill's content: ${names.join(', ')}${more}`,
  })
}

/** The promise of our own form. Packings of others do not make it; with links in it, it is of what they lead to. */
function checkIntegrity(entries: readonly ArchiveEntry[], expected: string | undefined, what: string): void {
  if (expected === undefined || entries.some(({ kind }) => kind === 'link')) return
  const first = entries[0]?.path ?? ''
  const top = first.slice(0, first.indexOf('/') + 1)
  const inTop = top !== '' && entries.every(({ path }) => path.startsWith(top))
  const files = entries.map(({ path, bytes }) => ({ path: inTop ? path.slice(top.length) : path, bytes }))
  const actual = digestOfFiles(files)
  if (actual === expected) return
  throw new SkillsError(
    'integrity_mismatch',
    `${displayShort(what, 300)} does not hold the files that it announces`,
    {
      hint: 'do not use it; its publisher packed other files than the ones it was signed for',
      details: { expected: displayShort(expected, 100), actual },
    },
  )
}

/** Several skills, as the draft has it, or as it looks: every entry names a skill. */
function isCollection({ artifactType, manifests }: ImageIndex): boolean {
  if (artifactType === SKILL_COLLECTION) return true
  return manifests.length > 0 && manifests.every(({ annotations }) => annotations[SKILL_NAME] !== undefined)
}

/** Each skill below a folder of its name. */
async function unpackCollection({ manifests }: ImageIndex, job: Job): Promise<ArchiveEntry[]> {
  const { what, reader } = job
  if (manifests.length > COLLECTION) throw artifactInvalid(what, `it collects more than ${COLLECTION} skills`)
  const named = manifests.map((descriptor) => ({ descriptor, name: skillNameOf(descriptor, what) }))
  const twice = named.find(({ name }, index) => named.findIndex((other) => other.name === name) !== index)
  if (twice) throw artifactInvalid(what, `it collects two skills of the name ${twice.name}`)
  const skills = await mapParallel(named, PARALLEL, async ({ descriptor, name }) => {
    const manifest = await reader.manifest(descriptor)
    if (!manifest) throw elsewhere(descriptor, name, what)
    const files = await unpackAny(manifest, { ...job, what: `${what} (${name})`, depth: job.depth + 1 })
    return withoutTop(files, name).map((entry) => ({ ...entry, path: `${name}/${entry.path}` }))
  })
  const entries = skills.flat()
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
  if (bytes > LIMITS.unpackedBytes || entries.length > LIMITS.entries) {
    throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} unpacks to too many files or bytes`)
  }
  return entries
}

function skillNameOf({ annotations, digest }: Descriptor, what: string): string {
  const name = annotations[SKILL_NAME] ?? annotations['org.opencontainers.image.title'] ?? ''
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) return name
  throw artifactInvalid(what, `it does not name the skill ${digest.slice(0, 19)}…`)
}

/** A collection may point to skills that stand in other repositories; those are asked for by their own names. */
function elsewhere({ annotations }: Descriptor, name: string, what: string): SkillsError {
  const place = annotations[SKILL_REF] ?? annotations[REF_NAME]
  return artifactInvalid(
    what,
    `its skill ${name} stands in another repository`,
    place === undefined
      ? 'ask its publisher where the skill is'
      : `add that skill itself: ${shellCommand('skills add', `oci://${place.replace(/^oci:\/\//, '').slice(0, 200)}`)}`,
  )
}

/** One manifest of an index by platform: the content is the same in all. */
async function unpackPlatforms({ manifests }: ImageIndex, job: Job): Promise<ArchiveEntry[]> {
  const content = manifests.filter(
    ({ annotations, platform }) => annotations[NO_CONTENT] === undefined && platform?.os !== 'unknown',
  )
  const usual = content.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64')
  const chosen = usual ?? content[0]
  if (!chosen) throw artifactInvalid(job.what, 'its index lists no content')
  const bytes = await job.reader.manifest(chosen)
  if (!bytes) throw artifactInvalid(job.what, 'its index lists a manifest that the registry does not have')
  return unpackAny(bytes, { ...job, depth: job.depth + 1 })
}

/** Without the folder that carries the skill's name, or any one folder that holds everything. */
function withoutTop(entries: readonly ArchiveEntry[], name: string): readonly ArchiveEntry[] {
  if (entries.some(({ path }) => path === 'SKILL.md')) return entries
  const top = `${(entries[0]?.path ?? '').split('/')[0] ?? name}/`
  if (!entries.every(({ path }) => path.startsWith(top))) return entries
  return entries.map((entry) => ({ ...entry, path: entry.path.slice(top.length) }))
}
