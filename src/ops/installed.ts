// What stands where a skill is installed, and whether it may be replaced.
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { TreeDigest } from '../integrity/tree.ts'
import { mendMode } from '../platform/file-modes.ts'
import { toFsError } from '../platform/fs.ts'
import { type HashedFolder, hashPlainFiles, readPlainFiles } from '../store/tree.ts'
import type { Io } from './io.ts'
import { type KnownContent, knownContent } from './known-content.ts'
import { isCheckoutOf, KEEP_LINE_ENDS } from './line-ends.ts'
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
 * `stands` when the wanted content is there already, `modes` when it is but for permission bits, `free` when the place may be taken: nothing is there, or content that
 * is nobody's edit. Everything else needs the user's word.
 * @throws local_edits
 */
export async function claimPlace(
  workspace: Workspace,
  wanted: { readonly name: string; readonly integrity?: TreeDigest },
  { force, dryRun, io }: { readonly force: boolean; readonly dryRun?: boolean; readonly io: Io },
): Promise<'stands' | 'modes' | 'free'> {
  const { scope, lock } = workspace
  const { name } = wanted
  const installed = readInstalled(scope, name)
  if (installed.kind === 'missing') return 'free'
  const locked = lock.skills[name]?.integrity
  if (installed.kind === 'folder') {
    if (installed.integrity === wanted.integrity) return installed.modes.length > 0 ? 'modes' : 'stands'
    if (installed.integrity === locked) return 'free'
    if (isNobodysEdit(workspace, { ...wanted, installed, dryRun: dryRun === true }, io)) return 'free'
  }
  if (force) return 'free'
  const edited = knownIn(workspace, io).placedHere(name) !== undefined
  const what = edited
    ? 'was edited since it was installed'
    : locked === undefined
      ? 'was not installed by this program'
      : 'holds other content than skills.lock names'
  if (io.ask && (await io.ask.confirm(`.agents/skills/${name} ${what}. Replace it and lose what it holds?`)))
    return 'free'
  throw new SkillsError('local_edits', `.agents/skills/${name} ${what}`, {
    hint:
      locked !== undefined
        ? `see what changed with "skills diff ${name}"; --force replaces it`
        : 'move it away, or replace it with --force',
    details: { name, path: `.agents/skills/${name}` },
  })
}

interface Claim {
  readonly name: string
  readonly integrity?: TreeDigest
  readonly installed: HashedFolder
  readonly dryRun: boolean
}

/** An older installed version, or a checkout with other line ends. What only a record knows is kept in the store. */
function isNobodysEdit(workspace: Workspace, { name, integrity, installed, dryRun }: Claim, io: Io): boolean {
  const known = knownIn(workspace, io)
  if (known.isKnown(name, installed.integrity)) {
    if (!dryRun) known.keep(name, installed.integrity)
    return true
  }
  const path = join(workspace.scope.skillsDir, name)
  const files = readPlainFiles(path) ?? []
  const digests = [integrity, workspace.lock.skills[name]?.integrity, known.placedHere(name)]
  if (!digests.some((one) => one !== undefined && isCheckoutOf(files, one, known.stored(one)))) return false
  io.notice({
    code: 'line_ends',
    message: `.agents/skills/${name} was checked out with CRLF line ends, which makes other content of it; it is replaced`,
    hint: KEEP_LINE_ENDS,
  })
  return true
}

/** Gives the files of a copy the permission bits that their content asks for. @throws permission_denied */
export function mendModes(scope: Scope, name: string): void {
  const installed = readInstalled(scope, name)
  if (installed.kind !== 'folder') return
  for (const { path, expected } of installed.modes)
    mendMode(join(scope.skillsDir, name, path), expected === 0o755)
}

/** One look at the records for all claims of a command. */
function knownIn(workspace: Workspace, { settings }: Io): KnownContent {
  let known = looked.get(workspace)
  if (!known) looked.set(workspace, (known = knownContent(workspace.scope, settings)))
  return known
}

const looked = new WeakMap<Workspace, KnownContent>()
