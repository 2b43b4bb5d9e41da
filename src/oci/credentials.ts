// Finds the credential for a registry where Docker and Podman keep theirs: configuration files and credential helpers.
// Matches hosts exactly, never by a part of the name; shows no secret in any message, writes nothing.
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { readFileBounded } from '../platform/fs.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { askHelper } from './credential-helper.ts'
import { isSecret, type Credential, type CredentialLookup } from './credential.ts'
import { registryName } from './reference.ts'

const FILE_BYTES = 4 * 1024 * 1024
const HUB_KEY = 'https://index.docker.io/v1/'

type ConfigFile = Readonly<Record<string, unknown>>

/**
 * Looks into `$DOCKER_CONFIG/config.json` (or `~/.docker/config.json`), `$REGISTRY_AUTH_FILE`,
 * `$XDG_RUNTIME_DIR/containers/auth.json` and `~/.config/containers/auth.json`; the first that knows the registry
 * answers. In each, a helper for the registry goes before the common helper, and that before `auths`. Entries of
 * Podman may name a namespace (`host/team`); the longest that fits wins.
 */
export function storedCredentials(settings: Pick<Settings, 'env' | 'home'>): CredentialLookup {
  return async (registry, repository, signal) => {
    for (const file of configFiles(settings)) {
      const config = readConfig(file)
      const found = config && (await fromConfig(config, { file, registry, repository, settings, signal }))
      if (found) return found
    }
    return undefined
  }
}

/** The files in the order in which they are asked; absent ones too. */
export function configFiles({ env, home }: Pick<Settings, 'env' | 'home'>): string[] {
  const docker = env.DOCKER_CONFIG || (home && join(home, '.docker'))
  const config = env.XDG_CONFIG_HOME || (home && join(home, '.config'))
  return [
    docker && join(docker, 'config.json'),
    env.REGISTRY_AUTH_FILE,
    env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json'),
    config && join(config, 'containers', 'auth.json'),
  ].filter((file): file is string => Boolean(file))
}

interface Lookup {
  readonly file: string
  readonly registry: string
  readonly repository: string
  readonly settings: Pick<Settings, 'env' | 'home'>
  readonly signal: AbortSignal | undefined
}

function readConfig(file: string): ConfigFile | undefined {
  const bytes = readFileBounded(file, FILE_BYTES)
  if (!bytes || bytes.toString().trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(bytes.toString())
    if (isRecord(value)) return value
  } catch {
    // Refused below; the parser's own message would quote the file.
  }
  throw new SkillsError('credentials_invalid', `${displayText(file)} is not a JSON object`, {
    hint: 'repair the file, or log in again with docker login or podman login',
    details: { file },
  })
}

async function fromConfig(config: ConfigFile, lookup: Lookup): Promise<Credential | undefined> {
  const { registry, file } = lookup
  const helper = helperFor(config.credHelpers, registry) ?? config.credsStore
  if (helper !== undefined && helper !== '') {
    if (typeof helper !== 'string') throw unusable(file, 'names a credential helper that is not text')
    const server = registry === 'docker.io' ? HUB_KEY : registry
    const { settings, signal } = lookup
    const found = await askHelper(helper, server, {
      env: settings.env,
      cwd: settings.home ?? '/',
      ...(signal && { signal }),
    })
    // The common helper is asked first, and what it does not have may stand in the file.
    if (found) return found
  }
  const { auths } = config
  if (auths === undefined) return undefined
  if (!isRecord(auths)) throw unusable(file, 'has no valid field auths')
  const entry = bestEntry(auths, registry, lookup.repository)
  return entry === undefined ? undefined : readEntry(entry, file, registry)
}

function helperFor(helpers: unknown, registry: string): unknown {
  if (!isRecord(helpers)) return undefined
  const key = Object.keys(helpers).find((name) => hostOfKey(name) === registry)
  return key === undefined ? undefined : helpers[key]
}

/** The entry whose key is the registry, or a namespace in it that the repository lies in; the longest one. */
function bestEntry(auths: ConfigFile, registry: string, repository: string): unknown {
  const fitting = Object.keys(auths).flatMap((key) => {
    if (hostOfKey(key) !== registry) return []
    const path = namespaceOfKey(key)
    return path === '' || repository === path || repository.startsWith(`${path}/`) ? [{ key, path }] : []
  })
  fitting.sort((a, b) => b.path.length - a.path.length)
  // Docker leaves an empty entry where a helper has the secret.
  const best = fitting.find(({ key }) => isRecord(auths[key]) && Object.keys(auths[key]).length > 0)
  return best && auths[best.key]
}

/** `ghcr.io` of `https://ghcr.io/v2/` and of `ghcr.io/team`. */
function hostOfKey(key: string): string {
  const host = key.replace(/^https?:\/\//i, '').replace(/\/.*$/, '')
  return registryName(host)
}

/** `team` of `ghcr.io/team`; empty for the whole registry, also where Docker wrote `/v1/` or `/v2/`. */
function namespaceOfKey(key: string): string {
  if (/^https?:\/\//i.test(key)) return ''
  const path = key.replace(/^[^/]*\/?/, '').replace(/(?<!\/)\/+$/, '')
  return /^v[12]$/.test(path) ? '' : path
}

function readEntry(entry: unknown, file: string, registry: string): Credential | undefined {
  const { auth, identitytoken, registrytoken, username, password } = isRecord(entry) ? entry : {}
  if (isSecret(identitytoken)) return { kind: 'identity', token: identitytoken }
  if (isSecret(registrytoken)) return { kind: 'bearer', token: registrytoken }
  if (typeof auth === 'string' && auth !== '') {
    const text = Buffer.from(auth, 'base64')
      .toString('utf8')
      .replace(/(?<!\0)\0+$/, '')
    const colon = text.indexOf(':')
    const found = { username: text.slice(0, colon), password: text.slice(colon + 1) }
    if (colon > 0 && isSecret(found.username) && isSecret(found.password)) return { kind: 'basic', ...found }
    throw unusable(
      file,
      `has an entry for ${displayShort(registry, 260)} whose auth is not user:password in base64`,
    )
  }
  if (isSecret(username) && isSecret(password) && !username.includes(':'))
    return { kind: 'basic', username, password }
  return undefined
}

function unusable(file: string, problem: string): SkillsError {
  return new SkillsError('credentials_invalid', `${displayText(file)} ${problem}`, {
    hint: 'log in again with docker login or podman login',
    details: { file },
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
