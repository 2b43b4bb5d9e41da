// What a registry's refusal means: its status and its error list as one SkillsError. Shows what it says, safely.
import type { Code } from '../errors/codes.ts'
import { SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { shownUrl, type OciResponse } from './transport.ts'

/** The first entry of an error list as the distribution specification has it. */
interface RegistryError {
  readonly code: string
  readonly message: string
  /** `code` of its detail: our own registry says there what it means. */
  readonly detail: string | undefined
}

/** Codes of ours that our own registry answers with in the detail of an error about what was pushed. */
const OWN_CODES: ReadonlySet<string> = new Set<Code>([
  'archive_invalid',
  'archive_unsafe',
  'artifact_invalid',
  'capability_widened',
  'forbidden',
  'integrity_mismatch',
  'link_unsafe',
  'manifest_invalid',
  'name_invalid',
  'path_unsafe',
  'publish_refused',
  'secret_found',
  'too_complex',
  'version_exists',
  'version_removed',
])

/**
 * The error for an answer that is no success.
 * @param what the thing that was asked for: `ghcr.io/o/r:1.0.0`
 */
export function problemOf(answer: OciResponse, what: string, sending = false): SkillsError {
  const { status } = answer
  const said = firstError(answer.body)
  const shown = displayShort(what, 300)
  const details = {
    status,
    url: shownUrl(answer.url),
    ...(said && {
      registryCode: said.code,
      ...(said.detail !== undefined && { registryDetail: said.detail }),
    }),
  }
  const words =
    said && said.message !== '' ? `${said.code}: ${said.message}` : (said?.code ?? `status ${status}`)
  if (sending && said?.detail !== undefined && OWN_CODES.has(said.detail)) {
    return new SkillsError(said.detail as Code, `${shown}: ${said.message || said.code}`, { details })
  }
  if (said?.detail === 'registry_damaged') {
    return new SkillsError('registry_damaged', `The registry has lost bytes of ${shown} (${words})`, {
      hint: 'whoever published it can publish it again, which heals it',
      details,
    })
  }
  if (status === 401 || status === 403) {
    const hint = 'log in with docker login, podman login or skills login, and check what the account may do'
    return new SkillsError('source_unauthorized', `The registry refuses access to ${shown} (${words})`, {
      hint,
      details,
    })
  }
  if (status === 410 && !sending) {
    return new SkillsError('version_removed', `The registry has ${shown} no more (${words})`, {
      hint: 'choose another version; this one never comes back',
      details,
    })
  }
  if (status === 404 && !sending) {
    const hint = 'check registry, repository and tag; a private repository also looks like this'
    return new SkillsError('source_not_found', `There is no ${shown} (${words})`, { hint, details })
  }
  if (status === 413) {
    return new SkillsError('limit_exceeded', `The registry takes nothing as large as ${shown} (${words})`, {
      details,
    })
  }
  const late = status >= 500 || status === 429
  const hint = late ? 'try again later' : 'ask the operator of the registry'
  const code = sending && !late ? 'push_refused' : 'fetch_failed'
  return new SkillsError(code, `The registry does not ${sending ? 'take' : 'give'} ${shown} (${words})`, {
    hint,
    details,
  })
}

function firstError(body: Buffer): RegistryError | undefined {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { errors?: unknown }
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined
    if (typeof first !== 'object' || first === null) return undefined
    const { code, message, detail } = first as Record<string, unknown>
    if (typeof code !== 'string') return undefined
    const inner =
      typeof detail === 'object' && detail !== null ? (detail as Record<string, unknown>).code : undefined
    return {
      code: displayShort(code, 60),
      message: typeof message === 'string' ? displayShort(message, 300) : '',
      detail: typeof inner === 'string' ? displayShort(inner, 60) : undefined,
    }
  } catch {
    return undefined
  }
}
