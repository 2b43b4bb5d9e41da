// Marks of a published version or skill: yanked, deprecated. Nothing is deleted; what is locked stays installable.
import { SkillsError } from '../errors/error.ts'
import { displayText } from '../platform/text.ts'
import { parseSpec } from '../sources/spec.ts'
import type { Io } from './io.ts'
import { openRegistry, type RegistryRequest } from './registry-access.ts'

export interface YankRequest extends RegistryRequest {
  /** `@scope/name@1.2.3` */
  readonly target: string
  /** Why; absent takes the mark away. */
  readonly reason?: string
}

export interface MarkResult {
  readonly registry: string
  readonly name: string
  readonly version?: string
  readonly marked: boolean
}

const VERSION = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/

/** @throws usage, unauthorized, forbidden, version_not_found */
export async function yank({ target, reason, ...request }: YankRequest, io: Io): Promise<MarkResult> {
  const { name, version } = targetOf(target)
  if (version === undefined || !VERSION.test(version)) {
    throw new SkillsError('usage', `Not one version of a skill: ${displayText(target)}`, {
      hint: 'write @scope/name@1.2.3',
    })
  }
  const { client, registry } = await openRegistry({ ...request, name, write: true }, io)
  if (reason === undefined) await client.unyank(name, version)
  else await client.yank(name, version, reason)
  return { registry, name, version, marked: reason !== undefined }
}

export interface DeprecateRequest extends RegistryRequest {
  /** `@scope/name` */
  readonly target: string
  /** What to use instead; absent takes the mark away. */
  readonly message?: string
}

/** @throws usage, unauthorized, forbidden, skill_not_found */
export async function deprecate(
  { target, message, ...request }: DeprecateRequest,
  io: Io,
): Promise<MarkResult> {
  const { name, version } = targetOf(target)
  if (version !== undefined) {
    throw new SkillsError('usage', `A skill is deprecated as a whole: ${displayText(target)}`, {
      hint: `write ${name}; a single version is yanked`,
    })
  }
  const { client, registry } = await openRegistry({ ...request, name, write: true }, io)
  if (message === undefined) await client.undeprecate(name)
  else await client.deprecate(name, message)
  return { registry, name, marked: message !== undefined }
}

function targetOf(text: string): { readonly name: string; readonly version: string | undefined } {
  const spec = text.startsWith('@') ? parseSpec(text) : undefined
  if (spec?.kind === 'registry') return { name: spec.name, version: spec.range }
  throw new SkillsError('usage', `Not a skill of a registry: ${displayText(text)}`, {
    hint: 'write @scope/name',
  })
}
