// The layers of one artifact as one list of entries: archives over each other as image layers are, raw files by title.
// Never guesses where two readers could differ; what cannot be read for sure is refused, and company is left out and told.
import { SkillsError } from '../errors/error.ts'
import { readArchive, type ArchiveEntry } from '../platform/archive.ts'
import { LIMITS } from '../platform/limits.ts'
import { pathCollision, pathProblem } from '../platform/path-name.ts'
import { displayShort } from '../platform/text.ts'
import { isEmptyTar, type KnownLayer, knownLayer, type Layer, type LayerKind } from './layer-kind.ts'
import { artifactInvalid, type Descriptor } from './manifest.ts'
import { EMPTY, TITLE } from './media-types.ts'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
/** More than any image builder writes. */
const ARCHIVE_LAYERS = 200

/** What the layers hold, and those that are no content. */
export interface LayerContent {
  readonly entries: ArchiveEntry[]
  readonly left: readonly Descriptor[]
}

/**
 * @param what for messages: `ghcr.io/o/r:1.0.0`
 * @throws artifact_invalid, and the codes of `readArchive`
 */
export async function readLayers(layers: readonly Layer[], what: string): Promise<LayerContent> {
  const known = layers.map((layer) => knownLayer(layer, what))
  const archives = chosenArchives(known, what)
  const files = new Map<string, ArchiveEntry>()
  let bytes = 0
  const add = (entries: readonly ArchiveEntry[]): void => {
    stack(files, entries, what)
    bytes += entries.reduce((sum, entry) => sum + entry.bytes.length, 0)
    if (files.size <= LIMITS.entries && bytes <= LIMITS.unpackedBytes) return
    throw new SkillsError('limit_exceeded', `${displayShort(what, 300)} unpacks to too many files or bytes`, {
      details: { files: files.size, bytes, limit: LIMITS.unpackedBytes },
    })
  }
  for (const layer of archives) add(await entriesOf(layer))
  // Beside archives that hold a skill, single files are company; a tool that packs folders as archives needs them.
  const whole = [...files.keys()].some((path) => /(?:^|\/)skill\.md$/i.test(path))
  const titled = whole ? [] : known.filter(({ kind }) => kind === 'file')
  // Files by title have no order among themselves.
  if (titled.length > 0) add(titled.map((layer) => titledFile(layer, what)))
  const left = known.filter((layer) => !archives.includes(layer) && !titled.includes(layer))
  if (files.size === 0 && left[0]) throw noContent(left[0], what)
  const pair = pathCollision(files.keys())
  if (pair) {
    const [first, second] = pair.map((path) => displayShort(path, 200))
    throw artifactInvalid(what, `two of its names are one on some systems: ${first} and ${second}`)
  }
  return {
    entries: [...files.values()],
    left: left.map(({ descriptor }) => descriptor).filter(({ mediaType }) => mediaType !== EMPTY),
  }
}

/** The archives of the best kind that there is; only those of images lie over each other. */
function chosenArchives(known: readonly KnownLayer[], what: string): readonly KnownLayer[] {
  const of = (kind: LayerKind): readonly KnownLayer[] => known.filter((layer) => layer.kind === kind)
  const [content, archives, unnamed] = [of('content'), of('archive'), of('unnamed')]
  if (content.length > 1 || (content.length + archives.length === 0 && unnamed.length > 1))
    throw artifactInvalid(
      what,
      'it has more than one layer of content, and readers would differ in which counts',
    )
  if (archives.length > ARCHIVE_LAYERS && content.length === 0)
    throw artifactInvalid(what, `it has more than ${ARCHIVE_LAYERS} archives as layers`)
  return content.length > 0 ? content : archives.length > 0 ? archives : unnamed
}

async function entriesOf({ descriptor, plain }: KnownLayer): Promise<readonly ArchiveEntry[]> {
  if (isEmptyTar(plain)) return []
  return readArchive(plain, { name: descriptor.annotations[TITLE] ?? descriptor.mediaType })
}

function titledFile({ descriptor, bytes }: KnownLayer, what: string): ArchiveEntry {
  const title = descriptor.annotations[TITLE] ?? ''
  const path = title.replace(/^(?:\.\/)+/, '')
  const problem = pathProblem(path)
  if (problem !== undefined) throw artifactInvalid(what, `the title "${displayShort(title, 200)}" ${problem}`)
  return { path, kind: 'file', bytes }
}

function noContent({ descriptor }: Layer, what: string): SkillsError {
  const type = displayShort(descriptor.mediaType, 100)
  return artifactInvalid(what, `a layer of type ${type} is no tar or zip and has no title`)
}

/**
 * Lays the entries of a layer over what is there, as image layers have it: a whiteout removes a name, an opaque one all
 * that lay in its folder, and a file stands in for whatever had its name or is in the way of its folder.
 */
function stack(files: Map<string, ArchiveEntry>, entries: readonly ArchiveEntry[], what: string): void {
  const gone = new Set<string>()
  const emptied = new Set<string>()
  const placed = new Map<string, ArchiveEntry>()
  const folders = new Set<string>()
  for (const entry of entries) {
    const [folder, name] = splitPath(entry.path)
    if (name === OPAQUE) emptied.add(folder)
    else if (name.startsWith(WHITEOUT)) gone.add(join(folder, name.slice(WHITEOUT.length)))
    else if (placed.has(entry.path))
      throw artifactInvalid(what, `it holds ${displayShort(entry.path, 200)} twice`)
    else placed.set(entry.path, entry)
    for (let above = folder; above !== '' && !folders.has(above); above = splitPath(above)[0])
      folders.add(above)
  }
  for (const path of files.keys()) {
    let removed = gone.has(path) || folders.has(path)
    for (let at = path; at !== '' && !removed;) {
      at = splitPath(at)[0]
      removed = emptied.has(at) || (at !== '' && (gone.has(at) || placed.has(at)))
    }
    if (removed) files.delete(path)
  }
  for (const [path, entry] of placed) files.set(path, entry)
}

function splitPath(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash === -1 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
