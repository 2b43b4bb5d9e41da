// Decided skills written beside their places, ready for the swap.
import { openStage } from './change.ts'
import type { Decided } from './decide-grants.ts'
import { claimPlace } from './installed.ts'
import type { Io } from './io.ts'
import { withoutUnneeded } from './lock-entry.ts'
import type { ProjectState } from './project-links.ts'
import type { Workspace } from './workspace.ts'

/**
 * Stages the copies that do not stand yet and gives their names.
 * @throws local_edits when an edited copy would be lost without the user's word
 */
export async function stageDecided(
  decided: readonly Decided[],
  workspace: Workspace,
  { force, io }: { readonly force: boolean; readonly io: Io },
): Promise<readonly string[]> {
  const stage = openStage(workspace.scope)
  const names: string[] = []
  for (const { candidate, granted } of decided) {
    const claim = { name: candidate.name, integrity: candidate.integrity }
    if ((await claimPlace(workspace, claim, { force, io })) === 'stands') continue
    stage(candidate.name, granted.verified.files)
    names.push(candidate.name)
  }
  return names
}

/**
 * The next state without skills that nothing needs any more.
 * @throws local_edits when an edited copy would be lost without the user's word
 */
export async function settled(
  workspace: Workspace,
  after: ProjectState,
  options: { readonly force: boolean; readonly io: Io },
): Promise<ProjectState> {
  const lock = withoutUnneeded(workspace, after)
  const going = Object.keys(workspace.lock.skills).filter((name) => !lock.skills[name])
  for (const name of going) await claimPlace(workspace, { name }, options)
  return { ...after, lock }
}
