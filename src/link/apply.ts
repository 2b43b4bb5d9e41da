// Carries out link steps. Trusts no step more than the disk: where it would write is worked out again, and what
// stands there is looked at again, so a step from a journal can be applied twice, late, or be a forgery.
import { mkdirSync, renameSync, rmdirSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { digestOfFiles, type SkillFile } from '../integrity/tree.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import { errnoOf, removeAbandoned, removeTree, temporaryName, toFsError } from '../platform/fs.ts'
import { displayText } from '../platform/text.ts'
import { writeFiles } from '../store/write-files.ts'
import type { Settings } from '../platform/env.ts'
import { AGENTS, agentDir } from './agents.ts'
import { sharedFolder, skillsFolder, type LinkScope, type SkillsFolder } from './directory.ts'
import type { LinkStep } from './link.ts'
import { linkText, stateOf, type PlaceContext } from './place.ts'

export interface ApplyInput {
  readonly scope: LinkScope
  readonly settings: Settings
  /** The content for a copy, by skill name; asked only for copies. */
  readonly filesOf: (name: string) => readonly SkillFile[]
  /** An existing folder for unfinished copies, on the file system of the shared folder; asked only when one is needed. */
  readonly workFolder: () => string
  /** Makes a link; another function stands in where links fail. */
  readonly makeLink?: (target: string, path: string) => void
}

/**
 * Applies the steps in order and gives those that became copies because links cannot be made there. Harmless when
 * repeated. Copies are not fsynced: `verify` and `install` compare them with the lock.
 * @throws link_conflict when something else stands there by now, permission_denied, disk_full, fs_failed
 */
export function applyLinks(steps: readonly LinkStep[], input: ApplyInput): { readonly copied: LinkStep[] } {
  const copied: LinkStep[] = []
  const shared = sharedFolder(input.scope)
  const folders = new Map<string, SkillsFolder & { readonly toShared: string }>()
  const allowed = allowedDirs(input)
  for (const step of steps) {
    assertSkillName(step.name)
    if (!allowed.has(step.dir)) {
      throw new SkillsError('link_conflict', `No agent uses the folder ${displayText(step.dir)}`, {
        details: { dir: step.dir },
      })
    }
    let folder = folders.get(step.dir)
    if (!folder) {
      const found = skillsFolder(input.scope, step.dir)
      folder = { ...found, toShared: relative(found.path, shared) }
      if (!folder.shared && step.action !== 'remove') makeFolder(folder.path)
      folders.set(step.dir, folder)
    }
    if (folder.shared) continue
    const context: PlaceContext = { name: step.name, folder: folder.path, shared, toShared: folder.toShared }
    if (step.action === 'remove') removePlace(step, context)
    else if (step.action === 'copy' || !placeLink(step, context, input)) {
      placeCopy(step, context, input)
      if (step.action === 'link') copied.push(step)
    }
  }
  if (input.scope.kind === 'project') removeEmptied(steps, folders, input.scope)
  return { copied }
}

function allowedDirs({ scope, settings }: ApplyInput): Set<string | undefined> {
  return new Set([...AGENTS.values()].map((agent) => agentDir(agent, scope.kind, settings)))
}

/** False where the system makes no links. */
function placeLink(step: LinkStep, context: PlaceContext, input: ApplyInput): boolean {
  const path = join(context.folder, context.name)
  const target = linkText(context)
  const make = input.makeLink ?? ((to, at) => symlinkSync(to, at, 'dir'))
  try {
    make(target, path)
    return true
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') return cannotLink(error, path)
  }
  if (stateOf(path, context).kind === 'link') return true
  clearable(step, context)
  const temporary = join(staging(input, context.folder), temporaryName())
  try {
    make(target, temporary)
  } catch (error) {
    return cannotLink(error, path)
  }
  // A link replaces a link in one step; a folder has to be moved away first.
  const state = stateOf(path, context)
  moveInto(temporary, path, state.kind === 'folder')
  return true
}

function cannotLink(error: unknown, path: string): false {
  const code = errnoOf(error) ?? ''
  if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'UNKNOWN'].includes(code)) return false
  throw toFsError(error, path)
}

function placeCopy(step: LinkStep, context: PlaceContext, input: ApplyInput): void {
  const path = join(context.folder, context.name)
  const files = input.filesOf(step.name)
  const state = stateOf(path, context)
  if (state.kind === 'folder' && state.digest === digestOfFiles(files) && !state.wrongModes) return
  if (state.kind !== 'absent') clearable(step, context)
  const temporary = join(staging(input, context.folder), temporaryName())
  try {
    writeFiles(temporary, files)
    moveInto(temporary, path, state.kind !== 'absent')
  } finally {
    removeTree(temporary)
  }
}

function removePlace(step: LinkStep, context: PlaceContext): void {
  const path = join(context.folder, context.name)
  const { kind } = stateOf(path, context)
  if (kind === 'absent' || kind === 'shared') return
  if (kind === 'elsewhere' || kind === 'file') return
  clearable(step, context)
  removeTree(path)
}

/** @throws link_conflict unless what stands there is ours or the step may replace anything */
function clearable(step: LinkStep, context: PlaceContext): void {
  if (step.replaces === 'any') return
  const state = stateOf(join(context.folder, context.name), context)
  if (state.kind === 'absent' || state.kind === 'link' || state.kind === 'ours') return
  if (state.kind === 'folder' && state.digest && step.replaces.includes(state.digest)) return
  throw new SkillsError(
    'link_conflict',
    `Something else stands at ${displayText(`${step.dir}/${step.name}`)} by now`,
    { hint: 'move it away and run the command again', details: { paths: [`${step.dir}/${step.name}`] } },
  )
}

/** Renames into place; what stands there is moved aside first where one rename cannot replace it. */
function moveInto(temporary: string, path: string, aside: boolean): void {
  const old = aside ? join(dirname(temporary), temporaryName()) : undefined
  try {
    if (old) renameSync(path, old)
    try {
      renameSync(temporary, path)
    } catch (error) {
      if (old) renameSync(old, path)
      throw error
    }
  } catch (error) {
    throw toFsError(error, path)
  }
  if (old) removeTree(old)
}

/** A folder on the file system of `folder` where something unfinished is not taken for a skill. */
function staging({ workFolder }: ApplyInput, folder: string): string {
  const work = workFolder()
  if (statSync(work).dev === statSync(folder).dev) return work
  const beside = dirname(folder)
  removeAbandoned(beside)
  return beside
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw toFsError(error, path)
  }
}

/** Folders that removal left empty go too, up to the root; a folder with anything in it stays. */
function removeEmptied(
  steps: readonly LinkStep[],
  folders: ReadonlyMap<string, SkillsFolder>,
  scope: LinkScope,
): void {
  const dirs = new Set(steps.filter((step) => step.action === 'remove').map((step) => step.dir))
  for (const dir of dirs) {
    let folder = folders.get(dir)?.path
    for (let depth = dir.split('/').length; folder && depth > 0; depth -= 1) {
      if (relative(scope.root, folder).split(sep).includes('..')) break
      try {
        rmdirSync(folder)
      } catch {
        break
      }
      folder = dirname(folder)
    }
  }
}
