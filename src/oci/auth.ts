// Answers a registry's 401: which credential, to which realm, for which scope; keeps tokens until they expire.
// Never asks for more than the repository at hand, whatever a challenge says; never sends a credential to a foreign realm.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { parseChallenges, type Challenge } from './challenge.ts'
import {
  basicHeader,
  isCredentialProblem,
  isSecret,
  type Credential,
  type CredentialLookup,
} from './credential.ts'
import { realmMayHaveCredential, realmProblem } from './realm.ts'
import { shownUrl, type OciResponse, type Transport } from './transport.ts'
import { shellCommand } from '../platform/shell.ts'

/** What a request does to which repository. */
export interface Access {
  readonly repository: string
  readonly actions: 'pull' | 'pull,push' | 'delete'
  /** A second repository that is read, for a mount. */
  readonly from?: string
}

export interface AuthOptions {
  readonly registry: string
  /** Origin of the registry's HTTP interface. */
  readonly base: URL
  readonly transport: Transport
  readonly credentials?: CredentialLookup
  /** Hosts of token services that the user trusts with this registry's credential. */
  readonly realms?: readonly string[]
  readonly signal?: AbortSignal
}

export interface Auth {
  /** The Authorization that worked for such a request before. */
  known(access: Access): string | undefined
  /**
   * The Authorization to try after a 401 of that challenge; undefined when there is none to try.
   * @throws realm_refused, credentials_invalid, source_unauthorized, and what the transport throws
   */
  answer(access: Access, challenge: string | undefined): Promise<string | undefined>
}

const TOKEN_BYTES = 1024 * 1024
const SHORTEST_MS = 60_000
const LONGEST_MS = 60 * 60_000
/** A token is not used in its last seconds: a request takes time. */
const MARGIN_MS = 5_000

interface Token {
  readonly header: string
  readonly until: number
}

export function createAuth(given: AuthOptions): Auth {
  const options = given.credentials ? { ...given, credentials: askedOnce(given.credentials) } : given
  const tokens = new Map<string, Token>()
  const asking = new Map<string, Promise<Token | undefined>>()
  const keyOf = (access: Access): string => scopesOf(access).join(' ')
  return {
    known(access) {
      // Who may push may pull.
      const keys =
        access.actions === 'pull' ? [access, { ...access, actions: 'pull,push' } as const] : [access]
      return keys.map((key) => tokens.get(keyOf(key))).find((token) => token && token.until > Date.now())
        ?.header
    },
    async answer(access, header) {
      const key = keyOf(access)
      tokens.delete(key)
      if (access.actions === 'pull') tokens.delete(keyOf({ ...access, actions: 'pull,push' }))
      // Requests side by side share one token.
      const running = asking.get(key) ?? answerChallenge(access, parseChallenges(header ?? ''), options)
      asking.set(key, running)
      try {
        const token = await running
        if (token) tokens.set(key, token)
        return token?.header
      } finally {
        asking.delete(key)
      }
    },
  }
}

/** A helper may ask its user something: once a repository is enough. A failure is asked again. */
function askedOnce(lookup: CredentialLookup): CredentialLookup {
  const found = new Map<string, Promise<Credential | undefined>>()
  return async (registry, repository, signal) => {
    const asked = found.get(repository) ?? lookup(registry, repository, signal)
    found.set(repository, asked)
    try {
      return await asked
    } catch (error) {
      found.delete(repository)
      throw error
    }
  }
}

function scopesOf({ repository, actions, from }: Access): string[] {
  return [`repository:${repository}:${actions}`, ...(from === undefined ? [] : [`repository:${from}:pull`])]
}

async function answerChallenge(
  access: Access,
  challenges: readonly Challenge[],
  options: AuthOptions,
): Promise<Token | undefined> {
  const bearer = challenges.find(({ scheme, params }) => scheme === 'bearer' && params.has('realm'))
  const basic = challenges.some(({ scheme }) => scheme === 'basic')
  if (!bearer && !basic) return undefined
  const { credential, problem } = await findCredential(access, options)
  const forever = Number.POSITIVE_INFINITY
  if (credential?.kind === 'bearer') return { header: `Bearer ${credential.token}`, until: forever }
  if (bearer) {
    try {
      return await fetchToken(access, bearer, { ...options, credential })
    } catch (error) {
      // Without the credential that could not be had, this was to be expected.
      throw problem && isSkillsError(error, 'source_unauthorized') ? problem : error
    }
  }
  if (problem) throw problem
  if (credential?.kind !== 'basic') return undefined
  return { header: basicHeader(credential.username, credential.password), until: forever }
}

