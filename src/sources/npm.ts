// The source `npm`: skills inside npm packages. pacote asks the registry and checks the tarball against its sha512; the
// tarball is unpacked by this program. No script of a package is ever run.
import { join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { readArchive } from '../platform/archive.ts'
import { isLoopbackHost } from '../platform/http-redirect.ts'
import { LIMITS } from '../platform/limits.ts'
import { networkProblem } from '../platform/network-error.ts'
import { displayShort, redactUrl } from '../platform/text.ts'
import { memoryTree, withoutWrapper } from './memory-tree.ts'
import { npmConfig, npmRegistry, type NpmConfig, type NpmRegistry } from './npm-config.ts'
import type { NpmResolution, NpmSpec, Source, SourceIo } from './source.ts'

const TIMEOUT_MS = 60_000

export const npmSource: Source<'npm'> = {
  /**
   * @throws source_not_found, version_not_found, version_too_new, source_unauthorized, npm_registry_refused, fetch_failed,
   *   certificate_untrusted, proxy_failed, offline
   */
  resolve: (spec, io) => resolveVersion(spec, io),

  /** @throws integrity_mismatch when the tarball is not the locked one; offline */
  async open({ name, version, integrity, url }, io) {
    const asked = `${name}@${version}`
    const asking = { asked, registry: { url, from: undefined }, config: npmConfig(io.settings, io.root), io }
    const bytes = await ask(asking, async (options) => {
      const { tarball } = await import('pacote')
      return tarball(url, { ...options, integrity })
    })
    if (bytes.length > LIMITS.archiveBytes) throw tooLarge(name)
    const entries = await readArchive(bytes, { name: `${version}.tgz` })
    return { ...memoryTree(withoutWrapper(entries)), version }
  },

  /**
   * The locked version stays where everything newer is too young. Where it has been published again with other bytes, its
   * own address: nothing newer is offered before that is settled.
   */
  async newest(spec, current, io) {
    try {
      const packuments = new Map<string, never>()
      const found = await resolveVersion(spec, io, packuments)
      const replaced = await replacedVersion(found, current, { io, packuments })
      if (replaced) return replaced
      const { compare } = await import('semver')
      const older = compare(found.version, current.version) < 0
      return older && io.policy?.().publishedBefore !== undefined ? current : found
    } catch (error) {
      if (error instanceof SkillsError && error.code === 'version_too_new') return current
      throw error
    }
  },
}

/** The locked version's address, where the registry has another tarball for it now. */
async function replacedVersion(
  found: NpmResolution,
  current: NpmResolution,
  { io, packuments }: { readonly io: SourceIo; readonly packuments: Packuments },
): Promise<NpmResolution | undefined> {
  if (found.name !== current.name || found.version === current.version) return undefined
  const { policy: _policy, ...anyAge } = io
  const spec: NpmSpec = { kind: 'npm', name: current.name, range: current.version }
  try {
    const now = await resolveVersion(spec, anyAge, packuments)
    if (now.integrity === current.integrity) return undefined
    return { ...now, ...(current.subdir !== undefined && { subdir: current.subdir }) }
  } catch (error) {
    // A version that was taken back is no other version.
    if (error instanceof SkillsError && error.code !== 'cancelled') return undefined
    throw error
  }
}

/** What the registry said of packages, so that it is asked once. */
type Packuments = Map<string, never>

async function resolveVersion(
  { name, range, subdir }: NpmSpec,
  io: SourceIo,
  packuments?: Packuments,
): Promise<NpmResolution> {
  const asked = `${name}@${range ?? 'latest'}`
  const policy = io.policy?.()
  const age = policy?.ageExempt?.(`npm:${name}`) === true ? undefined : policy?.publishedBefore
  const config = npmConfig(io.settings, io.root)
  const registry = npmRegistry(name, config)
  io.report(`asking ${shownRegistry(registry)} for ${displayShort(asked, 100)}`)
  const found = await ask({ asked, registry, config, io, aged: age !== undefined }, async (options) => {
    const { manifest } = await import('pacote')
    return manifest(asked, {
      ...options,
      preferOnline: !io.offline,
      ...(packuments && { packumentCache: packuments }),
      ...(age !== undefined && { before: new Date(age) }),
    })
  })
  const { version, _integrity: integrity, _resolved: url } = found
  const sha512 = /sha512-[A-Za-z0-9+/]{86}==/.exec(integrity ?? '')?.[0]
  if (sha512 === undefined || found.name !== name) {
    throw new SkillsError(
      'artifact_invalid',
      `${displayShort(asked, 100)} has no sha512 digest in its registry`,
      {
        hint: 'ask for a newer version; very old ones have weaker digests',
        details: { name, version },
      },
    )
  }
  return {
    kind: 'npm',
    name,
    version,
    integrity: sha512,
    url: checkedTarball(url, asked),
    ...(subdir !== undefined && { subdir }),
  }
}

/** One question to npm's libraries. */
interface Asking {
  readonly asked: string
  readonly registry: NpmRegistry
  readonly config: NpmConfig
  readonly io: SourceIo
  readonly aged?: boolean
}

/** Nothing of the package runs, nothing is written but npm's own cache; the connections end with the question. */
async function ask<T>(
  asking: Asking,
  act: (options: Readonly<Record<string, unknown>>) => Promise<T>,
): Promise<T> {
  const { config, io, registry } = asking
  const { proxyAgent } = await import('../platform/proxy-agent.ts')
  let failure: unknown
  const agent = await proxyAgent(registry.url === undefined ? 'https:' : new URL(registry.url).protocol, {
    env: io.settings.env,
    ...(config.ca && { ca: config.ca }),
    timeoutMs: TIMEOUT_MS,
    failed: (error) => (failure ??= error),
  })
  try {
    return await act({
      ...config.options,
      agent,
      cache: join(io.settings.cacheDir, 'npm'),
      signal: io.signal,
      offline: io.offline,
      ignoreScripts: true,
      audit: false,
      fetchRetries: 2,
      fetchRetryMintimeout: 300,
      fetchRetryMaxtimeout: 5_000,
      fetchTimeout: TIMEOUT_MS,
      allowGit: 'none',
    })
  } catch (error) {
    throw npmError(failure ?? error, asking)
  } finally {
    agent.destroy()
  }
}

/** The registry and, when it is not everybody's, what named it. */
function shownRegistry({ url, from }: NpmRegistry): string {
  const shown = url === undefined ? "npm's public registry" : displayShort(redactUrl(url), 200)
  return from === undefined ? shown : `${shown} (named by ${displayShort(from, 200)})`
}

function checkedTarball(url: string, asked: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const local = parsed?.protocol === 'http:' && isLoopbackHost(parsed.hostname)
  if (parsed && (parsed.protocol === 'https:' || local) && parsed.username === '') return parsed.href
  throw new SkillsError(
    'source_insecure',
    `The tarball of ${displayShort(asked, 100)} would come without encryption: ${displayShort(redactUrl(url), 200)}`,
    { hint: 'ask the owner of the npm registry' },
  )
}

function tooLarge(name: string): SkillsError {
  return new SkillsError(
    'limit_exceeded',
    `The package ${name} is larger than ${LIMITS.archiveBytes} bytes`,
    {
      details: { limit: LIMITS.archiveBytes },
    },
  )
}

const CODES = {
  E404: 'source_not_found',
  ETARGET: 'version_not_found',
  ENOVERSIONS: 'version_not_found',
  E401: 'source_unauthorized',
  E403: 'source_unauthorized',
  ENEEDAUTH: 'source_unauthorized',
  EINTEGRITY: 'integrity_mismatch',
  ENOTCACHED: 'offline',
} as const

const SAYS = {
  source_not_found: ['There is no npm package', 'check the name; a private package also looks like this'],
  version_not_found: ['No version of the npm package fits', 'ask for another range'],
  version_too_new: [
    'Every version that fits is younger than minimumReleaseAge allows:',
    'wait, ask for an older version, or name it in minimumReleaseAgeExclude of skills.json',
  ],
  source_unauthorized: ['The npm registry refuses access to', 'put a token for it into your ~/.npmrc'],
  integrity_mismatch: [
    'The npm registry gives other bytes than the locked ones for',
    'somebody changed a published package; do not use it before you know why',
  ],
  offline: ['Not in the cache, and the network is off:', 'run the command again without --offline'],
} as const

function npmError(error: unknown, { asked, registry, config, io, aged }: Asking): SkillsError {
  if (io.signal.aborted) return new SkillsError('cancelled', 'Cancelled')
  if (error instanceof SkillsError) return error
  const { code } = error as { code?: unknown }
  const own = CODES[String(code) as keyof typeof CODES] as (typeof CODES)[keyof typeof CODES] | undefined
  const shown = displayShort(asked, 100)
  const at = shownRegistry(registry)
  const details = { package: shown, registry: at }
  if (own === undefined) {
    const problem = networkProblem(error)
    const authority = problem.code === 'certificate_untrusted' && problem.hint !== undefined
    return new SkillsError(problem.code, `${shown} could not be asked for at ${at}: ${problem.reason}`, {
      hint: authority
        ? `${problem.hint}, or cafile in your ~/.npmrc`
        : 'check the network, HTTPS_PROXY and the registry in your npmrc',
      details,
      cause: error,
    })
  }
  const known = own === 'version_not_found' && aged === true ? 'version_too_new' : own
  const [says, hint] = SAYS[known]
  const withheld =
    known === 'source_unauthorized' || known === 'source_not_found' ? withheldHint(config) : undefined
  return new SkillsError(known, `${says} ${shown} (${at})`, { hint: withheld ?? hint, details })
}

function withheldHint({ withheld: [first] }: NpmConfig): string | undefined {
  if (first === undefined) return undefined
  return `the project's .npmrc has ${displayShort(first, 200)} with a variable, which a repository may not read: put that line into your own ~/.npmrc`
}
