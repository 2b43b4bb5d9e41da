// Turns the links of a file list into copies of the files they lead to, by names alone, or refuses them.
// Never reads a file system: a link can lead to nothing but an entry of the same list.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { LIMITS } from './limits.ts'
import { displayShort } from './text.ts'

/** One entry of a source; a link has its target text. Folders exist only through what they hold. */
export interface LinkEntry {
  readonly path: string
  readonly kind: 'file' | 'link' | 'submodule'
  readonly target?: string
}

/** A regular file to be: it stands at `path` and has the bytes of the entry `from`. */
export interface PlacedFile {
  readonly path: string
  readonly from: string
}

/** Links followed for one path before it counts as a loop. */
const MAX_CHAIN = 16

/** A folder by name, or the entry itself. */
type Node = LinkEntry | Map<string, Node>

/**
 * The regular files under `wanted`, with relative links to files and folders of the same list replaced by what they
 * lead to, in the order of the list (inside a linked folder: in the order of its entries).
 * @param entries safe relative paths, each once
 * @throws link_unsafe for a link that is absolute, leaves the root, leads nowhere or loops
 * @throws limit_exceeded when linked folders multiply past LIMITS.entries
 * @throws file_type_unsupported for a submodule
 */
export function resolveLinks(entries: readonly LinkEntry[], wanted: (path: string) => boolean): PlacedFile[] {
  return linkResolver(entries)(entries.filter((entry) => wanted(entry.path)))
}

/** `resolveLinks` for several parts of one list: each call takes the entries that it wants. */
export function linkResolver(entries: readonly LinkEntry[]): (wanted: readonly LinkEntry[]) => PlacedFile[] {
  let root: Map<string, Node> | undefined
  return (wanted) => {
    const placed: PlacedFile[] = []
    for (const entry of wanted) {
      if (entry.kind === 'file') add(placed, entry.path, entry.path)
      else place({ root: (root ??= buildTree(entries)), placed, active: new Set() }, entry, entry.path)
    }
    return placed
  }
}

/**
 * Follows every link by name, also those that nobody wants.
 * @throws link_unsafe for one that is absolute or leaves the root; one that leads nowhere or loops can do no harm
 */
export function assertLinksStay(entries: readonly LinkEntry[]): void {
  const links = entries.filter((entry) => entry.kind === 'link')
  if (links.length === 0) return
  const root = buildTree(entries)
  for (const link of links) {
    if (leavesAsText(link)) throw leaving(link, 'leaves the root of its source')
    try {
      follow(root, link)
    } catch (error) {
      if (isSkillsError(error, 'link_unsafe') && error.details.leaves === true) throw error
    }
  }
}

interface Placing {
  readonly root: Map<string, Node>
  readonly placed: PlacedFile[]
  /** Links whose folders are being copied now. */
  readonly active: Set<LinkEntry>
}

/** Puts what the node stands for at `path`. */
function place(state: Placing, node: Node, path: string): void {
  if (node instanceof Map) {
    for (const [name, child] of node) place(state, child, `${path}/${name}`)
  } else if (node.kind === 'file') {
    add(state.placed, path, node.path)
  } else if (node.kind === 'submodule') {
    throw submodule(node.path)
  } else {
    if (state.active.has(node)) throw unsafe(node, 'leads into itself')
    if (state.active.size >= MAX_CHAIN) throw unsafe(node, `is one of more than ${MAX_CHAIN} links in a row`)
    state.active.add(node)
    place(state, follow(state.root, node), path)
    state.active.delete(node)
  }
}

function add(placed: PlacedFile[], path: string, from: string): void {
  if (placed.length >= LIMITS.entries) {
    throw new SkillsError('limit_exceeded', `Links multiply the files past ${LIMITS.entries}`, {
      details: { limit: LIMITS.entries },
    })
  }
  placed.push({ path, from })
}