/** A credential that exists but cannot be had is no reason not to read what everybody may read. */
async function findCredential(
  { repository, actions }: Access,
  { credentials, registry, signal }: AuthOptions,
): Promise<{ credential?: Credential | undefined; problem?: SkillsError }> {
  try {
    return { credential: await credentials?.(registry, repository, signal) }
  } catch (error) {
    if (!isCredentialProblem(error) || actions !== 'pull') throw error
    return { problem: error }
  }
}

type TokenOptions = AuthOptions & { readonly credential: Credential | undefined }

async function fetchToken(access: Access, challenge: Challenge, options: TokenOptions): Promise<Token> {
  const realm = checkedRealm(challenge, options)
  const answer = await askRealm(realm, { access, service: challenge.params.get('service') }, options)
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
    throw new SkillsError('source_unauthorized', notAccepted(access, options), {
      hint: `log in with: ${shellCommand('docker login', options.registry)}`,
      details: { realm: shownUrl(realm), status: answer.status },
    })
  }
  const token = answer.status === 200 ? readToken(answer.body) : undefined
  if (token) return token
  throw new SkillsError('fetch_failed', `The token service ${shownUrl(realm)} gave no token`, {
    hint: 'try again later, or ask the operator of the registry',
    details: { realm: shownUrl(realm), status: answer.status },
  })
}

function notAccepted({ repository }: Access, { credential, registry }: TokenOptions): string {
  const place = displayShort(`${registry}/${repository}`, 300)
  return credential
    ? `The credential for ${displayShort(registry, 260)} is not accepted for ${place}`
    : `${place} cannot be used without a login`
}

/** @throws realm_refused */
function checkedRealm(challenge: Challenge, { base, realms, credential, registry }: TokenOptions): URL {
  const text = challenge.params.get('realm') ?? ''
  const realm = URL.canParse(text) ? new URL(text) : undefined
  const problem = realm ? realmProblem(base, realm) : 'is not a URL'
  const refuse = (why: string): SkillsError =>
    new SkillsError(
      'realm_refused',
      `${displayShort(registry, 260)} wants its login at ${shownUrl(text)}, which ${why}`,
      {
        hint: 'nothing was sent there; ask the operator of the registry whether that address is theirs',
        details: { registry: displayShort(registry, 260), realm: shownUrl(text) },
      },
    )
  if (!realm || problem !== undefined) throw refuse(problem ?? 'is not a URL')
  if (credential && !realmMayHaveCredential(base, realm, realms)) throw refuse('belongs to somebody else')
  // The registry says where to ask; what is asked for is ours to say.
  for (const name of ['scope', 'account', 'client_id', 'service']) realm.searchParams.delete(name)
  realm.hash = ''
  return realm
}

function askRealm(
  realm: URL,
  { access, service }: { readonly access: Access; readonly service: string | undefined },
  { credential, transport }: TokenOptions,
): Promise<OciResponse> {
  const form = new URLSearchParams()
  if (service !== undefined && service.length <= 1024) form.set('service', service)
  form.set('client_id', 'skillward')
  const scopes = scopesOf(access)
  if (credential?.kind === 'identity') {
    form.set('grant_type', 'refresh_token')
    form.set('refresh_token', credential.token)
    form.set('scope', scopes.join(' '))
    return transport.send({
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: Buffer.from(form.toString()),
      maxBytes: TOKEN_BYTES,
    })
  }
  for (const scope of scopes) form.append('scope', scope)
  const url = new URL(realm)
  for (const [name, value] of form) url.searchParams.append(name, value)
  if (credential?.kind === 'basic') url.searchParams.append('account', credential.username)
  return transport.send({
    method: 'GET',
    url,
    headers: { accept: 'application/json' },
    maxBytes: TOKEN_BYTES,
    ...(credential?.kind === 'basic' && {
      authorization: basicHeader(credential.username, credential.password),
    }),
  })
}

/** `token` or `access_token`, and how long it lasts; undefined when there is none that may stand in a header. */
function readToken(body: Buffer): Token | undefined {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  const { token, access_token: access, expires_in: seconds } = (value ?? {}) as Record<string, unknown>
  const secret = isSecret(token) ? token : isSecret(access) ? access : undefined
  if (secret === undefined) return undefined
  const lasts = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : SHORTEST_MS
  return { header: `Bearer ${secret}`, until: Date.now() + Math.min(lasts, LONGEST_MS) - MARGIN_MS }
}
