// Blobs as files: `<root>/<algorithm>/<first two>/<hex>`. A blob is written under another name, hashed and renamed, so that a
// file under a digest always was that digest; it is made durable before anything durable names it (`settle`), together with
// the others of its manifest. Uploads grow in `<root>/uploads`. What the file system answers from memory is asked for at once,
// since a thread for it costs more; what waits for the disk is not.
import { once } from 'node:events'
import {
  closeSync,
  createReadStream,
  fstatSync,
  fsync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs'
import { readdir, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Hash, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { type Details, SkillsError } from '../../src/errors/error.ts'
import { isMissing, syncFolder, toFsError } from '../../src/platform/fs.ts'
import { type Algorithm, algorithmOf, type BlobStore, digestOf, hasherFor } from './store.ts'

interface Running {
  readonly hash: Hash
  readonly algorithm: Algorithm
  size: number
}

const sync = promisify(fsync)
const writeLater = promisify(write)
/** As much as a block of most disks. */
const PROBE = Buffer.alloc(4096)
/** Digests that are remembered as being on the disk, or as being whole. */
const REMEMBERED = 20_000
/** So long a blob counts as whole that was hashed and whose file has not changed. */
const INTACT_MS = 60_000
/** Of an upload so many bytes at a time go to the file system's memory without a thread. */
const AT_ONCE = 1024 * 1024

/** A store in the folder, which is made when it is missing. @throws permission_denied, disk_full, fs_failed */
export function openFolderStore(root: string): BlobStore {
  const uploads = join(root, 'uploads')
  guardSync(root, () => mkdirSync(uploads, { recursive: true, mode: 0o700 }))
  // Of an upload that this process has seen from its start the hash is already known at its end.
  const running = new Map<string, Running>()
  const made = new Set<string>()
  /** Known to be on the disk. */
  const settled = new Set<string>()
  /** When a blob was hashed, and what its file was then. */
  const hashed = new Map<string, { readonly file: string; readonly at: number }>()
  const uploadPath = (upload: string): string => join(uploads, upload)
  const blobPath = (digest: string): string => join(folderOf(digest), digest.slice(digest.indexOf(':') + 1))
  const folderOf = (digest: string): string => {
    const hex = digest.slice(digest.indexOf(':') + 1)
    return join(root, algorithmOf(digest), hex.slice(0, 2))
  }
  const place = (path: string, digest: string): void => {
    const folder = folderOf(digest)
    if (!made.has(folder)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      syncFolder(join(root, algorithmOf(digest)))
      syncFolder(root)
      made.add(folder)
    }
    settled.delete(digest)
    renameSync(path, blobPath(digest))
  }

  return {
    async stat(digest) {
      const found = statSync(blobPath(digest), { throwIfNoEntry: false })
      return found && { digest, size: found.size, modifiedAt: found.mtimeMs }
    },

    async intact(digest) {
      const path = blobPath(digest)
      const found = statSync(path, { throwIfNoEntry: false })
      if (!found) return false
      const file = `${found.ino}:${found.size}:${found.mtimeMs}`
      const last = hashed.get(digest)
      if (last?.file === file && Date.now() - last.at < INTACT_MS) return true
      hashed.delete(digest)
      const algorithm = algorithmOf(digest)
      const actual = await guard(path, () => hashFile(path, algorithm))
      if (`${algorithm}:${actual}` !== digest) return false
      if (hashed.size > REMEMBERED) hashed.clear()
      hashed.set(digest, { file, at: Date.now() })
      return true
    },

    async read(digest) {
      const bytes = guardSync(blobPath(digest), () => readFileSync(blobPath(digest)))
      if (digestOf(bytes, algorithmOf(digest)) !== digest) throw damaged(digest)
      return bytes
    },

    async stream(digest, range): Promise<Readable> {
      const stream = createReadStream(blobPath(digest), { ...range, highWaterMark: 256 * 1024 })
      try {
        await once(stream, 'open')
      } catch (error) {
        throw toStoreError(error, blobPath(digest))
      }
      return stream
    },

    async delete(digest) {
      return unlink(blobPath(digest)).then(() => true, absent)
    },

    async *list() {
      for (const algorithm of ['sha256', 'sha512']) {
        for (const folder of await entries(join(root, algorithm))) {
          for (const hex of await entries(join(root, algorithm, folder))) {
            const found = await stat(join(root, algorithm, folder, hex)).catch(ignoreMissing)
            if (found) yield { digest: `${algorithm}:${hex}`, size: found.size, modifiedAt: found.mtimeMs }
          }
        }
      }
    },

    // A disk that is full or read-only answers, but takes nothing.
    async ready() {
      const path = uploadPath(`ready-${randomUUID()}`)
      try {
        await writeFile(path, PROBE, { flag: 'wx', mode: 0o600 })
        return true
      } catch {
        return false
      } finally {
        await unlink(path).catch(() => {})
      }
    },

    async begin(upload) {
      guardSync(uploadPath(upload), () => closeSync(openSync(uploadPath(upload), 'wx', 0o600)))
      running.set(upload, { hash: hasherFor('sha256'), algorithm: 'sha256', size: 0 })
    },

    async offset(upload) {
      return statSync(uploadPath(upload), { throwIfNoEntry: false })?.size
    },

    async append(upload, source, maxBytes) {
      const path = uploadPath(upload)
      const before = guardSync(path, () => statSync(path).size)
      const known = running.get(upload)
      if (known && known.size !== before) running.delete(upload)
      const hashing = running.get(upload)
      let size = before
      await guard(path, async () => {
        const file = openSync(path, 'a')
        try {
          for await (const chunk of source) {
            if (size + chunk.length > maxBytes) throw tooLarge(maxBytes)
            await writeAll(file, chunk, size - before < AT_ONCE)
            size += chunk.length
            hashing?.hash.update(chunk)
            if (hashing) hashing.size = size
          }
        } finally {
          closeSync(file)
        }
      })
      return size
    },

    async finish(upload, digest) {
      const path = uploadPath(upload)
      const hashing = running.get(upload)
      running.delete(upload)
      return guard(path, async () => {
        const file = openSync(path, 'r+')
        try {
          const { size } = fstatSync(file)
          const algorithm = algorithmOf(digest)
          const same = hashing?.algorithm === algorithm && hashing.size === size
          const actual = same ? hashing.hash.digest('hex') : await hashFile(path, algorithm)
          if (`${algorithm}:${actual}` !== digest) {
            unlinkSync(path)
            throw new SkillsError('integrity_mismatch', `The bytes are ${algorithm}:${actual}, not ${digest}`)
          }
          place(path, digest)
          return { size }
        } finally {
          closeSync(file)
        }
      })
    },

    async put(digest, bytes) {
      const path = uploadPath(randomUUID())
      guardSync(path, () => {
        const file = openSync(path, 'wx', 0o600)
        try {
          for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
          place(path, digest)
        } catch (error) {
          unlinkSync(path)
          throw error
        } finally {
          closeSync(file)
        }
      })
    },

    async settle(digests) {
      const waiting = digests.filter((digest) => !settled.has(digest))
      // All at once: the file system writes its journal once for what waits together.
      await Promise.all([...waiting.map(blobPath), ...new Set(waiting.map(folderOf))].map(syncPath))
      if (settled.size > REMEMBERED) settled.clear()
      for (const digest of waiting) settled.add(digest)
    },

    async abandon(upload) {
      running.delete(upload)
      return unlink(uploadPath(upload)).then(() => true, absent)
    },

    async *uploads() {
      for (const upload of await entries(uploads)) {
        const found = await stat(uploadPath(upload)).catch(ignoreMissing)
        if (found) yield { upload, modifiedAt: found.mtimeMs }
      }
    },
  }
}

async function syncPath(path: string): Promise<void> {
  await guard(path, async () => {
    const file = openSync(path, 'r')
    try {
      await sync(file)
    } finally {
      closeSync(file)
    }
  })
}

async function writeAll(file: number, bytes: Uint8Array, atOnce: boolean): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += atOnce ? writeSync(file, bytes, at) : (await writeLater(file, bytes, at)).bytesWritten
  }
}

