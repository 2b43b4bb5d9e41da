// skills.json as text and as a value: hand-written, so the order of keys and what this version does not know survive.
// Never a file system call.
import { SkillsError } from '../errors/error.ts'
import { closest } from '../platform/closest.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { foreignProjectOwner } from './foreign.ts'
import { isObject, type JsonObject, parseJsonObject } from './json-text.ts'
import { SCOPE } from '../registry/names.ts'
import { webUrlProblem } from './resolution.ts'
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
  /** Reserved for rules about signatures; this version enforces none, and so refuses a list that has any. */
  readonly trust?: readonly unknown[]
  /** Minutes, or `"3d"`, that a version must have been published before it is chosen. */
  readonly minimumReleaseAge?: number | string
  /** What that does not hold for: `@scope/name`, `@scope/*`, `npm:name`. */
  readonly minimumReleaseAgeExclude?: readonly string[]
  /** Where skills may come from; `deny` beats `allow`, and with `allow` nothing else may. */
  readonly sources?: SourceLists
}

/** Patterns over sources: `@acme/*`, `github:acme/*`, `oci://ghcr.io/acme/**`. */
export interface SourceLists {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

const CODES = {
  invalid: 'project_invalid',
  conflict: 'project_conflict',
  duplicate: 'project_invalid',
} as const

/**
 * Reads the text of skills.json; `file` is for messages. A missing `skills` means none.
 * @throws project_invalid, policy_unsupported naming the file and the field; project_conflict
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
  checkKeys(root, file)
  if (root.skills === undefined) root.skills = {}
  checkSkills(root.skills, file)
  checkFields(root, file)
  return root as unknown as Project
}

/** Every key that this version knows. */
const KEYS = {
  $schema: true,
  skills: true,
  agents: true,
  link: true,
  registry: true,
  registries: true,
  trust: true,
  minimumReleaseAge: true,
  minimumReleaseAgeExclude: true,
  sources: true,
} as const satisfies Record<keyof Project | '$schema', true>

/** A word of a key that asks for a policy. */
const POLICY_WORD =
  /^(?:trust|polic|sign|requir|allow|den[iy]|forbid|forbad|block|restrict|enforce|sandbox|approv|scan|certif)/

/** A rule that this version does not know would protect nobody, and its author would not hear of it. */
function asksForPolicy(key: string): boolean {
  const words = key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.split(/[^a-z]+/).some((word) => POLICY_WORD.test(word))
}

function unsupported(file: string, field: string): SkillsError {
  const shown = displayShort(field, 80)
  return new SkillsError(
    'policy_unsupported',
    `${displayText(file)}: ${shown} is a policy that this version does not enforce`,
    {
      hint: 'update skillward, or take the rule out: one that is not enforced protects nobody',
      details: { file, field: shown },
    },
  )
}

/** A key that is nearly a known one is a slip: taken for an unknown one, it would ask for nothing, or protect nobody. */
function checkKeys(root: JsonObject, file: string): void {
  const known = Object.keys(KEYS)
  for (const key of Object.keys(root)) {
    if (known.includes(key)) continue
    const meant = nearKey(key, known)
    if (meant === undefined && asksForPolicy(key)) throw unsupported(file, key)
    if (meant === undefined) continue
    throw new SkillsError(
      'project_invalid',
      `${displayText(file)} has the key "${displayShort(key, 80)}", which this version does not know`,
      {
        hint: `did you mean "${meant}"? rename it, or give it another name if it is your own`,
        details: { file, field: displayShort(key, 80) },
      },
    )
  }
}

/** Letters decide: "minimum_release_age" and "Skills" are slips as "skillz" is. */
function nearKey(key: string, known: readonly string[]): string | undefined {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')
  const same = known.find((one) => letters(one) === letters(key))
  return same ?? (key.length > 3 ? closest(key, known) : undefined)
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

/** A number of minutes, or a number with m, h, d or w. */
export const AGE = /^(?:0|[1-9]\d{0,8})[mhdw]$/

function checkFields(fields: JsonObject, file: string): void {
  const { agents, link, registry, registries, trust } = fields
  if (agents !== undefined && !isTexts(agents)) throw invalid(file, 'agents', 'is not a list of agent ids')
  if (link !== undefined && link !== 'symlink' && link !== 'copy') {
    throw invalid(file, 'link', 'is neither "symlink" nor "copy"')
  }
  const problem = registry === undefined ? undefined : registryProblem(registry)
  if (problem !== undefined) throw invalid(file, 'registry', problem)
  if (registries !== undefined && !isObject(registries)) {
    throw invalid(file, 'registries', 'is not an object of scopes and URLs')
  }
  for (const [scope, url] of Object.entries(registries ?? {})) {
    const wrong = SCOPE.test(scope) ? registryProblem(url) : 'is not a scope such as @acme'
    if (wrong !== undefined) throw invalid(file, `registries.${scope}`, wrong)
  }
  if (trust !== undefined && !Array.isArray(trust)) throw invalid(file, 'trust', 'is not a list of rules')
  if (trust?.length) throw unsupported(file, 'trust')
  checkRules(fields, file)
}

function checkRules(
  { minimumReleaseAge: age, minimumReleaseAgeExclude, sources }: JsonObject,
  file: string,
): void {
  if (age !== undefined && !isAge(age)) {
    throw invalid(file, 'minimumReleaseAge', 'is neither a number of minutes nor a text such as "3d"')
  }
  if (minimumReleaseAgeExclude !== undefined && !isTexts(minimumReleaseAgeExclude)) {
    throw invalid(file, 'minimumReleaseAgeExclude', 'is not a list of names')
  }
  if (sources === undefined) return
  if (!isObject(sources)) throw invalid(file, 'sources', 'is not an object with allow and deny')
  for (const [key, list] of Object.entries(sources)) {
    // A list that is misspelt would protect nobody.
    if (key !== 'allow' && key !== 'deny') throw invalid(file, `sources.${key}`, 'is neither allow nor deny')
    if (!isTexts(list)) throw invalid(file, `sources.${key}`, 'is not a list of patterns')
  }
}

/** True for what `minimumReleaseAge` may be. */
export function isAge(value: unknown): boolean {
  if (typeof value === 'string') return AGE.test(value)
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e9
}

/** What keeps a value from being the address of a registry. */
export function registryProblem(value: unknown): string | undefined {
  return typeof value === 'string' ? webUrlProblem(value) : 'is not a URL'
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
