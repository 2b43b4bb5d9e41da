// What tokens look like. `skw_` and a checksum let scanners of leaked secrets recognise one, and let the server refuse a
// mistyped one without asking the database.
import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const PREFIX = 'skw_'
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM = 36
const CHECK = 6
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM + CHECK}}$`)

/** A new token: `skw_`, 36 random base-62 digits (214 bits), 6 digits of their CRC-32. */
export function newToken(): string {
  let text = ''
  // Values from 248 on would favour the first digits.
  while (text.length < RANDOM) for (const byte of randomBytes(48)) if (byte < 248) text += DIGITS[byte % 62]
  text = text.slice(0, RANDOM)
  return PREFIX + text + checksum(text)
}

/** True for text that `newToken` could have made. */
export function isTokenText(text: string): boolean {
  if (!SHAPE.test(text)) return false
  const random = text.slice(PREFIX.length, PREFIX.length + RANDOM)
  return text.endsWith(checksum(random))
}

/** What the database knows of a token. It has too many bits for a slow hash to add anything. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function checksum(text: string): string {
  let value = crc32(Buffer.from(text))
  let out = ''
  for (let i = 0; i < CHECK; i++) {
    out = (DIGITS[value % 62] ?? '') + out
    value = Math.floor(value / 62)
  }
  return out
}
