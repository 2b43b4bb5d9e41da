// Whether JSON is small enough in its shape to be read: deep nesting and many members cost a parser far more than
// their bytes. One pass over the bytes, without a value made of them. Pure.
import { SkillsError } from '../src/errors/error.ts'

const DEPTH = 64
const MEMBERS = 20_000

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Bytes that are no JSON pass too: the parser tells what is wrong with them.
 * @throws too_complex past 64 levels, or 20,000 members and elements in all
 */
export function assertReadableJson(bytes: Uint8Array, what: string): void {
  let depth = 0
  let members = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = endOfString(bytes, at)
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++
      members++
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--
    } else if (byte === COMMA) {
      members++
    }
    if (depth > DEPTH) throw tooComplex(`${what} is nested deeper than ${DEPTH} levels`)
    if (members > MEMBERS) throw tooComplex(`${what} has more than ${MEMBERS} members and elements`)
  }
}

/** Where the string ends that begins there. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

function tooComplex(message: string): SkillsError {
  return new SkillsError('too_complex', message, { hint: 'make it flatter and shorter' })
}
