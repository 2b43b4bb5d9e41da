// From a repository's name in a request to its row, for somebody who may do what he asks for.
import { isRepository } from '../../src/oci/reference.ts'
import { type Action, can, type Principal, type Target } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import type { Database } from '../db/database.ts'
import { ensureRepository, findRepository, type RepositoryRow } from '../db/repositories.ts'
import { findScope, insertScope, setMember } from '../db/scopes.ts'
import { ociError } from '../problem.ts'
import { assertNewScope } from './scope-names.ts'

/** Hosts have a part in the 255 characters that many clients take for a name. */
const NAME_LENGTH = 200

/** @throws NAME_INVALID */
export function assertRepositoryName(name: string): void {
  if (name.length > NAME_LENGTH || !isRepository(name)) {
    throw ociError('NAME_INVALID', 'The name of the repository is not valid', {
      hint: `expected lower-case words joined by - . _ and /, at most ${NAME_LENGTH} characters`,
    })
  }
}

/** The scope, and what comes after it. */
export function targetOf(repository: string): Target {
  const slash = repository.indexOf('/')
  return slash < 0
    ? { scope: repository }
    : { scope: repository.slice(0, slash), skill: repository.slice(slash + 1) }
}

/**
 * Checks the right to do it.
 * @throws NAME_INVALID; UNAUTHORIZED where other credentials could help; NAME_UNKNOWN for what may not be seen; DENIED
 */
export async function requireAccess(
  context: RegistryContext,
  {
    principal,
    name,
    action,
  }: { readonly principal: Principal; readonly name: string; readonly action: Action },
): Promise<void> {
  assertRepositoryName(name)
  if (await can(context, principal, action, targetOf(name))) return
  if (!principal.token || principal.access) {
    throw ociError('UNAUTHORIZED', `To ${action} ${name} other credentials are needed`)
  }
  // Whether a scope is private or missing is nobody's business.
  if (action === 'read') throw ociError('NAME_UNKNOWN', `There is no repository ${name}`)
  throw ociError('DENIED', `${principal.actor} may not ${action} ${name} with this token`)
}

/** The repository, for somebody who may read it. @throws NAME_UNKNOWN, UNAUTHORIZED, NAME_INVALID */
export async function readable(
  context: RegistryContext,
  principal: Principal,
  name: string,
): Promise<RepositoryRow> {
  await requireAccess(context, { principal, name, action: 'read' })
  const repository = await findRepository(context.db, name)
  if (!repository) throw ociError('NAME_UNKNOWN', `There is no repository ${name}`)
  return repository
}

/** The repository for a write that was allowed, made when it is missing; only an administrator makes a scope by it. @throws DENIED, name_invalid */
export async function writable(
  tx: Database,
  { name, principal, at }: { readonly name: string; readonly principal: Principal; readonly at: string },
): Promise<RepositoryRow> {
  const known = await findRepository(tx, name)
  if (known) return known
  const scope = targetOf(name).scope
  let row = await findScope(tx, scope)
  if (!row && principal.admin && principal.userId !== undefined) {
    assertNewScope(scope)
    row = await insertScope(tx, { name: scope, public: true, at })
    if (row) await setMember(tx, { scopeId: row.id, userId: principal.userId, role: 'owner' })
    row ??= await findScope(tx, scope)
  }
  if (!row) throw ociError('DENIED', `There is no scope @${scope}`)
  return ensureRepository(tx, { name, scopeId: row.id, at })
}
