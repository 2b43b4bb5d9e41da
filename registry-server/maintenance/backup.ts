// A backup is a folder: `backup.json` with a digest for each table, `tables/NAME.ndjson`, and the blobs by digest. It is
// the same whatever database and blob store the registry runs on, so it is also the way from one to another.
import { createHash } from 'node:crypto'
import { closeSync, createWriteStream, existsSync, openSync, readdirSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SkillsError } from '../../src/errors/error.ts'
import { toFsError, writeFileAtomic, makeFolders } from '../../src/platform/fs.ts'
import { displayText } from '../../src/platform/text.ts'
import { algorithmOf, hasherFor } from '../blobs/store.ts'
import type { RegistryContext } from '../context.ts'
import { allBlobs } from '../db/housekeeping.ts'
import { dumpRows, freeze, type Row } from '../db/dump.ts'
import { schemaTables } from '../db/tables.ts'

export interface BackupIndex {
  readonly format: 1
  readonly createdAt: string
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>
  readonly blobs: number
  readonly bytes: number
}

export const BACKUP_INDEX = 'backup.json'

/**
 * Writes a backup into a folder that is empty or missing. Tables are of one moment; on SQLite writers wait while they are
 * read. Blobs never change, so they are copied after it.
 * @throws backup_invalid for a folder that is not empty; registry_damaged when a blob is missing; disk_full, …
 */
export async function backup(
  { db, blobs, now }: Pick<RegistryContext, 'db' | 'blobs' | 'now'>,
  folder: string,
): Promise<BackupIndex> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new SkillsError('backup_invalid', `The folder ${displayText(folder)} is not empty`, {
      hint: 'name a new folder for every backup',
    })
  }
  makeFolders(join(folder, 'tables'), 0o700)
  const tables: Record<string, { rows: number; sha256: string }> = {}
  const wanted: { digest: string; used: boolean }[] = []
  await db.transaction(async (tx) => {
    await freeze(tx)
    for (const table of schemaTables()) {
      tables[table.name] = await writeTable(join(folder, tablePath(table.name)), dumpRows(tx, table))
    }
    for await (const blob of allBlobs(tx)) wanted.push(blob)
  })
  let copied = 0
  let bytes = 0
  for (const { digest, used } of wanted) {
    const size = await copyBlob({ blobs }, digest, join(folder, blobPath(digest)))
    if (size === undefined && used) {
      throw new SkillsError('registry_damaged', `The blob ${digest} is missing or damaged`, {
        hint: 'run skills registry fsck',
      })
    }
    if (size === undefined) continue
    copied++
    bytes += size
  }
  const index: BackupIndex = { format: 1, createdAt: now().toISOString(), tables, blobs: copied, bytes }
  // Last: a backup without it was not finished.
  writeFileAtomic(join(folder, BACKUP_INDEX), `${JSON.stringify(index, null, 2)}\n`, { mode: 0o600 })
  return index
}

/** Where a table is in a backup. */
export function tablePath(name: string): string {
  return join('tables', `${name}.ndjson`)
}

/** Where a blob is in a backup. */
export function blobPath(digest: string): string {
  const colon = digest.indexOf(':')
  const hex = digest.slice(colon + 1)
  return join('blobs', digest.slice(0, colon), hex.slice(0, 2), hex)
}

async function writeTable(
  path: string,
  pages: AsyncIterable<readonly Row[]>,
): Promise<{ rows: number; sha256: string }> {
  const hash = createHash('sha256')
  let rows = 0
  const file = openSync(path, 'wx', 0o600)
  try {
    for await (const page of pages) {
      rows += page.length
      const text = page.map((row) => `${JSON.stringify(row, bytesAsText)}\n`).join('')
      hash.update(text)
      writeSync(file, text)
    }
  } catch (error) {
    throw toFsError(error, path)
  } finally {
    closeSync(file)
  }
  return { rows, sha256: hash.digest('hex') }
}

/** A Buffer is an object by the time that JSON shows it. */
function bytesAsText(_key: string, value: unknown): unknown {
  const isBytes =
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value
  return isBytes ? { base64: Buffer.from(value.data as number[]).toString('base64') } : value
}

async function copyBlob(
  { blobs }: Pick<RegistryContext, 'blobs'>,
  digest: string,
  path: string,
): Promise<number | undefined> {
  if (!(await blobs.stat(digest))) return undefined
  makeFolders(dirname(path), 0o700)
  const hash = hasherFor(algorithmOf(digest))
  let size = 0
  const source = await blobs.stream(digest)
  await pipeline(
    source,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        size += chunk.length
        yield chunk
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
  )
  return `${algorithmOf(digest)}:${hash.digest('hex')}` === digest ? size : undefined
}
