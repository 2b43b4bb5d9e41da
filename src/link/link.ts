// Agents' folders made to hold every skill: a relative link to the one copy, or a copy. Planning is pure; a plan is
// plain data that may be applied again after a crash. Never touches what this program did not put there.
import { SkillsError } from '../errors/error.ts'
import type { TreeDigest } from '../integrity/tree.ts'
import { displayText } from '../platform/text.ts'
import { agentDir, SHARED_DIR, type Agent } from './agents.ts'
import type { Settings } from '../platform/env.ts'
import type { LinkScope } from './directory.ts'
import type { LinkPlace } from './place.ts'
import { surveyLinks } from './place.ts'

export type LinkMode = 'symlink' | 'copy'

/** One change of one place. JSON-safe: it stands in the journal that a killed process leaves. */
export interface LinkStep {
  readonly action: 'link' | 'copy' | 'remove'
  /** The agents' folder, as in `LinkPlace`. */
  readonly dir: string
  readonly name: string
  /** Digests that a folder at the place may have for it to be replaced; `any` when the user said so. */
  readonly replaces: readonly TreeDigest[] | 'any'
}

/** A skill that shall be linked. */
export interface LinkedSkill {
  readonly name: string
  /** What the lock says now. */
  readonly integrity: TreeDigest
  /** What a copy may hold from before, such as the lock's digest before an update. */
  readonly previous?: readonly TreeDigest[]
}

export interface PlanInput {
  readonly places: readonly LinkPlace[]
  readonly skills: readonly LinkedSkill[]
  readonly mode: LinkMode
  /** Copies were asked for before: a folder in the way can be one that was edited. */
  readonly copied?: boolean
  /** Replace what is not ours. */
  readonly force?: boolean
}

/**
 * The folders of the agents, each once, without the shared one and without agents that have none in this scope:
 * relative to the root for a project, else absolute.
 */
export function linkDirs(agents: readonly Agent[], scope: LinkScope, settings: Settings): string[] {
  const dirs = agents.map((agent) => agentDir(agent, scope.kind, settings))
  return [...new Set(dirs.filter((dir) => dir !== undefined && dir !== SHARED_DIR))] as string[]
}

/**
 * The steps that bring the places to what they should be; none when all is right. An existing copy with the right
 * content stays a copy also in symlink mode, because links may be impossible there.
 * @throws local_edits for a copy of an earlier digest that was edited; link_conflict for anything else in the way
 */
export function planLinks({ places, skills, mode, copied, force }: PlanInput): LinkStep[] {
  const byName = new Map(skills.map((skill) => [skill.name, skill]))
  const blocked: LinkPlace[] = []
  const steps: LinkStep[] = []
  for (const place of places) {
    const skill = byName.get(place.name)
    if (!skill) continue
    const need = needOf(place, skill, mode)
    if (need === 'none') continue
    if (need === 'blocked' && !force) blocked.push(place)
    const replaces = force ? 'any' : [skill.integrity, ...(skill.previous ?? [])]
    const action = mode === 'copy' || isRightCopy(place, skill) ? 'copy' : 'link'
    steps.push({ action, dir: place.dir, name: place.name, replaces })
  }
  if (blocked.length > 0) throw conflictAt(blocked, byName, copied === true)
  return steps
}

function needOf({ state }: LinkPlace, skill: LinkedSkill, mode: LinkMode): 'none' | 'change' | 'blocked' {
  switch (state.kind) {
    case 'shared':
      return 'none'
    case 'absent':
    case 'ours':
      return 'change'
    case 'link':
      return mode === 'symlink' ? 'none' : 'change'
    case 'folder':
      if (state.digest === skill.integrity) return state.wrongModes ? 'change' : 'none'
      return state.digest && skill.previous?.includes(state.digest) ? 'change' : 'blocked'
    case 'elsewhere':
    case 'file':
      return 'blocked'
  }
}

/** A copy that stays one. */
function isRightCopy({ state }: LinkPlace, { integrity }: LinkedSkill): boolean {
  return state.kind === 'folder' && state.digest === integrity
}

