// Which npm registry serves a package and what it is told, as npm itself decides: the machine's npmrc, the user's, the
// project's, then the environment. Of a project's npmrc, which a repository brings, only registries and literal credentials
// count: no variable of the user's, no proxy and no authority may come from there.
import { dirname, join, resolve } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { readFileBounded } from '../platform/fs.ts'
import { isLoopbackHost } from '../platform/http-redirect.ts'
import { displayShort, redactUrl } from '../platform/text.ts'

export interface NpmConfig {
  /** As npm's libraries take them: `registry`, `@scope:registry`, `//host/:_authToken`. */
  readonly options: Readonly<Record<string, string>>
  /** Which file or variable an option comes from. */
  readonly origins: Readonly<Record<string, string>>
  /** Authorities (PEM) that take the place of Node's own, and of its own alone. */
  readonly ca: readonly string[] | undefined
  /** Credentials of the project's npmrc that name a variable, and so are not used. */
  readonly withheld: readonly string[]
}

export interface NpmRegistry {
  /** Undefined for the public registry of npm, which its own libraries know. */
  readonly url: string | undefined
  /** A path or a variable, where one named it. */
  readonly from: string | undefined
}

const MAX_BYTES = 1024 * 1024
const REGISTRY = /^(?:registry|@[^:/]+:registry)$/
const CREDENTIAL = /^\/\/[^\s]+:(?:_authToken|_auth|username|_password)$/
const AUTHORITY = /^(?:ca|ca\[\]|cafile)$/

type Pair = readonly [key: string, value: string]

/** @param root where the project is, whose own npmrc counts too */
export function npmConfig(
  { env, home }: Pick<Settings, 'env' | 'home'>,
  root: string | undefined,
): NpmConfig {
  const variable = (name: string): string | undefined =>
    Object.entries(env).findLast(([key, value]) => key.toLowerCase() === `npm_config_${name}` && value)?.[1]
  const options: Record<string, string> = {}
  const origins: Record<string, string> = {}
  const authorities: Pair[] = []
  const withheld: string[] = []
  const take = ([key, value]: Pair, from: string): void => {
    if (AUTHORITY.test(key)) authorities.push([key, key === 'cafile' ? untilde(value, home) : value])
    else if (REGISTRY.test(key) || CREDENTIAL.test(key)) {
      options[key] = value
      origins[key] = from
    }
  }
  const global = variable('globalconfig') ?? join(dirname(dirname(process.execPath)), 'etc', 'npmrc')
  const users = variable('userconfig') ?? (home && join(home, '.npmrc'))
  for (const file of [global, users]) {
    if (!file) continue
    for (const [key, value] of readPairs(file)) take([key, expand(value, env)], file)
  }
  const own = root === undefined ? undefined : join(root, '.npmrc')
  if (own !== undefined && (!users || resolve(own) !== resolve(users))) {
    for (const [key, value] of readPairs(own)) {
      const names = /\$\{[^}]*\}/.test(value)
      if (CREDENTIAL.test(key) && names) withheld.push(key)
      else if (REGISTRY.test(key) && names) throw refused(own, key, 'it is made of a variable')
      else if (!AUTHORITY.test(key)) take([key, value], own)
    }
  }
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1]
    if (key === undefined || !value) continue
    const plain = key.startsWith('//') ? key : key.toLowerCase().replace(/(?!^)_/g, '-')
    take([plain, value], name)
  }
  return { options, origins, ca: readAuthorities(authorities, env), withheld }
}

/**
 * The registry that serves a package.
 * @throws npm_registry_refused when it is no https: address
 */
export function npmRegistry(name: string, { options, origins }: NpmConfig): NpmRegistry {
  const scope = /^(@[^/]+)\//.exec(name)?.[1]
  const key =
    scope !== undefined && options[`${scope}:registry`] !== undefined ? `${scope}:registry` : 'registry'
  const text = options[key]
  if (text === undefined) return { url: undefined, from: undefined }
  const from = origins[key] ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) throw refused(from, key, 'it is no address')
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (!secure) throw refused(from, key, `${displayShort(redactUrl(text), 200)} is not encrypted`)
  if (url.username !== '' || url.password !== '') throw refused(from, key, 'it carries a credential')
  return { url: url.href, from }
}

function refused(from: string, key: string, problem: string): SkillsError {
  const place = displayShort(from, 300)
  return new SkillsError(
    'npm_registry_refused',
    `The npm registry ${displayShort(key, 100)} of ${place} is not asked: ${problem}`,
    {
      hint: 'write an https: address there, or say which registry it is in your own ~/.npmrc or npm_config_registry',
      details: { file: place, field: displayShort(key, 100) },
    },
  )
}

/** The lines `key = value` of an npmrc, in order; none when there is no such file. */
function readPairs(file: string): Pair[] {
  const text = readFileBounded(file, MAX_BYTES)?.toString('utf8') ?? ''
  return text.split(/\r?\n/).flatMap((line): Pair[] => {
    const [, key, value = ''] = /^\s*([^#;=\s][^=]*?)\s*=(.*)$/.exec(line) ?? []
    return key === undefined ? [] : [[key, value.trim().replace(/^(["'])(.*)\1$/, '$2')]]
  })
}

/** `${NAME}` as npm has it; a name without value stays as it is written. */
function expand(value: string, env: Settings['env']): string {
  return value.replace(/\$\{([^}?]+)(\?)?\}/g, (whole, name: string, optional?: string) => {
    return env[name] ?? (optional ? '' : whole)
  })
}

function untilde(path: string, home: string | undefined): string {
  return home !== undefined && path.startsWith('~/') ? join(home, path.slice(2)) : path
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/**
 * Of several `cafile` the last counts, and it counts more than `ca`, as in npm. What Node was told to trust beside its own
 * authorities stays trusted beside these.
 */
function readAuthorities(pairs: readonly Pair[], env: Settings['env']): readonly string[] | undefined {
  const file = pairs.findLast(([key, value]) => key === 'cafile' && value !== '' && value !== 'null')?.[1]
  const inline = pairs.filter(([key]) => key !== 'cafile').map(([, value]) => value.replaceAll('\\n', '\n'))
  const found = certificatesOf(file) ?? inline.join('\n').match(CERTIFICATES)
  return found ? [...found, ...(certificatesOf(env.NODE_EXTRA_CA_CERTS) ?? [])] : undefined
}

function certificatesOf(file: string | undefined): string[] | undefined {
  const text = file ? readFileBounded(file, MAX_BYTES)?.toString('utf8') : undefined
  return text?.match(CERTIFICATES) ?? undefined
}
