// CRC-32 of gzip and ZIP, at the speed of zlib where Node has it.
import * as zlib from 'node:zlib'
import { crc32 as crc32Slow } from '../crc32.ts'

/** Unsigned. */
export function crc32(bytes: Uint8Array): number {
  return typeof zlib.crc32 === 'function' ? zlib.crc32(bytes) : crc32Slow(bytes)
}