function conflictAt(
  blocked: readonly LinkPlace[],
  skills: ReadonlyMap<string, LinkedSkill>,
  copied: boolean,
): SkillsError {
  const paths = blocked.map(({ dir, name }) => `${dir}/${name}`)
  const edited = blocked.find(
    ({ name, state }) => copied && state.kind === 'folder' && (skills.get(name)?.previous?.length ?? 0) > 0,
  )
  const first = edited ?? blocked[0]
  const shown = first ? displayText(`${first.dir}/${first.name}`) : ''
  const more = blocked.length > 1 ? ` (and ${blocked.length - 1} more)` : ''
  return edited
    ? new SkillsError('local_edits', `${shown} was edited since it was installed${more}`, {
        hint: 'keep the edits elsewhere, then run the command again with --force to replace them',
        details: { paths },
      })
    : new SkillsError('link_conflict', `${shown} is ${describe(first)}, not a link of this program${more}`, {
        hint: 'move it away, or run the command again with --force to replace it',
        details: { paths },
      })
}

function describe(place: LinkPlace | undefined): string {
  if (place?.state.kind === 'elsewhere') return `a link to ${displayText(place.state.target)}`
  return place?.state.kind === 'folder' ? 'a folder' : 'a file'
}

export interface RemovalInput {
  readonly places: readonly LinkPlace[]
  /** Digests that a copy of each skill may have. */
  readonly skills: readonly LinkedSkill[]
  readonly force?: boolean
}

/**
 * The steps that remove the skills from the places: links into the shared folder and copies of a known digest.
 * What this program did not put there stays and is no error.
 * @throws local_edits for a folder of the skill's name that has another content, unless forced
 */
export function planRemoval({ places, skills, force }: RemovalInput): LinkStep[] {
  const byName = new Map(skills.map((skill) => [skill.name, skill]))
  const steps: LinkStep[] = []
  for (const { dir, name, state } of places) {
    const skill = byName.get(name)
    const known = skill ? [skill.integrity, ...(skill.previous ?? [])] : []
    const isCopy = state.kind === 'folder' && state.digest !== undefined && known.includes(state.digest)
    if (state.kind === 'folder' && !isCopy && !force) {
      throw new SkillsError(
        'local_edits',
        `${displayText(`${dir}/${name}`)} has content that was not installed`,
        {
          hint: 'move it away, or run the command again with --force to remove it',
          details: { paths: [`${dir}/${name}`] },
        },
      )
    }
    if (state.kind === 'link' || state.kind === 'ours' || state.kind === 'folder') {
      steps.push({ action: 'remove', dir, name, replaces: force ? 'any' : known })
    }
  }
  return steps
}

/** A place that is not what the lock and the project's agents ask for. */
export interface LinkFinding {
  readonly dir: string
  readonly name: string
  readonly problem: 'missing' | 'elsewhere' | 'modified'
}

/**
 * Every place that is wrong: `missing`, `elsewhere` (another link, or a file), `modified` (a copy whose digest is not
 * the locked one, or with wrong permission bits). Links and right copies are both right, whatever the mode.
 * @throws link_conflict for a folder that cannot be one
 */
export function inspectLinks(input: {
  readonly scope: LinkScope
  readonly dirs: readonly string[]
  readonly skills: readonly LinkedSkill[]
}): LinkFinding[] {
  const locked = new Map(input.skills.map((skill) => [skill.name, skill.integrity]))
  const places = surveyLinks({ ...input, names: [...locked.keys()] })
  return places.flatMap(({ dir, name, state }): LinkFinding[] => {
    switch (state.kind) {
      case 'shared':
      case 'link':
        return []
      case 'absent':
        return [{ dir, name, problem: 'missing' }]
      case 'folder':
        return state.digest === locked.get(name) && !state.wrongModes
          ? []
          : [{ dir, name, problem: 'modified' }]
      case 'ours':
      case 'elsewhere':
      case 'file':
        return [{ dir, name, problem: 'elsewhere' }]
    }
  })
}
