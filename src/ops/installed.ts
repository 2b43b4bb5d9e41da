// What stands where a skill is installed, and whether it may be replaced.
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { TreeDigest } from '../integrity/tree.ts'
import { toFsError } from '../platform/fs.ts'
import { type HashedFolder, hashPlainFiles } from '../store/tree.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'
import type { Workspace } from './workspace.ts'

/** `other`: a link, a file, or a folder that holds more than plain files or is larger than a skill may be. */
export type Installed =
  | { readonly kind: 'missing' }
  | { readonly kind: 'other' }
  | ({ readonly kind: 'folder' } & HashedFolder)

/** Reads and hashes every byte of the copy. */
export function readInstalled(scope: Scope, name: string): Installed {
  const path = join(scope.skillsDir, name)
  const folder = hashPlainFiles(path)
  if (folder) return { kind: 'folder', ...folder }
  try {
    return { kind: lstatSync(path, { throwIfNoEntry: false }) ? 'other' : 'missing' }
  } catch (error) {
    throw toFsError(error, path)
  }
}

/**
 * `stands` when the wanted content is there already, `free` when the place may be taken. An edited copy, or one that
 * this program did not put there, needs the user's word.
 * @throws local_edits
 */
export async function claimPlace(
  { scope, lock }: Workspace,
  wanted: { readonly name: string; readonly integrity?: TreeDigest },
  { force, io }: { readonly force: boolean; readonly io: Io },
): Promise<'stands' | 'free'> {
  const { name } = wanted
  const installed = readInstalled(scope, name)
  if (installed.kind === 'missing') return 'free'
  if (installed.kind === 'folder') {
    if (installed.integrity === wanted.integrity) return 'stands'
    if (installed.integrity === lock.skills[name]?.integrity) return 'free'
  }
  if (force) return 'free'
  const known = lock.skills[name] !== undefined
  const what = known ? 'was edited since it was installed' : 'was not installed by this program'
  if (io.ask && (await io.ask.confirm(`.agents/skills/${name} ${what}. Replace it and lose what it holds?`)))
    return 'free'
  throw new SkillsError('local_edits', `.agents/skills/${name} ${what}`, {
    hint: known
      ? `see what changed with "skills verify ${name}"; --force replaces it`
      : 'move it away, or replace it with --force',
    details: { name, path: `.agents/skills/${name}` },
  })
}
