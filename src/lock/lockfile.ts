// skills.lock as text and as a value. Parsing accepts exactly what this program may act on and names the fault of all
// else; formatting is byte-stable. Never a file system call, never a repair.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import type { TreeDigest } from '../integrity/tree.ts'
import { displayJson, displayShort, displayText } from '../platform/text.ts'
import { SCOPED_NAME } from '../registry/names.ts'
import type { Resolution } from '../sources/source.ts'
import { foreignOwner } from './foreign.ts'
import { capabilitiesProblem } from './granted.ts'
import { isObject, type JsonObject, parseJsonObject } from './json-text.ts'
import { type FieldProblem, resolutionProblem } from './resolution.ts'
import { displayName, nameProblem } from './skill-name.ts'

/** One locked skill. Fields that this version does not know stay on the object and are written back. */
export interface LockEntry {
  /** What was asked for, as in skills.json. */
  readonly spec: string
  /** The immutable address that answered. */
  readonly resolution: Resolution
  readonly version?: string
  readonly integrity: TreeDigest
  /** Who signed it, or `unsigned`. */
  readonly signer: string
  /** What was granted. */
  readonly capabilities: Capabilities
  /** The request that was answered, when it differs from the grant. */
  readonly requested?: Capabilities
  /** Names of skills that it needs (`name`, or `@scope/name`), with the range that was asked for. */
  readonly dependencies: Readonly<Record<string, string>>
}

/** The whole lock, by name. Fields that this version does not know stay on the object and are written back. */
export interface Lockfile {
  readonly lockfileVersion: 1
  readonly skills: Readonly<Record<string, LockEntry>>
}

const CODES = { invalid: 'lock_invalid', conflict: 'lock_conflict', duplicate: 'lock_duplicate' } as const

/** A lock with no skills. */
export function emptyLockfile(): Lockfile {
  return { lockfileVersion: 1, skills: {} }
}

/**
 * Reads the text of skills.lock; `file` is for messages. CRLF and a byte order mark are accepted.
 * @throws lock_conflict, lock_foreign, lock_version, lock_duplicate, lock_name, lock_integrity, lock_invalid
 */
export function parseLockfile(text: string, file: string): Lockfile {
  const owner = foreignOwner(text)
  if (owner !== undefined) throw foreign(file, owner)
  const root = parseJsonObject(text, file, CODES)
  const parsedOwner = foreignOwner(root)
  if (parsedOwner !== undefined) throw foreign(file, parsedOwner)
  checkVersion(root, file)
  const { skills } = root
  if (!isObject(skills)) throw refused('lock_invalid', file, { field: 'skills', problem: 'is not an object' })
  checkNames(Object.keys(skills), file)
  for (const [name, entry] of Object.entries(skills)) checkEntry(entry, name, file)
  return root as unknown as Lockfile
}

function checkVersion({ lockfileVersion: version }: JsonObject, file: string): void {
  if (version === 1) return
  const newer = typeof version === 'number' && version > 1
  const found = version === undefined ? 'has no lockfileVersion' : `has lockfileVersion ${shown(version)}`
  throw new SkillsError('lock_version', `${displayText(file)} ${found}; this program reads version 1`, {
    hint: newer
      ? 'update skillward; a newer version wrote this file'
      : 'restore the file from version control',
    details: { file },
  })
}

function shown(value: unknown): string {
  return displayShort(JSON.stringify(value), 40)
}

function checkNames(names: readonly string[], file: string): void {
  const folded = new Map<string, string>()
  for (const name of names) {
    const problem = nameProblem(name)
    if (problem !== undefined) {
      throw new SkillsError(
        'lock_name',
        `${displayText(file)} names a skill ${displayName(name)}, which ${problem}`,
        {
          hint: 'restore the file from version control; nothing was written',
          details: { file, name: displayShort(name, 80) },
        },
      )
    }
    const other = folded.get(name.toLowerCase())
    if (other !== undefined) {
      throw new SkillsError(
        'lock_duplicate',
        `${displayText(file)} names both ${other} and ${name}, one folder to some systems`,
        {
          hint: 'keep one of the two',
          details: { file, key: name },
        },
      )
    }
    folded.set(name.toLowerCase(), name)
  }
}

/** `h1:` and 32 bytes in base64 with the two spare bits of the last digit clear: one digest, one text. */
export const INTEGRITY = /^h1:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/

function checkEntry(entry: unknown, name: string, file: string): void {
  if (!isObject(entry))
    throw refused('lock_invalid', file, { field: `skills.${name}`, problem: 'is not an object' })
  const integrity = integrityProblem(entry.integrity)
  if (integrity !== undefined) {
    throw refused('lock_integrity', file, { field: `skills.${name}.integrity`, problem: integrity })
  }
  if (isText(entry.signer) && entry.signer !== UNSIGNED) throw unverifiedSigner(name, entry.signer, file)
  const found = entryProblem(entry)
  if (found)
    throw refused('lock_invalid', file, { field: `skills.${name}.${found.field}`, problem: found.problem })
}

/** The one signer that this version can write: it verifies no signatures, so no other is a fact. */
const UNSIGNED = 'unsigned'

function unverifiedSigner(name: string, signer: string, file: string): SkillsError {
  const field = `skills.${name}.signer`
  return new SkillsError(
    'lock_signer',
    `${displayText(file)}: ${displayText(field)} is ${shown(signer)}, but this version verifies no signatures`,
    {
      hint: 'restore the file from version control, or update skillward if a newer version wrote it',
      details: { file, field },
    },
  )
}

