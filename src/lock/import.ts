// What other tools' lockfiles ask for, as sources that this program takes. Trusts nothing of them: their hashes, signers
// and paths are not carried over, every entry is resolved and asked about again. Never a file system call.
import { SkillsError } from '../errors/error.ts'
import { displayText } from '../platform/text.ts'
import { foreignOwner } from './foreign.ts'
import { ociEntry, type Outcome, toolhiveEntry } from './import-lists.ts'
import { clawhubEntry, packageJsonEntry, skillsLockEntry, vercelEntry } from './import-maps.ts'
import { isObject, type JsonObject, parseJsonObject } from './json-text.ts'
import { displayName, nameProblem } from './skill-name.ts'

export interface ForeignEntry {
  readonly name: string
  /** What parseSpec takes. */
  readonly spec: string
  /** What could not be carried over, as one line. */
  readonly note?: string
}

export interface ForeignLock {
  readonly entries: readonly ForeignEntry[]
  readonly dropped: readonly { readonly name: string; readonly reason: string }[]
}

const CODES = { invalid: 'import_invalid', conflict: 'import_invalid', duplicate: 'import_invalid' } as const

/**
 * Reads skills-lock.json and .skill-lock.json (skills CLI of Vercel), the locks of both tools called skills-lock,
 * skills.lock.json (arconia, skills-oci), .clawhub/lock.json and toolhive.lock.yaml. The format is told by the content, so a renamed file
 * will do; `file` is for messages.
 * @throws import_invalid
 */
export async function readForeignLock(text: string, file: string): Promise<ForeignLock> {
  const isJson = /^\s*[{[]/.test(text)
  const root = isJson ? parseJsonObject(text, file, CODES) : await parseYaml(text, file)
  const rows = isJson ? jsonRows(root, file) : toolhiveRows(root, file)
  return collect(rows)
}

/** A name that is not yet checked, and what became of its entry. */
type Row = readonly [name: string, outcome: () => Outcome]

function collect(rows: readonly Row[]): ForeignLock {
  const entries: ForeignEntry[] = []
  const dropped: { name: string; reason: string }[] = []
  const seen = new Set<string>()
  for (const [name, outcome] of rows) {
    const problem = nameProblem(name) ?? (seen.has(name.toLowerCase()) ? 'stands there twice' : undefined)
    seen.add(name.toLowerCase())
    const result =
      problem === undefined ? settle(outcome) : { reason: `the name ${displayName(name)} ${problem}` }
    if ('reason' in result) dropped.push({ name: displayText(name), reason: result.reason })
    else entries.push({ name, ...result })
  }
  return { entries, dropped }
}

/** A source that parseSpec refuses drops its entry, not the file. */
function settle(outcome: () => Outcome): Outcome {
  try {
    return outcome()
  } catch (error) {
    if (error instanceof SkillsError) return { reason: error.message }
    throw error
  }
}

function jsonRows(root: JsonObject, file: string): Row[] {
  const { skills, version, lockfileVersion } = root
  if (Array.isArray(skills) && lockfileVersion === 1) return listRows(skills, ociEntry)
  if (lockfileVersion === 1 && isObject(skills) && isOfPackageJson(skills)) {
    return mapRows(skills, (_name, entry) => packageJsonEntry(entry))
  }
  if (lockfileVersion !== undefined || !isObject(skills)) throw notUnderstood(file, foreignOwner(root))
  // 1 is the project's lock, 3 the user's; 2 was the user's before.
  if (version !== 1 && version !== 2 && version !== 3) {
    throw notUnderstood(file, `a version that is not known: ${JSON.stringify(version)?.slice(0, 20)}`)
  }
  return mapRows(skills, (name, entry) => {
    if ('sourceType' in entry || 'computedHash' in entry) return vercelEntry(name, entry)
    if (typeof entry.installedAt === 'number' && !('source' in entry)) return clawhubEntry(name)
    return skillsLockEntry(entry)
  })
}

/** Our own lock has a resolution where this one has an address and a hash. */
function isOfPackageJson(skills: JsonObject): boolean {
  const entries = Object.values(skills)
  return entries.every(
    (entry) => isObject(entry) && typeof entry.spec === 'string' && !('resolution' in entry),
  )
}

function mapRows(skills: JsonObject, read: (name: string, entry: JsonObject) => Outcome): Row[] {
  return Object.entries(skills).map(([name, entry]) => [
    name,
    () => (isObject(entry) ? read(name, entry) : NO_OBJECT),
  ])
}

/** What is no entry keeps its place in the list as its name, so that it is told. */
function listRows(list: readonly unknown[], read: (entry: JsonObject) => Outcome): Row[] {
  return list.map((entry, index) =>
    isObject(entry) ? [String(entry.name), () => read(entry)] : [`entry-${index + 1}`, () => NO_OBJECT],
  )
}

const NO_OBJECT = { reason: 'its entry is not an object' } as const

function toolhiveRows(root: JsonObject, file: string): Row[] {
  if ('schema_version' in root) throw notUnderstood(file, 'skil-lock, which records behaviour and no sources')
  if (root.version !== '1') throw notUnderstood(file, undefined)
  const listed = (key: string): readonly unknown[] => (Array.isArray(root[key]) ? root[key] : [])
  return [
    ...listRows(listed('skills'), toolhiveEntry),
    ...listRows(listed('plugins'), () => ({ reason: 'it is a plugin, not a skill' })),
  ]
}

/** Every scalar is text: nothing of the file is interpreted. */
async function parseYaml(text: string, file: string): Promise<JsonObject> {
  const { FAILSAFE_SCHEMA, load } = await import('js-yaml')
  let value: unknown
  try {
    value = load(text, { schema: FAILSAFE_SCHEMA })
  } catch (cause) {
    throw new SkillsError('import_invalid', `${displayText(file)} is neither JSON nor YAML`, {
      details: { file },
      cause,
    })
  }
  if (isObject(value)) return value
  throw notUnderstood(file, undefined)
}

function notUnderstood(file: string, owner: string | undefined): SkillsError {
  const whose =
    owner === undefined ? 'is not a lockfile that can be imported' : `belongs to ${displayText(owner)}`
  return new SkillsError('import_invalid', `${displayText(file)} ${whose}`, {
    hint: 'import reads skills-lock.json, .skill-lock.json, skills.lock.json, toolhive.lock.yaml and .clawhub/lock.json; else use skills add',
    details: { file },
  })
}
