// skills.json as text and as a value: hand-written, so the order of keys and what this version does not know survive.
// Never a file system call.
import { SkillsError } from '../errors/error.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { foreignProjectOwner } from './foreign.ts'
import { isObject, type JsonObject, parseJsonObject } from './json-text.ts'
import { displayName, nameProblem } from './skill-name.ts'

/** What a project asks for. Fields that this version does not know stay on the object and are written back. */
export interface Project {
  /** Name to source text, as `skills add` takes it. */
  readonly skills: Readonly<Record<string, string>>
  /** Ids of the agents to link for. */
  readonly agents?: readonly string[]
  readonly link?: 'symlink' | 'copy'
  readonly registry?: string
  /** `@scope` to registry URL. */
  readonly registries?: Readonly<Record<string, string>>
  readonly trust?: readonly unknown[]
}

const CODES = {
  invalid: 'project_invalid',
  conflict: 'project_invalid',
  duplicate: 'project_invalid',
} as const

/**
 * Reads the text of skills.json; `file` is for messages. A missing `skills` means none.
 * @throws project_invalid naming the file and the field
 */
export function parseProject(text: string, file: string): Project {
  const root = parseJsonObject(text, file, CODES)
  const owner = foreignProjectOwner(root)
  if (owner !== undefined) {
    throw new SkillsError(
      'project_invalid',
      `${displayText(file)} was written for ${owner}, not for this program`,
      {
        hint: 'move it away, then run skills import with the lockfile of that tool, or skills add for each skill',
        details: { file, owner },
      },
    )
  }
  if (root.skills === undefined) root.skills = {}
  checkSkills(root.skills, file)
  checkFields(root, file)
  return root as unknown as Project
}

function checkSkills(skills: unknown, file: string): void {
  if (!isObject(skills)) throw invalid(file, 'skills', 'is not an object of names and sources')
  const folded = new Set<string>()
  for (const [name, spec] of Object.entries(skills)) {
    const problem = nameProblem(name)
    if (problem !== undefined) throw invalid(file, `skills.${displayName(name)}`, problem)
    if (typeof spec !== 'string' || spec.trim() === '') {
      throw invalid(file, `skills.${name}`, 'is not a source such as "owner/repo" or "./folder"')
    }
    if (folded.has(name.toLowerCase()))
      throw invalid(file, `skills.${name}`, 'has the name of another skill in other case')
    folded.add(name.toLowerCase())
  }
}

function checkFields({ agents, link, registry, registries, trust }: JsonObject, file: string): void {
  if (agents !== undefined && !isTexts(agents)) throw invalid(file, 'agents', 'is not a list of agent ids')
  if (link !== undefined && link !== 'symlink' && link !== 'copy') {
    throw invalid(file, 'link', 'is neither "symlink" nor "copy"')
  }
  if (registry !== undefined && typeof registry !== 'string') throw invalid(file, 'registry', 'is not a URL')
  if (registries !== undefined && !(isObject(registries) && isTexts(Object.values(registries)))) {
    throw invalid(file, 'registries', 'is not an object of scopes and URLs')
  }
  if (trust !== undefined && !Array.isArray(trust)) throw invalid(file, 'trust', 'is not a list of rules')
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
}

function invalid(file: string, field: string, problem: string): SkillsError {
  return new SkillsError('project_invalid', `${displayText(file)}: ${displayShort(field, 120)} ${problem}`, {
    hint: `edit ${displayText(file)} and run the command again`,
    details: { file, field },
  })
}

/**
 * The text of a project. With `previous`, its text before, the indentation and the line ends stay as they were. Keys keep
 * their order, so a caller that spreads the old object writes a minimal diff.
 */
export function formatProject(project: Project, previous = ''): string {
  const indent = /^[{\s]*?\r?\n([ \t]+)"/.exec(previous)?.[1] ?? '  '
  const text = `${JSON.stringify(project, null, indent)}\n`
  return /\r\n/.test(previous) ? text.replaceAll('\n', '\r\n') : text
}
