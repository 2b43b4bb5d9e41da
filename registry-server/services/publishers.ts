// Trusted publishers of a scope: whose CI may publish without a stored token.
import { SkillsError } from '../../src/errors/error.ts'
import { splitScopedName } from '../../src/registry/names.ts'
import type { Publisher, PublisherRequest } from '../../src/registry/protocol.ts'
import { requireCan } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import {
  deletePublisher,
  insertPublisher,
  listPublishers,
  type PublisherRow,
  updatePublisher,
} from '../db/publishers.ts'
import { findScope } from '../db/scopes.ts'
import { assertIssuer } from './oidc-issuer.ts'
import { type Asking, bare, noScope } from './scopes.ts'

/** Of one scope. */
const PUBLISHERS = 100

/**
 * A claim that names somebody by a number which is never given away again (`repository_owner_id`, `project_id`, …). A
 * name alone can be registered anew after its owner left it, and whoever takes it would publish.
 */
const LASTING = /(?:^|[_/.-])o?id$/

/** @throws not_found, unauthorized, forbidden */
export async function scopePublishers(
  context: RegistryContext,
  asking: Asking,
  scope: string,
): Promise<{ publishers: Publisher[] }> {
  const row = await managed(context, asking, scope)
  return { publishers: (await listPublishers(context.db, row.id)).map(publisherOf) }
}

/** Adds a publisher, or changes the one with that id. @throws request_invalid, not_found, unauthorized, forbidden */
export async function putPublisher(
  context: RegistryContext,
  asking: Asking,
  {
    scope,
    id,
    request,
  }: { readonly scope: string; readonly id?: number; readonly request: PublisherRequest },
): Promise<Publisher> {
  const row = await managed(context, asking, scope)
  assertIssuer(context.config, request.issuer)
  assertClaims(request.claims)
  const at = context.now().toISOString()
  const { actor } = asking.principal
  const fields = {
    scopeId: row.id,
    issuer: request.issuer,
    claims: JSON.stringify(request.claims),
    package: skillOf(scope, request.skill),
  }
  return context.db.transaction(async (tx) => {
    let made: PublisherRow | undefined
    if (id === undefined && (await listPublishers(tx, row.id)).length >= PUBLISHERS) throw tooMany(scope)
    if (id === undefined) made = await insertPublisher(tx, { ...fields, actor, at })
    else {
      if (!(await updatePublisher(tx, { ...fields, id }))) throw noPublisher()
      made = (await listPublishers(tx, row.id)).find((publisher) => publisher.id === id)
    }
    if (!made) throw noPublisher()
    await recordAudit(tx, {
      at,
      actor,
      action: id === undefined ? 'publisher.add' : 'publisher.change',
      target: scope,
      details: { id: made.id, issuer: made.issuer, claims: request.claims },
      requestId: asking.requestId,
    })
    return publisherOf(made)
  })
}

/** Removes the publisher and the tokens that it was given. @throws not_found, unauthorized, forbidden */
export async function removePublisher(
  context: RegistryContext,
  asking: Asking,
  { scope, id }: { readonly scope: string; readonly id: number },
): Promise<void> {
  const row = await managed(context, asking, scope)
  await context.db.transaction(async (tx) => {
    if (!(await deletePublisher(tx, row.id, id))) throw noPublisher()
    await recordAudit(tx, {
      at: context.now().toISOString(),
      actor: asking.principal.actor,
      action: 'publisher.remove',
      target: scope,
      details: { id },
      requestId: asking.requestId,
    })
  })
}

async function managed(
  context: RegistryContext,
  { principal }: Asking,
  scope: string,
): Promise<{ id: number }> {
  const row = await findScope(context.db, bare(scope))
  await requireCan(context, principal, 'manage', { scope: bare(scope) })
  if (!row) throw noScope(scope)
  return row
}

function assertClaims(claims: PublisherRequest['claims']): void {
  const names = Object.keys(claims)
  if (names.length > 20) throw new SkillsError('request_invalid', 'More than 20 claims')
  if (names.some((name) => LASTING.test(name) && claims[name] !== '')) return
  throw new SkillsError('request_invalid', 'No claim names the owner by a number that stays his', {
    hint: 'add a claim such as repository_owner_id, project_id or namespace_id: names can be taken over by others',
  })
}

function skillOf(scope: string, name: string | undefined): string | null {
  if (name === undefined) return null
  const parts = splitScopedName(name)
  if (parts?.scope === scope) return parts.skill
  throw new SkillsError('request_invalid', `${name} is not in ${scope}`)
}

function publisherOf(row: PublisherRow): Publisher {
  return {
    id: String(row.id),
    createdAt: row.createdAt,
    issuer: row.issuer,
    claims: JSON.parse(row.claims) as Record<string, string>,
    ...(row.package !== null && { skill: `@${row.scope}/${row.package}` }),
  }
}

function tooMany(scope: string): SkillsError {
  return new SkillsError('conflict', `${scope} has ${PUBLISHERS} publishers already`, {
    hint: 'remove one that is not used any more',
  })
}

function noPublisher(): SkillsError {
  return new SkillsError('not_found', 'The scope has no such publisher')
}
