// What a failed request means to a person: the reason as the end of a sentence, and what to do about it.
import { surroundings, type Settings } from './env.ts'
import { displayShort, redactUrl } from './text.ts'

/** Codes of failures that may pass when the request is made again. */
export const BROKEN: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_CONNECT_TIMEOUT',
  'EAI_AGAIN',
])

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host has no address',
  EAI_AGAIN: 'its host name cannot be looked up now',
  ECONNREFUSED: 'its host refuses the connection',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'its host does not answer',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'its host does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'its host does not answer',
  UND_ERR_BODY_TIMEOUT: 'the download stopped half way',
  UND_ERR_HEADERS_OVERFLOW: 'its answer has too large headers',
}

/** Of a certificate that no known authority stands for. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
])

const CERTIFICATES: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another host', 'check the name of the host'],
  CERT_HAS_EXPIRED: [
    'its certificate has expired',
    "check this machine's clock; else its owner must renew it",
  ],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', "check this machine's clock"],
  CERT_REVOKED: ['its certificate was revoked', 'ask its owner'],
}

export interface NetworkProblem {
  readonly code: 'fetch_failed' | 'certificate_untrusted'
  /** The end of a sentence. */
  readonly reason: string
  /** Absent where nothing better is known than that the network is at fault. */
  readonly hint?: string
}

/** The meaning of what a connection or a request failed with. */
export function networkProblem(error: unknown, { env } = surroundings()): NetworkProblem {
  const code = codeOf(error)
  if (UNKNOWN_AUTHORITY.has(code)) {
    return {
      code: 'certificate_untrusted',
      reason: 'no authority that is known here stands for its certificate',
      hint: authorityHint(env),
    }
  }
  const certificate = CERTIFICATES[code]
  if (certificate) return { code: 'certificate_untrusted', reason: certificate[0], hint: certificate[1] }
  return {
    code: 'fetch_failed',
    reason: REASONS[code] ?? `of ${displayShort(code || redactUrl(String(error)), 100)}`,
  }
}

/** Node reads one variable only, and only when it starts. */
function authorityHint({ NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: other }: Settings['env']): string {
  if (extra) {
    return `NODE_EXTRA_CA_CERTS is ${displayShort(extra, 200)}: it must hold the certificate of the authority (PEM)`
  }
  if (other) {
    return `set NODE_EXTRA_CA_CERTS=${displayShort(other, 200)} as well: SSL_CERT_FILE is not read here`
  }
  return "if it is your organisation's own authority, set NODE_EXTRA_CA_CERTS to a file with its certificate (PEM)"
}

/** The code of a network error, or of what caused it. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause instanceof Error ? codeOf(cause) : ''
}
