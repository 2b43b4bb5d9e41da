// The last seal of the ledger in a file beside it: a chain alone does not tell that it was cut off, or is gone. It is never
// moved back, so that the loss stays known until the user removes the file.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readFileBounded, writeCacheFile } from '../platform/fs.ts'
import type { Anchor } from './chain.ts'

export function ledgerFile(dataDir: string): string {
  return join(dataDir, 'security.sqlite')
}

export function anchorFile(dataDir: string): string {
  return join(dataDir, 'security.head')
}

/** Undefined when nothing was recorded yet, or a power cut has torn the file. */
export function readAnchor(dataDir: string): Anchor | undefined {
  const text = readFileBounded(anchorFile(dataDir), 1024)?.toString('utf8') ?? ''
  const [, seq, hash] = /^([1-9]\d{0,14}) ([0-9a-f]{64})\n$/.exec(text) ?? []
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash }
}

/** @throws permission_denied, disk_full, fs_failed */
export function writeAnchor(dataDir: string, { seq, hash }: Anchor): void {
  writeCacheFile(anchorFile(dataDir), `${seq} ${hash}\n`, 0o600)
}

/** True when there is a ledger, or was one. */
export function hasLedger(dataDir: string): boolean {
  return existsSync(ledgerFile(dataDir)) || existsSync(anchorFile(dataDir))
}
