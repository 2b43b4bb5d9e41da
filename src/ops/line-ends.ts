// Whether content differs from other content only as a checkout with `core.autocrlf` makes it differ.
import { digestOfFiles, type SkillFile, type TreeDigest } from '../integrity/tree.ts'

/** What to write into `.gitattributes`, as the end of a hint. */
export const KEEP_LINE_ENDS =
  'add ".agents/skills/** -text" to .gitattributes so that git leaves line ends as they are'

/** True when the files are those of the digest, or those given, but for CRLF where these have LF. */
export function isCheckoutOf(
  files: readonly SkillFile[],
  wanted: TreeDigest,
  locked: readonly SkillFile[] | undefined,
): boolean {
  if (!files.some(({ bytes }) => hasCrlf(bytes))) return false
  if (digestOfFiles(files.map(({ path, bytes }) => ({ path, bytes: withLf(bytes) }))) === wanted) return true
  const before = new Map(locked?.map((file) => [file.path, file.bytes]))
  return (
    before.size === files.length &&
    files.every(({ path, bytes }) => {
      const old = before.get(path)
      return old !== undefined && isSameText(old, bytes)
    })
  )
}

/** True for equal bytes, and for text that is equal once CRLF counts as LF. */
export function isSameText(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0 || Buffer.compare(withLf(a), withLf(b)) === 0
}

function hasCrlf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('\r\n')
}

/** Text with LF line ends; what holds a NUL is no text to git, and stays. */
function withLf(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(0) || !hasCrlf(bytes)) return bytes
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}
