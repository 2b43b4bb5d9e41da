// Judges relative file names as text: safe means that every common file system stores exactly this name, inside the root.
// Never touches a file system, never repairs a name.
import { SkillsError } from '../errors/error.ts'
import { LIMITS } from './limits.ts'
import { displayShort, displayText } from './text.ts'

/** The ordinary case in one look: short ASCII parts that are no device, no `.git`, and do not end in a dot. */
const PLAIN =
  /^(?:(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|$)|\.git(?:\/|$))[\w.+@=-]*[\w+@=-](?:\/(?!$)|$))+$/i
/** So short that neither the depth nor the length of a part can pass its limit. */
const PLAIN_LENGTH = 2 * LIMITS.depth

/** Device names of DOS and Windows, with or without an extension (`CON.txt`). */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[\d¹²³]|lpt[\d¹²³])\s*(?:\.|$)/i

/**
 * Why a relative path with `/` between its parts is not safe on every system, as the end of a sentence that begins with
 * the path (`has a ".." part`), or undefined when it is safe.
 */
export function pathProblem(path: string): string | undefined {
  if (path.length <= PLAIN_LENGTH && PLAIN.test(path)) return undefined
  if (path === '') return 'is empty'
  if (path.startsWith('/')) return 'is absolute'
  if (path.includes('\\')) return 'has a backslash'
  if (/^[a-z]:/i.test(path)) return 'begins with a drive letter'
  if (displayText(path) !== path) return 'has a control or invisible character'
  if (Buffer.byteLength(path) > LIMITS.pathBytes) return `is longer than ${LIMITS.pathBytes} bytes`
  const parts = path.split('/')
  if (parts.length - 1 > LIMITS.depth) return `is deeper than ${LIMITS.depth} folders`
  for (const part of parts) {
    const problem = partProblem(part)
    if (problem) return problem
  }
  return undefined
}

function partProblem(part: string): string | undefined {
  if (part === '') return 'has an empty part'
  if (part === '.' || part === '..') return `has a "${part}" part`
  if (/[<>:"|?*]/.test(part)) return 'has one of the characters < > : " | ? *'
  if (/[. ]$/.test(part)) return 'has a part that ends in a dot or a space'
  if (DEVICE.test(part)) return `has the reserved device name "${part}"`
  if (Buffer.byteLength(part) > LIMITS.nameBytes) return `has a part longer than ${LIMITS.nameBytes} bytes`
  const folded = foldPath(part)
  if (/^\.+$/.test(folded)) return 'has a part of dots only'
  if (folded === '.GIT' || /^GIT~\d+$/.test(folded)) return 'has a .git part'
  return undefined
}

/**
 * Refuses an unsafe name.
 * @param where what holds the path, for the message: `the archive`, `skill pdf`
 * @throws path_unsafe
 */
export function assertSafePath(path: string, where: string): void {
  const problem = pathProblem(path)
  if (problem === undefined) return
  throw new SkillsError('path_unsafe', `A path in ${where} ${problem}: "${displayShort(path, 200)}"`, {
    hint: 'the author has to rename the file',
    details: { path: displayShort(path, 1024), problem },
  })
}

/**
 * The first two names that some file system takes for one: equal after compatibility normalisation and full case
 * folding (`ß` and `SS`, `ﬁ` and `FI`), the same folder spelled in two ways, or a file that is the folder of another.
 * A name that stands twice collides with itself; one that ends in `/` is a folder, which may stand twice.
 */
export function pathCollision(paths: Iterable<string>): [string, string] | undefined {
  const folders = new Set<string>()
  const seen = new Map<string, string>()
  for (const path of paths) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      const folder = path.slice(0, cut)
      if (folders.has(folder)) break
      folders.add(folder)
      const other = claim(seen, folder)
      if (other !== undefined) return [other, other === folder ? path : folder]
    }
    const other = path.endsWith('/') ? undefined : claim(seen, path)
    if (other !== undefined) return [other, path]
  }
  return undefined
}

/** Takes the folded name; gives the earlier holder when there is one. */
function claim(seen: Map<string, string>, name: string): string | undefined {
  const key = foldPath(name)
  const other = seen.get(key)
  if (other === undefined) seen.set(key, name)
  return other
}

/** NFKC and full case folding: upper case after lower case expands `ß` and `ẞ` alike, and ends both sigmas in one. */
function foldPath(path: string): string {
  if (/^[\x00-\x7f]*$/.test(path)) return path.toUpperCase()
  return path.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC')
}
