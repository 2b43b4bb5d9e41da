// One temporary folder for the whole run, removed at its end with whatever a test left in it.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs once, before the workers start, which inherit TMPDIR. The name is short: sockets have at most 107 characters. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'sw-'))
  // A database server runs as another user than root.
  chmodSync(folder, 0o755)
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