function integrityProblem(value: unknown): string | undefined {
  if (typeof value === 'string' && INTEGRITY.test(value)) return undefined
  if (value === undefined) return 'is missing'
  if (typeof value !== 'string') return 'is not text'
  const algorithm = /^([a-z0-9]{1,12})[-:]/i.exec(value)?.[1]
  if (algorithm !== undefined && algorithm !== 'h1') return `uses ${algorithm} instead of h1`
  return 'is not h1: and the base64 of 32 bytes'
}

/** A password in a URL, or a user where only a secret one makes sense. */
const CREDENTIAL = /^[a-z][a-z0-9+.-]*:[/\\]*[^/\\?#]*:[^/\\?#]*@|^(?:[a-z]+\+)?https?:[/\\]*[^/\\?#]*@/i

function entryProblem(entry: JsonObject): FieldProblem | undefined {
  if (!isText(entry.spec)) return { field: 'spec', problem: 'is not text' }
  if (CREDENTIAL.test(entry.spec)) return { field: 'spec', problem: 'carries a credential' }
  if (!isText(entry.signer)) return { field: 'signer', problem: 'is neither a signer nor "unsigned"' }
  if (entry.version !== undefined && !isText(entry.version))
    return { field: 'version', problem: 'is not text' }
  return (
    within('resolution', resolutionProblem(entry.resolution)) ??
    within('capabilities', capabilitiesProblem(entry.capabilities)) ??
    within('requested', entry.requested === undefined ? undefined : capabilitiesProblem(entry.requested)) ??
    within('dependencies', dependenciesProblem(entry.dependencies))
  )
}

function within(field: string, found: FieldProblem | undefined): FieldProblem | undefined {
  return found && { field: found.field === '' ? field : `${field}.${found.field}`, problem: found.problem }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** What keeps a text from naming what a skill depends on: `name`, or `@scope/name`. */
export function dependencyProblem(name: string): string | undefined {
  return SCOPED_NAME.test(name) ? undefined : nameProblem(name)
}

function dependenciesProblem(value: unknown): FieldProblem | undefined {
  if (!isObject(value)) return { field: '', problem: 'is not an object' }
  for (const name in value) {
    const problem = dependencyProblem(name)
    if (problem !== undefined) return { field: displayShort(name, 80), problem: `is a name that ${problem}` }
    if (typeof value[name] !== 'string') return { field: name, problem: 'is not text' }
  }
  return undefined
}

function refused(code: Code, file: string, { field, problem }: FieldProblem): SkillsError {
  return new SkillsError(code, `${displayText(file)}: ${displayText(field)} ${displayText(problem)}`, {
    hint: 'restore the file from version control; nothing was written',
    details: { file, field },
  })
}

function foreign(file: string, owner: string): SkillsError {
  return new SkillsError(
    'lock_foreign',
    `${displayText(file)} was written by ${owner}, not by this program`,
    {
      hint: `move it away, then run skills import with its new name, or skills add for each skill`,
      details: { file, owner },
    },
  )
}

const ENTRY_ORDER = [
  'spec',
  'resolution',
  'version',
  'integrity',
  'signer',
  'capabilities',
  'requested',
  'dependencies',
]
const RESOLUTION_ORDER = [
  'kind',
  'registry',
  'repository',
  'name',
  'version',
  'url',
  'path',
  'commit',
  'ref',
  'tag',
  'skill',
  'type',
  'artifact',
  'integrity',
  'digest',
  'subdir',
]

/**
 * The text of a lock: skills by the order of their names' code units, fields of an entry in one order and unknown ones
 * after them by name, 2 spaces, a newline at the end, nothing that could hide from a reviewer. Equal locks give equal
 * bytes, except that the line ends of `previous`, the text before, stay as git may have checked them out.
 */
export function formatLockfile(lock: Lockfile, previous = ''): string {
  const text = plainText(lock)
  return previous.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text
}

function plainText(lock: Lockfile): string {
  const { lockfileVersion, skills, ...unknown } = lock
  const members = [`  "lockfileVersion": ${lockfileVersion}`, `  "skills": ${formatSkills(skills)}`]
  for (const [key, value] of Object.entries(sortKeys(unknown))) {
    members.push(`  ${JSON.stringify(key)}: ${indented(value, '  ')}`)
  }
  return displayJson(`{\n${members.join(',\n')}\n}\n`)
}

// Written member by member: an object would put names that look like numbers first, whatever their order.
function formatSkills(skills: Lockfile['skills']): string {
  const names = Object.keys(skills).sort()
  if (names.length === 0) return '{}'
  const members = names.map(
    (name) => `    ${JSON.stringify(name)}: ${indented(ordered(skills[name]), '    ')}`,
  )
  return `{\n${members.join(',\n')}\n  }`
}

function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`)
}

function ordered(entry: LockEntry | undefined): JsonObject {
  const sorted = sortKeys({ ...entry }, ENTRY_ORDER)
  sorted.resolution = sortKeys({ ...entry?.resolution }, RESOLUTION_ORDER)
  return sorted
}

/** The object with the keys of `first` before all others, those by name; inner objects by name too; lists as they are. */
function sortKeys(value: JsonObject, first: readonly string[] = []): JsonObject {
  const rank = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length)
  const sorted: JsonObject = {}
  for (const key of Object.keys(value).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    // defineProperty: a key named __proto__ must stay a key.
    Object.defineProperty(sorted, key, {
      value: sortInner(value[key]),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return sorted
}

function sortInner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortInner)
  return isObject(value) ? sortKeys(value) : value
}
