// Verified files written below a new folder: the mode follows from the content, nothing is overwritten or followed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { modeOf, type SkillFile } from '../integrity/tree.ts'
import { containedPath, toFsError } from '../platform/fs.ts'

/** Bits that the modes keep. */
export interface WriteModes {
  readonly files: number
  readonly folders: number
}

/** As the umask allows. */
const ORDINARY: WriteModes = { files: 0o777, folders: 0o777 }

/** @throws path_unsafe, permission_denied, disk_full, fs_failed */
export function writeFiles(root: string, files: readonly SkillFile[], modes: WriteModes = ORDINARY): void {
  const made = new Set([root])
  try {
    mkdirSync(root, { recursive: true, mode: modes.folders })
    for (const { path, bytes } of files) {
      const absolute = containedPath(root, path)
      const folder = dirname(absolute)
      if (!made.has(folder)) mkdirSync(folder, { recursive: true, mode: modes.folders })
      made.add(folder)
      writeFileSync(absolute, bytes, { flag: 'wx', mode: modeOf(bytes) & modes.files })
    }
  } catch (error) {
    throw toFsError(error, root)
  }
}
