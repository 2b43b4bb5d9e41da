// What a registry's refusal (RFC 9457 problem+json, or anything else) means to this program. Pure.
import { CODES, type Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'

/** Codes that a server may name; the others are about this program and its machine. */
const NAMED: ReadonlySet<string> = new Set<Code>([
  'unauthorized',
  'forbidden',
  'not_found',
  'skill_not_found',
  'version_not_found',
  'request_invalid',
  'rate_limited',
  'conflict',
  'upstream_failed',
  'unavailable',
  'version_exists',
  'version_removed',
  'too_complex',
  'capability_widened',
  'secret_found',
  'publish_refused',
  'manifest_invalid',
  'integrity_mismatch',
  'limit_exceeded',
  'name_invalid',
])

const BY_STATUS: Readonly<Record<number, Code>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  410: 'version_removed',
  413: 'limit_exceeded',
  429: 'rate_limited',
}

const HINTS: Partial<Record<Code, string>> = {
  unauthorized: 'run "skills login --registry URL"',
  forbidden: 'ask an owner of the scope, or log in with a token that may do it',
  not_found: 'check the name and the address; what is private also looks like this without a login',
  skill_not_found: 'check the name; a private skill also looks like this without a login',
  rate_limited: 'try again later',
}

/** The error for an answer that is neither 2xx nor 3xx. Texts of the server are made safe and marked as its own. */
export function problemError(
  body: unknown,
  { status, url }: { readonly status: number; readonly url: string },
): SkillsError {
  const { code, detail, title, hint, errors } = isRecord(body) ? body : NOTHING
  const known = codeOf(code, status)
  const said = [detail, title].find((text) => typeof text === 'string' && text.trim() !== '')
  const fields = Array.isArray(errors) ? errors.slice(0, 5).map(fieldText).join('; ') : ''
  const what =
    typeof said === 'string' ? displayShort(said.trim().replace(/\.$/, ''), 400) : `status ${status}`
  const own = HINTS[known] ?? (status >= 500 ? 'try again later' : undefined)
  const theirs = typeof hint === 'string' ? `the registry says: ${displayShort(hint, 300)}` : undefined
  return new SkillsError(known, `The registry answers: ${what}${fields && ` (${fields})`}`, {
    ...((theirs ?? own) !== undefined && { hint: theirs ?? own }),
    details: { status, url, ...(typeof code === 'string' && { problem: displayShort(code, 80) }) },
  } as ConstructorParameters<typeof SkillsError>[2])
}

function codeOf(code: unknown, status: number): Code {
  if (typeof code === 'string' && NAMED.has(code) && Object.hasOwn(CODES, code)) return code as Code
  return BY_STATUS[status] ?? (status >= 500 ? 'fetch_failed' : 'request_invalid')
}

function fieldText(item: unknown): string {
  const { field, message } = isRecord(item) ? item : NOTHING
  return displayShort([field, message].filter((text) => typeof text === 'string').join(': '), 200)
}

const NOTHING: Readonly<Record<string, unknown>> = {}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
