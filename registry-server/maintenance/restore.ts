// Puts a backup into an empty registry, of whatever database and blob store. Everything is checked before a row is
// written; rows come in one transaction after the blobs, so a restore that dies leaves a registry that is still empty.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod/mini'
import { SkillsError } from '../../src/errors/error.ts'
import { isDigest } from '../../src/oci/digest.ts'
import { displayShort, displayText } from '../../src/platform/text.ts'
import type { RegistryContext } from '../context.ts'
import { clearSettings, finishRestore, insertRows, isEmpty, type Row } from '../db/dump.ts'
import { actualColumns, schemaTables, type TableSpec } from '../db/tables.ts'
import { BACKUP_INDEX, type BackupIndex, blobPath, tablePath } from './backup.ts'

const indexSchema = z.object({
  format: z.literal(1),
  createdAt: z.string(),
  tables: z.record(z.string(), z.object({ rows: z.int(), sha256: z.string() })),
  blobs: z.int(),
  bytes: z.int(),
})

/**
 * Restores the backup in the folder.
 * @throws backup_invalid for one that is unfinished, damaged or of another version; conflict when the registry is in use
 */
export async function restore(
  { db, blobs, config }: Pick<RegistryContext, 'db' | 'blobs' | 'config'>,
  folder: string,
): Promise<Restored> {
  if (!(await isEmpty(db))) {
    throw new SkillsError('conflict', 'The registry to restore into is not empty', {
      hint: 'name a new --data folder or --database; start it only after the restore',
    })
  }
  const index = readIndex(folder)
  const tables = tablesOf(index)
  for (const { name } of tables) {
    await checkTable(folder, name, index)
    await checkColumns(db, folder, name)
  }
  const missing = await missingBlobs(folder)
  for await (const digest of blobsOf(folder)) {
    await restoreBlob(blobs, { folder, digest, maxBytes: config.limits.blobBytes })
  }
  await db.transaction(async (tx) => {
    await tx.lock('restore')
    if (!(await isEmpty(tx))) throw new SkillsError('conflict', 'Somebody has started to use the registry')
    await clearSettings(tx)
    for (const table of tables) {
      for await (const rows of readRows(folder, table.name)) await insertRows(tx, table, rows)
    }
    await finishRestore(tx)
  })
  return { ...index, missing }
}

/** The backup's index, and blobs of its tables that it does not have and that no manifest needs. */
export interface Restored extends BackupIndex {
  readonly missing: readonly string[]
}

/** @throws backup_invalid when a manifest needs one of them */
async function missingBlobs(folder: string): Promise<string[]> {
  const missing = new Set<string>()
  for await (const digest of blobsOf(folder)) {
    if (!existsSync(join(folder, blobPath(digest)))) missing.add(digest)
  }
  if (missing.size === 0) return []
  for await (const rows of readRows(folder, 'manifest_parts')) {
    const needed = rows.find(({ digest }) => missing.has(String(digest)))
    if (needed) throw invalid(`The backup lacks the blob ${String(needed.digest)}, which a manifest needs`)
  }
  return [...missing].toSorted()
}

async function* blobsOf(folder: string): AsyncGenerator<string> {
  for await (const rows of readRows(folder, 'blobs')) {
    for (const row of rows) {
      const digest = String(row.digest)
      if (!isDigest(digest)) throw invalid(`${displayText(folder)} names a blob by no digest`)
      yield digest
    }
  }
}

function readIndex(folder: string): BackupIndex {
  const path = join(folder, BACKUP_INDEX)
  if (!existsSync(path)) throw invalid(`${displayText(folder)} holds no finished backup`)
  try {
    return indexSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw invalid(`${displayText(path)} is not understood`, cause)
  }
}

/** The tables that the backup has: all, but for one of an earlier version. @throws backup_invalid for one of a newer version */
function tablesOf({ tables }: BackupIndex): readonly TableSpec[] {
  const known = schemaTables()
  const other = Object.keys(tables).find((name) => !known.some((table) => table.name === name))
  if (other !== undefined) {
    throw ofAnotherVersion(`The backup has the table ${displayShort(other, 60)}, which is not known here`)
  }
  return known.filter(({ name, later }) => later !== true || Object.hasOwn(tables, name))
}

async function checkTable(folder: string, name: string, { tables }: BackupIndex): Promise<void> {
  const hash = createHash('sha256')
  const path = join(folder, tablePath(name))
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  } catch (cause) {
    throw invalid(`${displayText(path)} cannot be read`, cause)
  }
  if (hash.digest('hex') !== tables[name]?.sha256) throw invalid(`${displayText(path)} is damaged`)
}

/** A column stands in a statement by its name, so it must be one that the table has. */
async function checkColumns(db: RegistryContext['db'], folder: string, name: string): Promise<void> {
  const columns = await actualColumns(db, name)
  for await (const rows of readRows(folder, name)) {
    const other = rows.flatMap((row) => Object.keys(row)).find((column) => !columns.has(column))
    if (other === undefined) continue
    const path = displayText(join(folder, tablePath(name)))
    throw ofAnotherVersion(
      `${path} has the column ${displayShort(other, 60)}, which the table ${name} has not`,
    )
  }
}

async function* readRows(folder: string, name: string): AsyncGenerator<Row[]> {
  const lines = createInterface({
    input: createReadStream(join(folder, tablePath(name))),
    crlfDelay: Infinity,
  })
  let rows: Row[] = []
  for await (const line of lines) {
    if (line === '') continue
    rows.push(rowOf(line, name))
    if (rows.length >= 500) {
      yield rows
      rows = []
    }
  }
  if (rows.length > 0) yield rows
}

function rowOf(line: string, table: string): Row {
  try {
    const row: unknown = JSON.parse(line, textAsBytes)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as Row
  } catch (cause) {
    throw invalid(`${tablePath(table)} of the backup is not understood`, cause)
  }
  throw invalid(`${tablePath(table)} of the backup has a line that is no row`)
}

function textAsBytes(_key: string, value: unknown): unknown {
  const isBytes =
    typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string'
  return isBytes ? Buffer.from(value.base64 as string, 'base64') : value
}

async function restoreBlob(
  blobs: RegistryContext['blobs'],
  {
    folder,
    digest,
    maxBytes,
  }: { readonly folder: string; readonly digest: string; readonly maxBytes: number },
): Promise<void> {
  if (await blobs.stat(digest)) return
  const path = join(folder, blobPath(digest))
  // One that nothing needed was not copied.
  if (!existsSync(path)) return
  const upload = randomUUID()
  await blobs.begin(upload)
  try {
    await blobs.append(upload, createReadStream(path) as AsyncIterable<Uint8Array>, maxBytes)
    await blobs.finish(upload, digest)
    await blobs.settle([digest])
  } catch (cause) {
    await blobs.abandon(upload)
    throw invalid(`The blob ${digest} of the backup is damaged`, cause)
  }
}

function ofAnotherVersion(message: string): SkillsError {
  return new SkillsError('backup_invalid', message, {
    hint: 'restore it with the version of skills that made it, or a newer one',
  })
}

function invalid(message: string, cause?: unknown): SkillsError {
  return new SkillsError('backup_invalid', message, {
    hint: 'use another backup',
    ...(cause !== undefined && { cause }),
  })
}
