// The journal of a change: written by this program, but read as untrusted input, because a repository could bring one. It
// can do no more than the skills.json and skills.lock that it carries.
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { TreeDigest } from '../integrity/tree.ts'
import type { LinkStep } from '../link/link.ts'
import { surveyLinks } from '../link/place.ts'
import { loadLockfile } from '../lock/file.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { parseProject } from '../lock/project.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import { displayText } from '../platform/text.ts'
import type { Scope } from './scope.ts'

/** What a change will do, and the two files as they will be. */
export interface Journal {
  readonly version: 1
  readonly place: readonly string[]
  readonly remove: readonly string[]
  readonly links: readonly LinkStep[]
  readonly project: string
  readonly lock: string
}

export function journalFile(scope: Scope): string {
  return join(scope.workDir, 'journal.json')
}

/** @throws project_invalid, name_invalid for what is not a journal of this version */
export function parseJournal(text: string, scope: Scope): Journal {
  const file = journalFile(scope)
  const unusable = (cause?: unknown): SkillsError =>
    new SkillsError('project_invalid', `${displayText(file)} is not a journal of this version`, {
      hint: 'delete the file to go back to the state before the interrupted change',
      details: { file },
      cause,
    })
  let journal: Partial<Journal> | null
  try {
    journal = JSON.parse(text) as Partial<Journal> | null
  } catch (error) {
    throw unusable(error)
  }
  const { version, place, remove, links, project, lock } = journal ?? {}
  const whole = isTexts(place) && isTexts(remove) && Array.isArray(links) && links.every(isLinkStep)
  if (version !== 1 || !whole || typeof project !== 'string' || typeof lock !== 'string') throw unusable()
  parseProject(project, file)
  for (const name of [...place, ...remove]) assertSkillName(name)
  return journal as Journal
}

function isTexts(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((item) => typeof item === 'string')
}

function isLinkStep(value: unknown): value is LinkStep {
  const { action, dir, name, replaces } = (value ?? {}) as Partial<LinkStep>
  const known = action === 'link' || action === 'copy' || action === 'remove'
  return known && isTexts([dir, name]) && (replaces === 'any' || isTexts(replaces))
}

/**
 * The journal without what only its writer's user could have wanted: it removes what the lock on disk has and nothing
 * else, and its links replace only known copies. A forced change that died may leave a link to be mended by `install`.
 */
export function withoutForce(journal: Journal, after: Lockfile, scope: Scope): Journal {
  const before = loadLockfile(scope.lockFile)?.skills ?? {}
  const digests = (name: string): TreeDigest[] =>
    [before[name], after.skills[name]].flatMap((entry) => entry?.integrity ?? [])
  const dirs = new Set(journal.links.map((step) => step.dir))
  const names = [...new Set(journal.links.map((step) => step.name))]
  const places = surveyLinks({ scope, dirs: [...dirs], names })
  const foreign = (step: LinkStep): boolean =>
    places.some(({ dir, name, state }) => {
      if (dir !== step.dir || name !== step.name) return false
      if (state.kind === 'folder') return !digests(name).includes(state.digest ?? '')
      return state.kind === 'elsewhere' || state.kind === 'file'
    })
  return {
    ...journal,
    remove: journal.remove.filter((name) => before[name] !== undefined),
    links: journal.links
      .filter((step) => !foreign(step))
      .map((step) => ({ ...step, replaces: digests(step.name) })),
  }
}
