// The short-lived tokens of the distribution face: a JWT (HS256) that only this registry makes and reads. It never gives
// more than the token behind it: it is looked up again at every use.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** What may be done with one repository. */
export interface Access {
  readonly name: string
  readonly actions: readonly string[]
}

export interface RegistryTokenClaims {
  /** Public id of the token behind it; absent for anybody. */
  readonly tokenId?: string
  readonly access: readonly Access[]
  /** Seconds since the epoch. */
  readonly issuedAt: number
  readonly expiresAt: number
}

const HEADER = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT' })).toString('base64url')

/** Signs the claims. */
export function signRegistryToken(secret: Buffer, claims: RegistryTokenClaims): string {
  const payload = {
    iat: claims.issuedAt,
    exp: claims.expiresAt,
    ...(claims.tokenId !== undefined && { tid: claims.tokenId }),
    access: claims.access.map(({ name, actions }) => ({ type: 'repository', name, actions })),
  }
  const body = `${HEADER}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
  return `${body}.${mac(secret, body).toString('base64url')}`
}

/** The claims of a token that was signed here and has not expired. */
export function readRegistryToken(secret: Buffer, token: string, now: Date): RegistryTokenClaims | undefined {
  const [header, payload, signature, ...rest] = token.split('.')
  if (header !== HEADER || payload === undefined || signature === undefined || rest.length > 0)
    return undefined
  const expected = mac(secret, `${header}.${payload}`)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const { iat, exp, tid, access } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    iat: number
    exp: number
    tid?: string
    access: Access[]
  }
  if (exp * 1000 <= now.getTime()) return undefined
  return { issuedAt: iat, expiresAt: exp, access, ...(tid !== undefined && { tokenId: tid }) }
}

function mac(secret: Buffer, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}
