// Errors as answers: RFC 9457 for the API and the pages' data, the distribution form under /v2/. Never a stack, never a secret.
import { CODES, type Code } from '../src/errors/codes.ts'
import { isSkillsError, SkillsError } from '../src/errors/error.ts'

/** The error codes of the distribution specification. */
export type OciCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED'
  | 'TOOMANYREQUESTS'

/** The same condition in our own codes. */
const OWN_CODES: Readonly<Record<OciCode, Code>> = {
  BLOB_UNKNOWN: 'not_found',
  BLOB_UPLOAD_INVALID: 'request_invalid',
  BLOB_UPLOAD_UNKNOWN: 'not_found',
  DIGEST_INVALID: 'request_invalid',
  MANIFEST_BLOB_UNKNOWN: 'request_invalid',
  MANIFEST_INVALID: 'request_invalid',
  MANIFEST_UNKNOWN: 'not_found',
  NAME_INVALID: 'request_invalid',
  NAME_UNKNOWN: 'not_found',
  SIZE_INVALID: 'request_invalid',
  UNAUTHORIZED: 'unauthorized',
  DENIED: 'forbidden',
  UNSUPPORTED: 'request_invalid',
  TOOMANYREQUESTS: 'rate_limited',
}

interface OciErrorOptions {
  readonly status?: number
  readonly detail?: string | readonly string[]
  readonly hint?: string
}

/** An error of the distribution face; `status` where the specification names another than the code's own. */
export function ociError(code: OciCode, message: string, options: OciErrorOptions = {}): SkillsError {
  return new SkillsError(OWN_CODES[code], message, {
    details: {
      oci: code,
      ...(options.status !== undefined && { status: options.status }),
      ...(options.detail !== undefined && { detail: options.detail }),
    },
    ...(options.hint !== undefined && { hint: options.hint }),
  })
}

/** What these say is about the server's own disk and database: for its log. */
const OWN_MATTER: ReadonlySet<Code> = new Set([
  'disk_full',
  'fs_failed',
  'permission_denied',
  'home_missing',
  'database_invalid',
  'database_failed',
  'ledger_invalid',
])

/** The error as everybody may read it. */
export function publicError(error: SkillsError): SkillsError {
  if (!OWN_MATTER.has(error.code)) return error
  const { status } = error.details
  return new SkillsError(error.code, CODES[error.code].title, {
    hint: 'whoever runs the registry finds the reason in its log',
    ...(status !== undefined && { details: { status } }),
  })
}

/** The HTTP status an error is answered with. */
export function statusOf(error: unknown): number {
  if (!isSkillsError(error)) return 500
  const { status } = error.details
  return typeof status === 'number' ? status : CODES[error.code].status
}

/** RFC 9457 `application/problem+json`. */
export function problemResponse(thrown: unknown, instance: string): Response {
  const error = isSkillsError(thrown) ? publicError(thrown) : thrown
  const status = statusOf(error)
  const known = isSkillsError(error)
  const code = known ? error.code : 'internal'
  const problem = {
    type: `urn:skills:error:${code}`,
    title: CODES[code].title,
    status,
    detail: known ? error.message : 'The registry failed; its log has the details',
    instance,
    code,
    ...(known && error.hint !== undefined && { hint: error.hint }),
    ...(known && { errors: fieldErrors(error) }),
  }
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...ERROR_HEADERS },
  })
}

/** `details.fields` holds `field: message` lines, from the reading of a body. */
function fieldErrors(error: SkillsError): { field: string; message: string }[] | undefined {
  const { fields } = error.details
  if (!Array.isArray(fields)) return undefined
  return fields.map((line: string) => {
    const colon = line.indexOf(': ')
    return { field: line.slice(0, colon), message: line.slice(colon + 2) }
  })
}

/** The form of the distribution specification. */
export function ociErrorResponse(thrown: unknown): Response {
  const error = isSkillsError(thrown) ? publicError(thrown) : thrown
  const status = statusOf(error)
  const known = isSkillsError(error)
  const body = {
    errors: [
      {
        code: known ? ociCodeOf(error) : 'UNSUPPORTED',
        message: known ? message(error) : 'the registry failed; its log has the details',
        detail: known ? { code: error.code, about: error.details.detail } : {},
      },
    ],
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...ERROR_HEADERS },
  })
}

function message(error: SkillsError): string {
  return error.hint === undefined ? error.message : `${error.message} (${error.hint})`
}

function ociCodeOf(error: SkillsError): string {
  if (typeof error.details.oci === 'string') return error.details.oci
  if (error.code === 'unauthorized') return 'UNAUTHORIZED'
  if (error.code === 'rate_limited') return 'TOOMANYREQUESTS'
  if (error.code === 'limit_exceeded') return 'SIZE_INVALID'
  if (error.code === 'version_removed') return 'MANIFEST_UNKNOWN'
  const { status } = CODES[error.code]
  if (status === 403 || status === 409) return 'DENIED'
  return status === 400 || status === 422 ? 'MANIFEST_INVALID' : 'UNSUPPORTED'
}

const ERROR_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
