// What an immutable source offers never changes, so it is remembered in the cache: that is how `add --all` of what is
// already there needs no request. Losing it costs a look at the source.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../integrity/digest.ts'
import { writeCacheFile } from '../platform/fs.ts'
import { addressKey } from '../sources/address.ts'
import type { Resolution } from '../sources/source.ts'

/** One offered skill: its name and its folder in the source. */
export interface RememberedOffer {
  readonly name: string
  readonly dir: string
}

/** Remembers the complete list of usable skills of a source. Folders are not immutable and not remembered. */
export function rememberOffers(
  cacheDir: string,
  resolution: Resolution,
  offers: readonly RememberedOffer[],
): void {
  const file = memoryFile(cacheDir, resolution)
  if (!file) return
  try {
    writeCacheFile(file, JSON.stringify(offers.map(({ name, dir }) => ({ name, dir }))))
  } catch {
    // A cache that cannot be written is only slower.
  }
}

/** The list, or undefined when it is not known. */
export function recallOffers(
  cacheDir: string,
  resolution: Resolution,
): readonly RememberedOffer[] | undefined {
  const file = memoryFile(cacheDir, resolution)
  if (!file) return undefined
  try {
    const list: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(list) ? (list as RememberedOffer[]) : undefined
  } catch {
    return undefined
  }
}

function memoryFile(cacheDir: string, resolution: Resolution): string | undefined {
  const address = addressKey(resolution)
  if (address === undefined) return undefined
  return join(cacheDir, 'offers', `${sha256Hex(`${address} ${resolution.subdir ?? ''}`)}.json`)
}
