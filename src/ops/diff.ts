// How an installed copy differs from what the lock names, as text. Reads the locked content from the store, else from its
// source; changes nothing in the project.
import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { SkillFile } from '../integrity/tree.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { displayText } from '../platform/text.ts'
import { openStore } from '../store/store.ts'
import { readPlainFiles } from '../store/tree.ts'
import { isSameText } from './line-ends.ts'
import type { Io, ScopeRequest } from './io.ts'
import { knownNames } from './remove.ts'
import { findScope, type Scope } from './scope.ts'
import { knownContent } from './known-content.ts'
import { lineDiff } from './line-diff.ts'
import { readWorkspace, requireProject } from './workspace.ts'

export interface DiffRequest extends ScopeRequest {
  readonly name: string
  readonly offline?: boolean
}

export interface FileDiff {
  readonly path: string
  /** `line_ends`: the same text with CRLF where the lock's has LF, or the other way round. */
  readonly change: 'changed' | 'added' | 'missing' | 'line_ends'
  /** Hunks in unified form; absent for what is no text, or differs in too much to compare. */
  readonly patch?: string
  /** Bytes before and after, where there is no patch. */
  readonly bytes?: { readonly before: number; readonly after: number }
}

export interface DiffResult {
  readonly name: string
  /** The digest that the lock names. */
  readonly integrity: string
  /** Relative to the root. */
  readonly path: string
  readonly files: readonly FileDiff[]
}

/** @throws skill_not_found; offline and what opening a source throws, where the store has not the locked content */
export async function diff({ name, global, offline }: DiffRequest, io: Io): Promise<DiffResult> {
  const scope = findScope(io.settings, global)
  const workspace = await readWorkspace(scope, io, { looks: true })
  requireProject(workspace)
  knownNames([name], workspace)
  const entry = workspace.lock.skills[name]
  const copy = join(scope.skillsDir, name)
  const actual = readPlainFiles(copy)
  const text = entry && lstatSync(copy, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(copy)
  if (text) {
    throw new SkillsError(
      'skill_not_found',
      `.agents/skills/${name} is a link to ${displayText(text)}, not the folder that was installed`,
      { hint: 'remove the link and run "skills install"', details: { name, path: `.agents/skills/${name}` } },
    )
  }
  if (!entry || !actual) {
    const problem = entry
      ? 'has no folder of plain files in .agents/skills'
      : 'is in skills.json but not locked yet'
    throw new SkillsError('skill_not_found', `"${name}" ${problem}`, {
      hint: 'run "skills install"',
      details: { name },
    })
  }
  const locked = await lockedFiles(name, entry, { scope, offline: offline === true, io })
  return { name, integrity: entry.integrity, path: `.agents/skills/${name}`, files: compare(locked, actual) }
}

async function lockedFiles(
  name: string,
  entry: LockEntry,
  { scope, offline, io }: { readonly scope: Scope; readonly offline: boolean; readonly io: Io },
): Promise<readonly SkillFile[]> {
  const stored = knownContent(scope, io.settings).stored(entry.integrity)
  if (stored) return stored
  const [{ fetchGroup }, { gatherProblems }] = await Promise.all([
    import('./fetch-group.ts'),
    import('./problems.ts'),
  ])
  const problems = gatherProblems()
  let files: readonly SkillFile[] = []
  const options = { scope, store: openStore(io.settings.dataDir), offline, io, problems }
  await fetchGroup([{ name, entry }], options, (_skill, fetched) => (files = fetched))
  problems.throwIfAny()
  return files
}

/** Files that differ, by path. */
export function compare(before: readonly SkillFile[], after: readonly SkillFile[]): FileDiff[] {
  const old = new Map(before.map(({ path, bytes }) => [path, bytes]))
  const now = new Map(after.map(({ path, bytes }) => [path, bytes]))
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort()
  return paths.flatMap((path) => compareFile(path, old.get(path), now.get(path)) ?? [])
}

const NOTHING = new Uint8Array()

function compareFile(
  path: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): FileDiff | undefined {
  if (before && after && Buffer.compare(before, after) === 0) return undefined
  if (before && after && isSameText(before, after)) return { path, change: 'line_ends' }
  const change = before ? (after ? 'changed' : 'missing') : 'added'
  const patch = lineDiff(before ?? NOTHING, after ?? NOTHING)
  if (patch !== undefined) return { path, change, patch }
  return { path, change, bytes: { before: before?.length ?? 0, after: after?.length ?? 0 } }
}
