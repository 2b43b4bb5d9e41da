// Removes skills: the links, the copy, the entries of skills.json and skills.lock.
import { SkillsError } from '../errors/error.ts'
import { closest } from '../platform/closest.ts'
import { displayText } from '../platform/text.ts'
import { applyChange } from './change.ts'
import { claimPlace } from './installed.ts'
import type { Io, ScopeRequest } from './io.ts'
import { recordRemovals } from './record.ts'
import { findScope } from './scope.ts'
import { requireProject, readWorkspace, withWorkspace, type Workspace } from './workspace.ts'

export interface RemoveRequest extends ScopeRequest {
  readonly names: readonly string[]
  readonly all?: boolean
  readonly dryRun?: boolean
  /** Remove a locally edited copy too. */
  readonly force?: boolean
}

export interface RemoveResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly removed: readonly string[]
  readonly dryRun: boolean
}

/** @throws skill_not_found for a name that is neither locked nor asked for, local_edits */
export async function remove(request: RemoveRequest, io: Io): Promise<RemoveResult> {
  const scope = findScope(io.settings, request.global)
  const before = await readWorkspace(scope, io)
  requireProject(before)
  const result = { scope: scope.kind, root: scope.root, dryRun: request.dryRun === true }
  if (request.dryRun) return { ...result, removed: namesOf(before, request) }
  return withWorkspace(scope, io, async (workspace) => {
    const removed = namesOf(workspace, request)
    for (const name of removed) await claimPlace(workspace, { name }, { force: request.force === true, io })
    await recordRemovals(removed, workspace, io)
    const { project, lock } = workspace
    const after = {
      project: { ...project, skills: without(project.skills, removed) },
      lock: { ...lock, skills: without(lock.skills, removed) },
    }
    applyChange(
      scope,
      { before: workspace, after, place: [] },
      { settings: io.settings, force: request.force === true },
    )
    return { ...result, removed }
  })
}

/**
 * The names, all of them known here.
 * @throws skill_not_found with the closest name
 */
export function knownNames(names: readonly string[], { project, lock }: Workspace): readonly string[] {
  const known = [...new Set([...Object.keys(lock.skills), ...Object.keys(project.skills)])].sort()
  for (const name of names) {
    if (known.includes(name)) continue
    const near = closest(name, known)
    throw new SkillsError('skill_not_found', `No skill "${displayText(name)}" is installed here`, {
      hint: near ? `did you mean "${near}"?` : 'see "skills list"',
      details: { name },
    })
  }
  return names.length > 0 ? [...new Set(names)] : known
}

function namesOf(workspace: Workspace, { names, all }: RemoveRequest): readonly string[] {
  if (!all && names.length === 0) {
    throw new SkillsError('usage', 'Nothing to remove was named', { hint: 'name skills, or pass --all' })
  }
  return knownNames(all ? [] : names, workspace)
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}
