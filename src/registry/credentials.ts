// Tokens of registries: one file in the config directory that only its owner can read, one token an origin.
// A token from the environment counts for the one registry that the environment names, never for what a project says.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { readFileBounded, writeFileAtomic } from '../platform/fs.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { shellCommand } from '../platform/shell.ts'

export interface Credential {
  readonly token: string
  /** Who the registry said it belongs to. */
  readonly user?: string
  /** ISO 8601; absent when it does not expire. */
  readonly expiresAt?: string
}

interface CredentialsFile {
  readonly version: 1
  /** By origin: `https://skills.example.org`. */
  readonly registries: Readonly<Record<string, Credential>>
}

type Place = Pick<Settings, 'configDir' | 'env'>

const MAX_BYTES = 1024 * 1024

/** `<configDir>/credentials.json`. */
export function credentialsPath({ configDir }: Pick<Settings, 'configDir'>): string {
  return join(configDir, 'credentials.json')
}

/**
 * The credential for a registry: SKILLWARD_TOKEN where SKILLWARD_REGISTRY has the same origin (or `typed` has and no
 * SKILLWARD_REGISTRY stands against it), else the file's.
 * @param typed the registry that the user named on the command line, when it is this one
 * @throws credentials_invalid for a file that cannot be used
 */
export function credentialFor(registry: string, settings: Place, typed?: string): Credential | undefined {
  const origin = originOf(registry)
  const { SKILLWARD_TOKEN: token, SKILLWARD_REGISTRY: named } = settings.env
  const bound = named || typed
  if (token && bound && originOf(bound) === origin) return { token: checkedToken(token, 'SKILLWARD_TOKEN') }
  const { registries } = load(settings)
  return Object.hasOwn(registries, origin) ? registries[origin] : undefined
}

/** Keeps a credential; the file is readable for its owner alone. @throws credentials_invalid, permission_denied */
export function saveCredential(registry: string, credential: Credential, settings: Place): void {
  checkedToken(credential.token, 'the token')
  const { registries } = load(settings)
  save({ version: 1, registries: { ...registries, [originOf(registry)]: credential } }, settings)
}

/** Forgets the credential of a registry; false when there was none. */
export function removeCredential(registry: string, settings: Place): boolean {
  const { registries } = load(settings)
  const { [originOf(registry)]: gone, ...rest } = registries
  if (gone === undefined) return false
  save({ version: 1, registries: rest }, settings)
  return true
}

/** Scheme, host and port: what a credential is bound to. @throws spec_invalid */
export function originOf(registry: string): string {
  if (URL.canParse(registry)) return new URL(registry).origin
  throw new SkillsError('spec_invalid', `Not the address of a registry: ${displayShort(registry, 200)}`, {
    hint: 'write https://skills.example.org',
  })
}

/** @throws credentials_invalid for a token that cannot stand in a header */
export function checkedToken(token: string, name: string): string {
  const trimmed = token.trim()
  if (/^[\x21-\x7e]{1,4096}$/.test(trimmed)) return trimmed
  throw new SkillsError('credentials_invalid', `What was given as ${name} is not a token`, {
    hint: 'a token is one word of letters, digits and signs',
  })
}

function load(settings: Place): CredentialsFile {
  const path = credentialsPath(settings)
  const bytes = readFileBounded(path, MAX_BYTES)
  if (!bytes) return { version: 1, registries: {} }
  refuseReadableByOthers(path)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw unusable(path, 'is not JSON')
  }
  const { version, registries } = (value ?? {}) as Partial<CredentialsFile>
  if (version !== 1 || typeof registries !== 'object' || registries === null) {
    throw unusable(path, 'is not of version 1')
  }
  for (const [origin, entry] of Object.entries(registries)) {
    if (typeof entry?.token !== 'string')
      throw unusable(path, `has no token for ${displayShort(origin, 100)}`)
  }
  return { version: 1, registries }
}

function save(file: CredentialsFile, settings: Place): void {
  writeFileAtomic(credentialsPath(settings), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
}

function refuseReadableByOthers(path: string): void {
  if (process.platform === 'win32') return
  const { mode } = statSync(path)
  if ((mode & 0o077) === 0) return
  throw new SkillsError('credentials_invalid', `${displayText(path)} may be read by other users`, {
    hint: `run: ${shellCommand('chmod 600', path)}, and replace the tokens if others may have read them`,
    details: { file: path },
  })
}

function unusable(path: string, problem: string): SkillsError {
  return new SkillsError('credentials_invalid', `${displayText(path)} ${problem}`, {
    hint: 'remove the file and log in again',
    details: { file: path },
  })
}
