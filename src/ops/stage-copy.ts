// One verified copy in the folder where the copies of a change wait. Nothing is visible there yet.
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { SkillFile } from '../integrity/tree.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import { removeTree } from '../platform/fs.ts'
import { writeFiles } from '../store/write-files.ts'

/** Replaces what was staged under the name. @throws lock_name, path_unsafe, permission_denied, disk_full, fs_failed */
export function stageCopy(stageDir: string, name: string, files: readonly SkillFile[]): void {
  assertSkillName(name)
  const folder = join(stageDir, name)
  if (lstatSync(folder, { throwIfNoEntry: false })) removeTree(folder)
  writeFiles(folder, files)
}