/** The file or folder that a link leads to in the end, through other links and never above the root. */
function follow(root: Map<string, Node>, link: LinkEntry): Node {
  let todo = linkParts(link, link)
  /** The folders from the root down to where the walk stands. */
  let trail: Map<string, Node>[] = folderTrail(root, link)
  for (let hops = 1; ;) {
    const name = todo.shift()
    const here = trail.at(-1) ?? root
    if (name === undefined) return here
    if (name === '..') {
      if (trail.length === 1) throw leaving(link, 'leaves the root of its source')
      trail = trail.slice(0, -1)
      continue
    }
    const next = here.get(name)
    if (next === undefined) throw unsafe(link, 'leads to nothing in its source')
    if (next instanceof Map) {
      trail = [...trail, next]
    } else if (next.kind === 'link') {
      hops += 1
      if (hops > MAX_CHAIN) throw unsafe(link, `leads through more than ${MAX_CHAIN} links, or loops`)
      todo = [...linkParts(next, link), ...todo]
    } else if (next.kind === 'submodule') {
      throw submodule(next.path)
    } else {
      if (todo.length > 0) throw unsafe(link, 'leads through a file as if it were a folder')
      return next
    }
  }
}

/** True when the target climbs above the root before any link on its way is followed. */
function leavesAsText(link: LinkEntry): boolean {
  let depth = link.path.split('/').length - 1
  for (const part of linkParts(link, link)) {
    depth += part === '..' ? -1 : 1
    if (depth < 0) return true
  }
  return false
}

/** The parts of a link's target, judged as text. `asked` is the link that the walk began with. */
function linkParts(link: LinkEntry, asked: LinkEntry): string[] {
  const target = link.target ?? ''
  if (target === '') throw leaving(asked, 'has no target')
  if (/^[/\\]|^[a-z]:/i.test(target)) throw leaving(asked, 'is absolute')
  if (/[\\\0]/.test(target)) throw leaving(asked, 'has a backslash or NUL in its target')
  if (Buffer.byteLength(target) > LIMITS.pathBytes) throw leaving(asked, 'has a target that is too long')
  return target.split('/').filter((part) => part !== '' && part !== '.')
}

/** The folders from the root to the one that holds the link. */
function folderTrail(root: Map<string, Node>, link: LinkEntry): Map<string, Node>[] {
  const trail = [root]
  let here = root
  for (const part of link.path.split('/').slice(0, -1)) {
    const next = here.get(part)
    if (!(next instanceof Map)) throw unsafe(link, 'lies inside a file or another link')
    trail.push((here = next))
  }
  return trail
}

function buildTree(entries: readonly LinkEntry[]): Map<string, Node> {
  const root = new Map<string, Node>()
  for (const entry of entries) {
    const parts = entry.path.split('/')
    const name = parts.pop() ?? ''
    let here = root
    for (const part of parts) {
      const next = here.get(part) ?? new Map<string, Node>()
      if (!(next instanceof Map)) throw unsafe(entry, 'lies inside a file or a link')
      here.set(part, next)
      here = next
    }
    if (here.has(name)) throw unsafe(entry, 'has the name of another entry')
    here.set(name, entry)
  }
  return root
}

/** A link whose target is unacceptable as such, whether or not it is used. */
function leaving(link: LinkEntry, problem: string): SkillsError {
  return unsafe(link, problem, true)
}

function unsafe(link: LinkEntry, problem: string, leaves = false): SkillsError {
  const target = link.target === undefined ? '' : ` -> "${displayShort(link.target, 200)}"`
  return new SkillsError('link_unsafe', `Link "${displayShort(link.path, 200)}"${target} ${problem}`, {
    hint: 'the author has to replace the link with a file, or with a relative link inside the source',
    details: { path: displayShort(link.path, 1024), problem, leaves },
  })
}

function submodule(path: string): SkillsError {
  return new SkillsError('file_type_unsupported', `"${displayShort(path, 200)}" is a git submodule`, {
    hint: 'install the skill from the repository that the submodule names',
    details: { path: displayShort(path, 1024) },
  })
}