async function hashFile(path: string, algorithm: Algorithm): Promise<string> {
  const hash = hasherFor(algorithm)
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw toFsError(error, folder)
  })
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

function absent(error: unknown): false {
  if (isMissing(error)) return false
  throw error
}

async function guard<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toStoreError(error, path)
  }
}

function guardSync<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toStoreError(error, path)
  }
}

function toStoreError(error: unknown, path: string): unknown {
  if (isMissing(error))
    return new SkillsError('not_found', 'There is no such blob or upload', { cause: error })
  // A client that goes away while it sends is not a failure of the disk.
  const system =
    error instanceof Error && 'syscall' in error && 'errno' in error && !codeOf(error).startsWith('ECONN')
  return system ? toFsError(error, path) : error
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}

/** The refusal of bytes past a limit. */
export function tooLarge(maxBytes: number): SkillsError {
  return new SkillsError('limit_exceeded', `The upload is larger than the ${maxBytes} bytes that are allowed`)
}

/** A blob that the database names and the store has not. `details` say how the distribution specification has it. */
export function lost(digest: string, details: Details = {}): SkillsError {
  return new SkillsError('registry_damaged', `The registry has lost the blob ${digest}`, {
    hint: 'publish or push it again, which heals it',
    details,
  })
}

/** What stands under a digest is something else. */
export function damaged(digest: string): SkillsError {
  return new SkillsError('registry_damaged', `The blob ${digest} is damaged`, {
    hint: 'run skills registry fsck, and restore the blob from a backup or push it again',
  })
}
