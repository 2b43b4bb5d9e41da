// Trusted publishing: a CI's token for a short-lived one that may publish. What the CI's token says counts only after its
// signature, its issuer and its audience were checked, and every claim of a publisher must be there with exactly its value.
import type { JWTPayload } from 'jose'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import { isUnique } from '../db/open.ts'
import { type PublisherRow, publishersOfIssuer, touchPublisher } from '../db/publishers.ts'
import { insertToken } from '../db/tokens.ts'
import { newToken, tokenHash } from '../token-text.ts'
import type { IssuerKeys } from './oidc-issuer.ts'

const MINUTES = 15
/** Signatures with public keys only. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/**
 * Exchanges a CI's token, which works once.
 * @throws unauthorized for a token that is not valid; forbidden when no publisher matches, or without a public address;
 *   upstream_failed
 */
export async function exchangeToken(
  context: RegistryContext,
  {
    token,
    requestId,
    issuers,
  }: { readonly token: string; readonly requestId: string; readonly issuers: IssuerKeys },
): Promise<{ token: string; expiresAt: string }> {
  context.audience()
  const jose = await import('jose')
  const claimed = readUnverified(jose, token)
  const trusting = await publishersOfIssuer(context.db, claimed)
  // Nobody trusts that issuer: it is not even asked for its keys.
  if (trusting.length === 0) throw noPublisher()
  const claims = await verify(jose, { context, token, issuer: claimed, issuers })
  const matching = trusting.filter((publisher) => matches(publisher, claims))
  const [first] = matching
  if (!first) throw noPublisher()
  return issue(context, { first, matching, claims, ciToken: token, requestId })
}

type Jose = typeof import('jose')

/** One that is longer fits into no header either, and its JSON would be read before anybody has signed it. */
const TOKEN_CHARACTERS = 16 * 1024

function readUnverified(jose: Jose, token: string): string {
  if (token.length > TOKEN_CHARACTERS) throw invalid()
  try {
    const { iss } = jose.decodeJwt(token)
    if (typeof iss === 'string') return iss
  } catch {}
  throw invalid()
}

interface Verifying {
  readonly context: RegistryContext
  readonly token: string
  readonly issuer: string
  readonly issuers: IssuerKeys
}

async function verify(jose: Jose, { context, token, issuer, issuers }: Verifying): Promise<JWTPayload> {
  for (const isStale of [false, true]) {
    const keys = jose.createLocalJWKSet(await issuers.keys(issuer, { isStale }))
    try {
      const { payload } = await jose.jwtVerify(token, keys, {
        issuer,
        audience: context.audience(),
        algorithms: ALGORITHMS,
        clockTolerance: 10,
        currentDate: context.now(),
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: '1h',
      })
      return payload
    } catch (error) {
      // The issuer may have a new key since.
      const unknownKey = error instanceof jose.errors.JWKSNoMatchingKey
      if (!unknownKey || isStale) throw invalid(error)
    }
  }
  throw invalid()
}

function matches({ claims }: PublisherRow, given: JWTPayload): boolean {
  const wanted = Object.entries(JSON.parse(claims) as Record<string, string>)
  return (
    wanted.length > 0 &&
    wanted.every(([name, value]) => Object.hasOwn(given, name) && text(given[name]) === value)
  )
}

/** Ids are numbers with some issuers and text with others. */
function text(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
}

interface Issuing {
  readonly first: PublisherRow
  readonly matching: readonly PublisherRow[]
  readonly claims: JWTPayload
  readonly ciToken: string
  readonly requestId: string
}

async function issue(
  context: RegistryContext,
  { first, matching, claims, ciToken, requestId }: Issuing,
): Promise<{ token: string; expiresAt: string }> {
  const token = newToken()
  const now = context.now()
  const at = now.toISOString()
  const expiresAt = new Date(now.getTime() + MINUTES * 60_000).toISOString()
  // One publisher a token, so that it goes with its publisher; of several the first one with the widest reach.
  const publisher = matching.find((row) => row.package === null) ?? first
  const permission = `publish:@${publisher.scope}/${publisher.package ?? '*'}`
  const actor = `publisher ${publisher.id}: ${displayShort(claims.sub ?? '', 200)}`
  // Named after what is signed of the CI's token: the second exchange finds its name taken. A signature has other spellings.
  const id = `ci-${tokenHash(ciToken.slice(0, ciToken.lastIndexOf('.')))}`
  try {
    await context.db.transaction(async (tx) => {
      await insertToken(tx, {
        id,
        hash: tokenHash(token),
        userId: null,
        publisherId: publisher.id,
        name: 'trusted publishing',
        permissions: [permission],
        actor,
        at,
        expiresAt,
      })
      await touchPublisher(tx, publisher.id, at)
      await recordAudit(tx, {
        at,
        actor,
        action: 'token.exchange',
        target: `@${publisher.scope}`,
        requestId,
      })
    })
  } catch (error) {
    if (isUnique(error)) throw invalid(error)
    throw error
  }
  return { token, expiresAt }
}

function invalid(cause?: unknown): SkillsError {
  if (isSkillsError(cause)) return cause
  return new SkillsError('unauthorized', "The CI's token is not valid here", {
    hint: 'ask the CI for a fresh token with the audience that GET /api/v1/oidc/audience names',
    ...(cause !== undefined && { cause }),
  })
}

function noPublisher(): SkillsError {
  return new SkillsError('forbidden', 'No trusted publisher matches this token', {
    hint: 'an owner of the scope configures publishers; every claim must be equal',
  })
}
