// Downloads kept by the digest of their bytes. The cache may be deleted, damaged or read-only at any time: what it gives
// has the digest that was asked for, and what it cannot keep only costs the next download.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isSkillsError } from '../errors/error.ts'
import { isSha256Digest, sha256Digest } from '../integrity/digest.ts'
import type { Settings } from '../platform/env.ts'
import { readFileBounded, writeCacheFile } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'

type Place = Pick<Settings, 'cacheDir'>

/** The cached bytes of a `sha256:` digest; bytes that do not have it count as none. */
export function cachedBytes(digest: string, settings: Place): Buffer | undefined {
  if (!isSha256Digest(digest)) return undefined
  const bytes = tolerant(() => readFileBounded(cachePath(digest, settings), LIMITS.archiveBytes))
  return bytes && sha256Digest(bytes) === digest ? bytes : undefined
}

/** True when there is something under the digest, be it damaged. */
export function isKept(digest: string, settings: Place): boolean {
  return existsSync(cachePath(digest, settings))
}

/** Keeps bytes under their digest. */
export function keepBytes(digest: string, bytes: Uint8Array, settings: Place): void {
  tolerant(() => writeCacheFile(cachePath(digest, settings), bytes, 0o600))
}

/** Undefined where the cache fails. */
export function tolerant<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (isSkillsError(error)) return undefined
    throw error
  }
}

function cachePath(digest: string, settings: Place): string {
  return join(settings.cacheDir, 'archives', `${digest.slice('sha256:'.length)}.bin`)
}
